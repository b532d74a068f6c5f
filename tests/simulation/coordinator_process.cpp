#include "coordinator_process.h"

#include <set>

#include "base/check.h"
#include "coordinator/projection.h"
#include "wire/message.h"

namespace tamarack::simulation {
namespace {

constexpr Millis tick_interval{500};

}  // namespace

CoordinatorProcess::CoordinatorProcess(World& world, store::Store& store, StepFunction step, Millis clock_offset,
                                       CoordinatorCallbacks callbacks)
    : world_(world),
      store_(store),
      step_(std::move(step)),
      clock_offset_(clock_offset),
      callbacks_(std::move(callbacks)),
      sessions_({.agents_may_come_back = world.scenario.agents_live_on}) {}

void CoordinatorProcess::later(Millis delay, std::function<void()> what) {
  world_.timeline.after(delay, [self = shared_from_this(), what = std::move(what)] {
    if (self->alive_) what();
  });
}

void CoordinatorProcess::attach(const std::shared_ptr<Link>& link) {
  const coordinator::LinkId id = sessions_.opened();
  links_[id] = link;
  link->coordinator.on_message = [this, self = weak_from_this(), id](const std::string& text) {
    if (const auto owner = self.lock(); owner && alive_) hear(id, text);
  };
  link->coordinator.on_close = [this, self = weak_from_this(), id] {
    const auto owner = self.lock();
    if (!owner || !alive_) return;
    links_.erase(id);
    obey(sessions_.closed(id, now()));
  };
}

void CoordinatorProcess::hear(coordinator::LinkId link, const std::string& text) {
  const Result<wire::AgentEnvelope> envelope = wire::decode_from_agent(text);
  CHECK(envelope.has_value(), "the coordinator cannot read '{}'", text);
  const coordinator::SessionOrders orders = sessions_.heard(link, *envelope, now());
  if (orders.empty() && !sessions_.has_acknowledgements()) world_.took(Transition::inbox_refused);
  obey(orders);
  flush();
}

void CoordinatorProcess::obey(const coordinator::SessionOrders& orders) {
  for (const coordinator::SessionOrder& order : orders) {
    if (const auto* message = std::get_if<coordinator::SendTo>(&order)) {
      send(message->link, message->message);
    } else if (const auto* to = std::get_if<coordinator::AnnounceTo>(&order)) {
      announce(to->link);
    } else if (const auto* fed = std::get_if<coordinator::FeedRun>(&order)) {
      note(fed->event);
      cause_ = fed->cause;
      feed(fed->event);
      cause_ = {};
    } else if (const auto* closing = std::get_if<coordinator::CloseLink>(&order)) {
      if (const auto open = links_.find(closing->link); open != links_.end()) open->second->hang_up();
      links_.erase(closing->link);
    }
  }
}

void CoordinatorProcess::note(const run::Event& event) const {
  if (std::holds_alternative<run::AgentBack>(event)) world_.took(Transition::agent_back);
  if (const auto* away = std::get_if<run::AgentAway>(&event))
    world_.took(away->keep_leases ? Transition::agent_quiet : Transition::agent_away);
}

void CoordinatorProcess::send(coordinator::LinkId link, const wire::ToAgent& message, Passage passage) {
  if (const auto open = links_.find(link); open != links_.end()) open->second->to_agent(wire::encode(message), passage);
}

void CoordinatorProcess::announce(coordinator::LinkId link) {
  if (run_.is_planned()) send(link, wire::RunAnnounced{run_.id, run_.plan}, Passage::sure);
}

void CoordinatorProcess::begin() {
  feed(run::Planned{run_id(), world_.scenario.plan, world_.scenario.options});
  for (const coordinator::LinkId link : sessions_.links()) announce(link);
  for (const run::Event& event : std::exchange(before_plan_, {})) feed(event);
  tick();
}

void CoordinatorProcess::go_on(run::Run folded, const std::vector<run::Event>& found) {
  run_ = std::move(folded);
  for (const run::Event& event : found) feed(event);
  feed(run::Resumed{.heard_all = world_.scenario.local});
  for (const coordinator::LinkId link : sessions_.links()) announce(link);
  for (const run::Event& event : std::exchange(before_plan_, {})) feed(event);
  tick();
}

void CoordinatorProcess::go_on_with_agents(run::Run folded, const std::map<std::string, std::int64_t>& heard) {
  run_ = std::move(folded);
  sessions_.remember(heard);
  feed(run::Resumed{true});
  std::set<domain::AgentId> agents;
  for (const auto& [id, worker] : run_.workers) agents.insert(worker.agent);
  for (const domain::AgentId& agent : agents) feed(run::AgentAway{agent, "not back yet", true});
  for (const run::Event& event : std::exchange(before_plan_, {})) feed(event);
  tick();
}

void CoordinatorProcess::stop(run::StopCause cause, const std::string& reason) {
  feed(run::StopAsked{cause, reason});
}

void CoordinatorProcess::feed(const run::Event& event) {
  if (!alive_) return;
  if (!run_.is_planned() && !std::holds_alternative<run::Planned>(event)) {
    before_plan_.push_back(event);
    return;
  }
  run::Step step = step_(std::move(run_), event, now());
  run_ = std::move(step.run);
  for (run::Entry& entry : step.entries) entry.cause = cause_;
  callbacks_.on_step(run_, step.entries, step.effects);
  std::move(step.entries.begin(), step.entries.end(), std::back_inserter(gathering_.entries));
  std::move(step.effects.begin(), step.effects.end(), std::back_inserter(gathering_.effects));
  flush();
}

void CoordinatorProcess::flush() {
  if (committing_ || flush_posted_ || !alive_ || (gathering_.is_empty() && !sessions_.has_acknowledgements())) return;
  flush_posted_ = true;
  later(Millis{0}, [this] {
    flush_posted_ = false;
    if (committing_) return;
    in_flight_ = std::exchange(gathering_, {});
    in_flight_.acknowledgements = sessions_.take_acknowledgements();
    if (in_flight_.entries.empty()) return committed();
    commit();
  });
}

void CoordinatorProcess::commit() {
  committing_ = true;
  const auto rows = std::make_shared<store::Commit>(coordinator::project({.project = "simulated"}, run_, in_flight_.entries));
  const CommitFate fate = callbacks_.fate_of_commit();
  const Millis took = world_.up_to(world_.scenario.commit_max);
  // The transaction becomes durable at once or at the end; only a crash in between can tell the difference.
  const bool early = fate == CommitFate::succeeds && world_.random.chance(0.5);
  const auto write = [this, rows] {
    const Result<> written = store_.commit(*rows);
    CHECK(written.has_value(), "the store refuses a commit");
    callbacks_.on_committed(rows->rows.back().seq);
  };
  if (early) write();
  later(took, [this, fate, early, write] {
    if ((fate == CommitFate::succeeds && !early) || fate == CommitFate::killed_after) write();
    if (fate != CommitFate::succeeds) return callbacks_.on_killed();
    committing_ = false;
    committed();
  });
}

void CoordinatorProcess::committed() {
  const Batch batch = std::exchange(in_flight_, {});
  for (const auto& [session, seq] : batch.acknowledgements)
    if (const auto link = sessions_.link_of_session(session)) send(*link, wire::Acknowledged{seq});
  for (const run::Effect& effect : batch.effects) obey(effect);
  flush();
}

void CoordinatorProcess::obey(const run::Effect& effect) {
  if (const auto* grant = std::get_if<run::GrantLease>(&effect))
    send_to_worker(grant->worker, wire::Lease{grant->worker, grant->term, grant->pieces, grant->captures});
  else if (const auto* stop = std::get_if<run::StopLease>(&effect))
    send_to_worker(stop->worker, wire::Stop{stop->worker, stop->term});
  else if (const auto* begin = std::get_if<run::BeginWait>(&effect))
    callbacks_.on_begin_wait(*begin);
  else if (const auto* drop = std::get_if<run::DropWait>(&effect))
    callbacks_.on_drop_wait(*drop);
  else if (const auto* home = std::get_if<run::SendHome>(&effect))
    send_home(home->agent);
  else if (std::holds_alternative<run::FinishRun>(effect))
    callbacks_.on_finished();
}

void CoordinatorProcess::send_home(const domain::AgentId& agent) {
  if (const auto link = sessions_.link_of_agent(agent)) send(*link, wire::GoHome{});
}

void CoordinatorProcess::send_to_worker(const domain::WorkerId& worker, const wire::ToAgent& message) {
  if (const auto link = sessions_.link_of_worker(worker)) send(*link, message);
}

void CoordinatorProcess::send_home() {
  for (const coordinator::LinkId link : sessions_.links()) send(link, wire::GoHome{}, Passage::sure);
}

void CoordinatorProcess::die() {
  alive_ = false;
  for (const auto& [id, link] : links_) link->close_by_coordinator();
}

// Now and then another run wants an agent of one that only waits.
void CoordinatorProcess::release_somebody() {
  if (world_.scenario.local || run_.workers.empty() || !run::only_waits(run_) || !world_.random.chance(0.2)) return;
  const auto which = static_cast<std::ptrdiff_t>(world_.random.below(run_.workers.size()));
  feed(run::ReleaseAsked{std::next(run_.workers.begin(), which)->second.agent});
}

void CoordinatorProcess::tick() {
  if (run_.finished) return;
  obey(sessions_.look_after(now()));
  release_somebody();
  feed(run::Tick{});
  later(tick_interval, [this] { tick(); });
}

}  // namespace tamarack::simulation
