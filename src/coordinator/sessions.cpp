#include "coordinator/sessions.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "coordinator/agent_event.h"

namespace tamarack::coordinator {
namespace {

constexpr std::size_t why_bytes_max = 200;  // of what a reader says of bytes that somebody else chose

std::string first_words(const std::string& text) {
  std::string words = to_valid_utf8(text.substr(0, why_bytes_max));
  std::replace_if(words.begin(), words.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, ' ');
  return words;
}

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
  const bool was_here = std::exchange(session.presence, Presence::here) == Presence::here;
  if (!was_here && !session.last_words) orders.push_back(FeedRun{run::AgentBack{session.agent}, {}});
  if (!session.inbox.accept(envelope.seq)) return orders;
  acknowledgements_[number->second] = envelope.seq;
  take(number->second, envelope, orders);
  return orders;
}

SessionOrders Sessions::unreadable(LinkId link, std::int64_t number, const std::string& why, Instant now) {
  SessionOrders orders;
  const auto carried = on_link_.find(link);
  if (carried == on_link_.end()) {
    orders.push_back(SendTo{link, wire::Refused{fmt::format("the coordinator speaks protocol {} and cannot read this: {}",
                                                            wire::protocol_version, first_words(why))}});
    orders.push_back(FeedRun{run::AgentLied{{}, "unreadable", {}}, {}});
    orders.push_back(CloseLink{link});
    return orders;
  }
  Session& session = sessions_.at(carried->second);
  session.heard_at = now;
  if (number > 0 && !session.inbox.accept(number)) return orders;  // said again
  if (number > 0) acknowledgements_[carried->second] = number;
  orders.push_back(FeedRun{run::AgentLied{session.agent, "unreadable", "sent what cannot be read: " + first_words(why)},
                           {session.id, session.id.empty() ? 0 : number}});
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

void Sessions::come_back(std::int64_t number, LinkId link, const wire::Hello& hello, Instant now, SessionOrders& orders) {
  Session& session = sessions_.at(number);
  if (session.link) orders.push_back(CloseLink{*session.link});
  detach(session);
  attach(number, link);
  session.heard_at = now;
  session.presence = Presence::here;
  session.last_words = hello.last_words;
  welcome(link, rules_.heartbeat, orders);
  if (!hello.last_words) orders.push_back(FeedRun{run::AgentBack{session.agent}, {}});
  // What it is going to repeat was heard: the acknowledgement was lost.
  if (session.inbox.last() >= hello.next) acknowledgements_[number] = session.inbox.last();
}

void Sessions::begin_session(LinkId link, const wire::Hello& hello, Instant now, SessionOrders& orders) {
  const auto former = of_agent_.find(hello.agent);
  if (former != of_agent_.end() && !hello.session.empty() && sessions_.at(former->second).id == hello.session)
    return come_back(former->second, link, hello, now, orders);
  // Two processes under one name: the newer one is meant, the older one is dead or will find itself cut off.
  const bool stands_back = hello.last_words && former != of_agent_.end();
  if (former != of_agent_.end() && !stands_back) lose(former->second, orders);
  const auto known = remembered_.find(hello.session);
  const bool lived_on = !hello.session.empty() && known != remembered_.end();
  const std::int64_t heard_up_to = std::max(hello.next - 1, lived_on ? known->second : 0);
  sessions_[++last_session_] = {.agent = hello.agent,
                                .id = hello.session,
                                .link = std::nullopt,
                                .inbox = wire::Inbox(heard_up_to),
                                .heard_at = now,
                                .last_words = hello.last_words};
  if (!stands_back) of_agent_[hello.agent] = last_session_;
  attach(last_session_, link);
  welcome(link, rules_.heartbeat, orders);
  if (heard_up_to >= hello.next) acknowledgements_[last_session_] = heard_up_to;
  if (hello.last_words) return;
  for (std::int64_t slot = 1; slot <= hello.workers; ++slot)
    orders.push_back(
        FeedRun{run::WorkerAppeared{domain::WorkerId{fmt::format("{}/{}", hello.agent.value, slot)}, hello.agent, hello.session}, {}});
  if (lived_on) orders.push_back(FeedRun{run::AgentBack{hello.agent}, {}});
}

void Sessions::take(std::int64_t number, const wire::AgentEnvelope& envelope, SessionOrders& orders) {
  const Session& session = sessions_.at(number);
  const run::Cause cause{session.id, session.id.empty() ? 0 : envelope.seq};
  if (std::holds_alternative<wire::Gone>(envelope.message)) return lose(number, orders);
  // The dead hold nothing and are ready for nothing.
  const bool is_about_living =
      std::holds_alternative<wire::Beat>(envelope.message) || std::holds_alternative<wire::WorkerUp>(envelope.message);
  if (session.last_words && is_about_living) return;
  if (const auto* beat = std::get_if<wire::Beat>(&envelope.message)) {
    orders.push_back(FeedRun{run::Heartbeat{session.agent, beat->held, session.id}, cause});
    return;
  }
  auto event = worker_event(envelope.message);
  if (!event) return;
  if (auto* ready = std::get_if<run::WorkerBecameReady>(&event->event)) ready->session = session.id;
  if (auto* failed = std::get_if<run::WorkerFailed>(&event->event)) failed->session = session.id;
  // An agent speaks for its own workers only.
  if (!owns(session.agent, event->worker))
    event->event = run::AgentLied{session.agent, "foreign_worker",
                                  fmt::format("speaks for worker '{}', which is not its own", first_words(event->worker.value))};
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
  acknowledgements_.erase(number);
  if (!session.id.empty()) remembered_[session.id] = session.inbox.last();
  if (session.link) orders.push_back(CloseLink{*session.link});
  detach(session);
  const auto speaks = of_agent_.find(session.agent);
  if (speaks == of_agent_.end() || speaks->second != number) return;  // another process of this agent lives
  of_agent_.erase(speaks);
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

std::optional<LinkId> Sessions::link_of_agent(const domain::AgentId& agent) const {
  const auto number = of_agent_.find(agent);
  return number == of_agent_.end() ? std::nullopt : sessions_.at(number->second).link;
}

std::optional<LinkId> Sessions::link_of_worker(const domain::WorkerId& worker) const {
  return link_of_agent(domain::AgentId{worker.value.substr(0, worker.value.rfind('/'))});
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
