#include "coordinator_process.h"

#include "base/check.h"
#include "coordinator/projection.h"
#include "wire/message.h"

namespace tamarack::simulation {
namespace {

constexpr Millis tick_interval{500};

run::Event to_event(const wire::WorkerUp& message) {
  return run::WorkerBecameReady{message.worker, message.app_start};
}
run::Event to_event(const wire::WorkerDown& message) {
  return run::WorkerFailed{message.worker, message.gone, message.message, message.log_tail};
}
run::Event to_event(const wire::TestBegan& message) {
  return run::TestBegan{message.worker, message.term, message.test, message.retry};
}
run::Event to_event(const wire::TestEnded& message) {
  return run::TestEnded{message.worker, message.term, message.report};
}
run::Event to_event(const wire::InvocationEnded& message) {
  return run::InvocationEnded{message.worker, message.term, message.process_lost, message.invocation, message.disagreements};
}

}  // namespace

CoordinatorProcess::CoordinatorProcess(World& world, store::Store& store, StepFunction step, Millis clock_offset,
                                       CoordinatorCallbacks callbacks)
    : world_(world), store_(store), step_(std::move(step)), clock_offset_(clock_offset), callbacks_(std::move(callbacks)) {}

void CoordinatorProcess::later(Millis delay, std::function<void()> what) {
  world_.timeline.after(delay, [self = shared_from_this(), what = std::move(what)] {
    if (self->alive_) what();
  });
}

void CoordinatorProcess::attach(const std::shared_ptr<Link>& link) {
  auto session = std::make_shared<Session>();
  session->number = sessions_.size();
  session->link = link;
  link->coordinator.on_message = [this, self = weak_from_this(), weak = std::weak_ptr(session)](const std::string& text) {
    const auto one = weak.lock();
    if (const auto owner = self.lock(); owner && alive_ && one && !one->gone) hear(one, text);
  };
  link->coordinator.on_close = [this, self = weak_from_this(), weak = std::weak_ptr(session)] {
    const auto one = weak.lock();
    if (const auto owner = self.lock(); owner && alive_ && one) closed(one);
  };
  sessions_.push_back(std::move(session));
}

void CoordinatorProcess::hear(const std::shared_ptr<Session>& session, const std::string& text) {
  const Result<wire::AgentEnvelope> envelope = wire::decode_from_agent(text);
  CHECK(envelope.has_value(), "the coordinator cannot read '{}'", text);
  if (!session->inbox.accept(envelope->seq)) return world_.took(Transition::inbox_refused);
  gathering_.acknowledgements[session->number] = envelope->seq;
  take(session, envelope->message);
  flush();
}

void CoordinatorProcess::take(const std::shared_ptr<Session>& session, const wire::FromAgent& message) {
  if (const auto* hello = std::get_if<wire::Hello>(&message)) {
    session->agent = hello->agent;
    session->welcomed = true;
    session->send(wire::Welcome{}, Passage::sure);
    for (std::int64_t slot = 1; slot <= hello->workers; ++slot)
      feed(run::WorkerAppeared{domain::WorkerId{fmt::format("{}/{}", hello->agent.value, slot)}, hello->agent});
    if (run_.is_planned()) session->send(wire::RunAnnounced{run_.id, run_.plan}, Passage::sure);
    return;
  }
  if (!session->welcomed) return;
  if (std::holds_alternative<wire::Gone>(message)) return closed(session);
  if (const auto* beat = std::get_if<wire::Beat>(&message)) return feed(run::Heartbeat{session->agent, beat->held});
  std::visit(
      [&](const auto& one) {
        if constexpr (requires { to_event(one); }) {
          if (session->owns(one.worker)) feed(to_event(one));
        }
      },
      message);
}

void CoordinatorProcess::closed(const std::shared_ptr<Session>& session) {
  if (std::exchange(session->gone, true)) return;
  if (session->welcomed) feed(run::AgentLost{session->agent, fmt::format("agent '{}' left", session->agent.value)});
}

void CoordinatorProcess::begin() {
  feed(run::Planned{run_id(), world_.scenario.plan, world_.scenario.options});
  for (const auto& session : sessions_)
    if (session->welcomed) session->send(wire::RunAnnounced{run_.id, run_.plan}, Passage::sure);
  for (const run::Event& event : std::exchange(before_plan_, {})) feed(event);
  tick();
}

void CoordinatorProcess::go_on(run::Run folded, const std::vector<run::Event>& found) {
  run_ = std::move(folded);
  for (const run::Event& event : found) feed(event);
  feed(run::Resumed{});
  for (const auto& session : sessions_)
    if (session->welcomed) session->send(wire::RunAnnounced{run_.id, run_.plan}, Passage::sure);
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
  callbacks_.on_step(run_, step.entries, step.effects);
  std::move(step.entries.begin(), step.entries.end(), std::back_inserter(gathering_.entries));
  std::move(step.effects.begin(), step.effects.end(), std::back_inserter(gathering_.effects));
  flush();
}

void CoordinatorProcess::flush() {
  if (committing_ || flush_posted_ || !alive_ || gathering_.is_empty()) return;
  flush_posted_ = true;
  later(Millis{0}, [this] {
    flush_posted_ = false;
    if (committing_) return;
    in_flight_ = std::exchange(gathering_, {});
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
  for (const auto& [session, seq] : batch.acknowledgements) sessions_[session]->send(wire::Acknowledged{seq});
  for (const run::Effect& effect : batch.effects) obey(effect);
  flush();
}

void CoordinatorProcess::obey(const run::Effect& effect) {
  const auto send = [this](const domain::WorkerId& worker, const wire::ToAgent& message) {
    for (const auto& session : sessions_)
      if (session->owns(worker)) session->send(message);
  };
  if (const auto* grant = std::get_if<run::GrantLease>(&effect))
    send(grant->worker, wire::Lease{grant->worker, grant->term, grant->pieces});
  else if (const auto* stop = std::get_if<run::StopLease>(&effect))
    send(stop->worker, wire::Stop{stop->worker, stop->term});
  else
    callbacks_.on_finished();
}

void CoordinatorProcess::send_home() {
  for (const auto& session : sessions_) session->send(wire::GoHome{}, Passage::sure);
}

void CoordinatorProcess::die() {
  alive_ = false;
  for (const auto& session : sessions_) session->link->close_by_coordinator();
}

void CoordinatorProcess::tick() {
  if (run_.finished) return;
  feed(run::Tick{});
  later(tick_interval, [this] { tick(); });
}

}  // namespace tamarack::simulation
