#include "coordinator/sessions.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "coordinator/agent_event.h"

namespace tamarack::coordinator {
namespace {

bool owns(const domain::AgentId& agent, const domain::WorkerId& worker) {
  return worker.value.starts_with(agent.value + "/");
}

}  // namespace

SessionOrders Sessions::heard(LinkId link, const wire::AgentEnvelope& envelope, Instant now) {
  SessionOrders orders;
  if (const auto* hello = std::get_if<wire::Hello>(&envelope.message)) {
    greet(link, *hello, now, orders);
    return orders;
  }
  const auto number = on_link_.find(link);
  if (number == on_link_.end()) return orders;  // it never introduced itself, or its session goes on elsewhere
  Session& session = sessions_.at(number->second);
  session.heard_at = now;
  if (std::exchange(session.presence, Presence::here) != Presence::here) orders.push_back(FeedRun{run::AgentBack{session.agent}, {}});
  if (!session.inbox.accept(envelope.seq)) return orders;
  acknowledgements_[number->second] = envelope.seq;
  take(number->second, envelope, orders);
  return orders;
}

void Sessions::greet(LinkId link, const wire::Hello& hello, Instant now, SessionOrders& orders) {
  if (hello.protocol != wire::protocol_version) {
    orders.push_back(SendTo{link, wire::Refused{fmt::format("agent '{}' speaks protocol {}, the coordinator speaks {}: use one version of "
                                                            "tamarack on both sides",
                                                            hello.agent.value, hello.protocol, wire::protocol_version)}});
    return;
  }
  if (!is_plain_name(hello.agent.value) || hello.workers < 1 || hello.workers > workers_per_agent_max || hello.next < 1 ||
      hello.session.size() > session_bytes_max) {
    orders.push_back(
        SendTo{link, wire::Refused{fmt::format("an agent has a plain name of at most 100 letters and 1 to {} workers, got '{}' and {}",
                                               workers_per_agent_max, hello.agent.value.substr(0, 100), hello.workers)}});
    return;
  }
  const auto repeated = on_link_.find(link);
  if (repeated == on_link_.end()) return begin_session(link, hello, now, orders);
  sessions_.at(repeated->second).heard_at = now;
  welcome(link, rules_.heartbeat, orders);  // it did not hear the first answer
}

void Sessions::welcome(LinkId link, Millis heartbeat, SessionOrders& orders) {
  orders.push_back(SendTo{link, wire::Welcome{.heartbeat = heartbeat}});
  orders.push_back(AnnounceTo{link});
}

void Sessions::begin_session(LinkId link, const wire::Hello& hello, Instant now, SessionOrders& orders) {
  const auto former = of_agent_.find(hello.agent);
  if (former != of_agent_.end() && !hello.session.empty() && sessions_.at(former->second).id == hello.session) {
    Session& session = sessions_.at(former->second);
    if (session.link) orders.push_back(CloseLink{*session.link});
    detach(session);
    attach(former->second, link);
    session.heard_at = now;
    session.presence = Presence::here;
    welcome(link, rules_.heartbeat, orders);
    orders.push_back(FeedRun{run::AgentBack{session.agent}, {}});
    return;
  }
  // Two processes under one name: the newer one is meant, the older one is dead or will find itself cut off.
  if (former != of_agent_.end()) lose(former->second, orders);
  const auto known = remembered_.find(hello.session);
  const bool lived_on = !hello.session.empty() && known != remembered_.end();
  const std::int64_t heard_up_to = std::max(hello.next - 1, lived_on ? known->second : 0);
  sessions_[++last_session_] = {.agent = hello.agent, .id = hello.session, .inbox = wire::Inbox(heard_up_to), .heard_at = now};
  of_agent_[hello.agent] = last_session_;
  attach(last_session_, link);
  welcome(link, rules_.heartbeat, orders);
  for (std::int64_t slot = 1; slot <= hello.workers; ++slot)
    orders.push_back(FeedRun{run::WorkerAppeared{domain::WorkerId{fmt::format("{}/{}", hello.agent.value, slot)}, hello.agent}, {}});
  if (lived_on) orders.push_back(FeedRun{run::AgentBack{hello.agent}, {}});
}

void Sessions::take(std::int64_t number, const wire::AgentEnvelope& envelope, SessionOrders& orders) {
  const Session& session = sessions_.at(number);
  const run::Cause cause{session.id, session.id.empty() ? 0 : envelope.seq};
  if (std::holds_alternative<wire::Gone>(envelope.message)) return lose(number, orders);
  if (const auto* beat = std::get_if<wire::Beat>(&envelope.message)) {
    orders.push_back(FeedRun{run::Heartbeat{session.agent, beat->held}, cause});
    return;
  }
  // An agent speaks for its own workers only.
  if (auto event = worker_event(envelope.message); event && owns(session.agent, event->worker))
    orders.push_back(FeedRun{std::move(event->event), cause});
}

SessionOrders Sessions::closed(LinkId link, Instant now) {
  SessionOrders orders;
  const auto number = on_link_.find(link);
  if (number == on_link_.end()) return orders;
  if (!rules_.agents_may_come_back) {
    lose(number->second, orders);
    return orders;
  }
  Session& session = sessions_.at(number->second);
  detach(session);
  session.link_lost_at = now;
  return orders;
}

void Sessions::lose(std::int64_t number, SessionOrders& orders) {
  Session session = std::move(sessions_.at(number));
  sessions_.erase(number);
  of_agent_.erase(session.agent);
  acknowledgements_.erase(number);
  if (session.link) orders.push_back(CloseLink{*session.link});
  detach(session);
  orders.push_back(FeedRun{run::AgentLost{session.agent, fmt::format("agent '{}' left", session.agent.value)}, {}});
}

SessionOrders Sessions::look_after(Instant now) {
  SessionOrders orders;
  if (!rules_.agents_may_come_back) return orders;
  const Millis patience = 2 * rules_.heartbeat;
  // A closed link is known at once, and whoever lives comes back within a second or two.
  const Millis patience_for_return = rules_.heartbeat + rules_.heartbeat / 2;
  for (auto& [number, session] : sessions_) {
    if (session.presence == Presence::away) continue;
    if (!session.link && now - session.link_lost_at >= patience_for_return) {
      session.presence = Presence::away;
      orders.push_back(
          FeedRun{run::AgentAway{session.agent, fmt::format("agent '{}' lost its connection", session.agent.value), false}, {}});
    } else if (session.presence == Presence::here && now - session.heard_at >= patience) {
      session.presence = Presence::quiet;
      orders.push_back(FeedRun{run::AgentAway{session.agent, fmt::format("agent '{}' fell silent", session.agent.value), true}, {}});
    }
  }
  return orders;
}

bool Sessions::is_anybody_there() const {
  return std::any_of(sessions_.begin(), sessions_.end(), [](const auto& one) { return one.second.presence != Presence::away; });
}

std::optional<LinkId> Sessions::link_of_session(std::int64_t session) const {
  const auto found = sessions_.find(session);
  return found == sessions_.end() ? std::nullopt : found->second.link;
}

std::optional<LinkId> Sessions::link_of_worker(const domain::WorkerId& worker) const {
  const auto number = of_agent_.find(domain::AgentId{worker.value.substr(0, worker.value.rfind('/'))});
  return number == of_agent_.end() ? std::nullopt : sessions_.at(number->second).link;
}

std::vector<LinkId> Sessions::links() const {
  std::vector<LinkId> all;
  for (const auto& [link, number] : on_link_) all.push_back(link);
  return all;
}

void Sessions::attach(std::int64_t number, LinkId link) {
  sessions_.at(number).link = link;
  on_link_[link] = number;
}

void Sessions::detach(Session& session) {
  if (session.link) on_link_.erase(*session.link);
  session.link.reset();
}

}  // namespace tamarack::coordinator
