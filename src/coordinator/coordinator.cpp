#include "coordinator/coordinator.h"

#include "base/check.h"
#include "coordinator/projection.h"

namespace tamarack::coordinator {
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
run::Event to_event(const wire::Artifact& message) {
  return run::ArtifactArrived{message.worker, message.term, message.test, message.retry, message.attachment};
}
run::Event to_event(const wire::InvocationEnded& message) {
  return run::InvocationEnded{message.worker, message.term, message.process_lost, message.invocation, message.disagreements};
}

}  // namespace

struct Coordinator::Session {
  std::unique_ptr<io::Link> link;
  wire::Inbox inbox;
  domain::AgentId agent;
  bool welcomed = false;
  bool gone = false;

  void send(const wire::ToAgent& message) const {
    if (link && !gone) link->send(wire::encode(message));
  }
  bool owns(const domain::WorkerId& worker) const { return worker.value.starts_with(agent.value + "/"); }
};

Coordinator::Coordinator(io::Loop& loop, const Clock& clock, store::Store& store, CoordinatorSettings settings,
                         CoordinatorCallbacks callbacks)
    : loop_(loop), clock_(clock), store_(store), settings_(std::move(settings)), callbacks_(std::move(callbacks)) {}

Coordinator::~Coordinator() = default;

void Coordinator::attach(std::unique_ptr<io::Link> link) {
  auto session = std::make_shared<Session>();
  session->link = std::move(link);
  session->link->on_message([this, weak = std::weak_ptr(session)](const std::string& text) {
    if (const auto alive = weak.lock()) hear(alive, text);
  });
  session->link->on_close([this, weak = std::weak_ptr(session)] {
    if (const auto alive = weak.lock()) closed(alive);
  });
  sessions_.push_back(std::move(session));
}

void Coordinator::hear(const std::shared_ptr<Session>& session, const std::string& text) {
  const Result<wire::AgentEnvelope> envelope = wire::decode_from_agent(text);
  if (!envelope || !session->inbox.accept(envelope->seq)) return;
  gathering_.acknowledgements[session] = envelope->seq;
  take(session, envelope->message);
  flush();
}

void Coordinator::take(const std::shared_ptr<Session>& session, const wire::FromAgent& message) {
  if (const auto* hello = std::get_if<wire::Hello>(&message)) {
    session->agent = hello->agent;
    session->welcomed = true;
    session->send(wire::Welcome{.heartbeat = settings_.heartbeat});
    for (std::int64_t slot = 1; slot <= hello->workers; ++slot)
      feed(run::WorkerAppeared{domain::WorkerId{fmt::format("{}/{}", hello->agent.value, slot)}, hello->agent});
    if (run_.is_planned()) session->send(wire::RunAnnounced{run_.id, run_.plan});
    return;
  }
  if (!session->welcomed) return;
  if (std::holds_alternative<wire::Gone>(message)) return closed(session);
  if (const auto* beat = std::get_if<wire::Beat>(&message)) return feed(run::Heartbeat{session->agent, beat->held});
  std::visit(
      [&](const auto& one) {
        if constexpr (requires { to_event(one); }) {
          // An agent speaks for its own workers only.
          if (session->owns(one.worker)) feed(to_event(one));
        }
      },
      message);
}

void Coordinator::closed(const std::shared_ptr<Session>& session) {
  if (session->gone) return;
  session->gone = true;
  if (session->welcomed) feed(run::AgentLost{session->agent, fmt::format("agent '{}' left", session->agent.value)});
  const bool all_gone = std::all_of(sessions_.begin(), sessions_.end(), [](const auto& one) { return one->gone; });
  if (all_gone && all_home_) {
    home_timer_.cancel();
    loop_.post(std::exchange(all_home_, nullptr));
  }
}

void Coordinator::begin(const domain::Plan& plan, const run::Options& options) {
  CHECK(!run_.is_planned(), "one coordinator, one run");
  feed(run::Planned{settings_.run, plan, options});
  for (const auto& session : sessions_)
    if (session->welcomed) session->send(wire::RunAnnounced{run_.id, run_.plan});
  for (const run::Event& event : std::exchange(before_plan_, {})) feed(event);
  tick();
}

void Coordinator::go_on(run::Run folded, const std::vector<run::Event>& found) {
  run_ = std::move(folded);
  for (const run::Event& event : found) feed(event);
  feed(run::Resumed{});
  for (const auto& session : sessions_)
    if (session->welcomed) session->send(wire::RunAnnounced{run_.id, run_.plan});
  for (const run::Event& event : std::exchange(before_plan_, {})) feed(event);
  tick();
}

void Coordinator::stop(run::StopCause cause, const std::string& reason) {
  feed(run::StopAsked{cause, reason});
}

void Coordinator::feed(const run::Event& event) {
  if (broken_) return;
  if (!run_.is_planned() && !std::holds_alternative<run::Planned>(event)) {
    before_plan_.push_back(event);
    return;
  }
  run::Step step = run::step(std::move(run_), event, clock_.now());
  run_ = std::move(step.run);
  std::move(step.entries.begin(), step.entries.end(), std::back_inserter(gathering_.entries));
  std::move(step.effects.begin(), step.effects.end(), std::back_inserter(gathering_.effects));
  flush();
}

// At the end of the current turn, so that everything this turn brought goes into one transaction.
void Coordinator::flush() {
  if (committing_ || flush_posted_ || broken_ || gathering_.is_empty()) return;
  flush_posted_ = true;
  loop_.post([this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    flush_posted_ = false;
    if (committing_ || broken_) return;
    in_flight_ = std::exchange(gathering_, {});
    if (in_flight_.entries.empty()) return committed();
    committing_ = true;
    auto commit = std::make_shared<store::Commit>(project(settings_.row, run_, in_flight_.entries));
    auto outcome = std::make_shared<Result<>>();
    loop_.background([this, commit, outcome] { *outcome = store_.commit(*commit); },
                     [this, outcome, still = std::weak_ptr(alive_)] {
                       if (still.expired()) return;
                       committing_ = false;
                       if (!*outcome) {
                         broken_ = true;
                         callbacks_.on_broken(Error(outcome->error()).in("the journal cannot be written"));
                         return;
                       }
                       committed();
                     });
  });
}

void Coordinator::committed() {
  const Batch batch = std::exchange(in_flight_, {});
  for (const run::Entry& entry : batch.entries)
    if (callbacks_.on_entry) callbacks_.on_entry(entry);
  for (const auto& [session, seq] : batch.acknowledgements) session->send(wire::Acknowledged{seq});
  for (const run::Effect& effect : batch.effects) obey(effect);
  flush();
}

void Coordinator::obey(const run::Effect& effect) {
  if (const auto* grant = std::get_if<run::GrantLease>(&effect))
    send(grant->worker, wire::Lease{grant->worker, grant->term, grant->pieces});
  else if (const auto* stop = std::get_if<run::StopLease>(&effect))
    send(stop->worker, wire::Stop{stop->worker, stop->term});
  else if (std::holds_alternative<run::FinishRun>(effect)) {
    tick_timer_.cancel();
    callbacks_.on_finished();
  }
}

void Coordinator::send(const domain::WorkerId& worker, const wire::ToAgent& message) {
  for (const auto& session : sessions_)
    if (session->owns(worker)) session->send(message);
}

void Coordinator::tick() {
  if (run_.finished) return;
  feed(run::Tick{});
  tick_timer_ = loop_.after(tick_interval, [this] { tick(); });
}

void Coordinator::send_home(Millis deadline, io::Callback done) {
  const bool all_gone = std::all_of(sessions_.begin(), sessions_.end(), [](const auto& one) { return one->gone; });
  if (all_gone) {
    loop_.post(std::move(done));
    return;
  }
  all_home_ = std::move(done);
  home_timer_ = loop_.after(deadline, [this] {
    if (const auto late = std::exchange(all_home_, nullptr)) late();
  });
  for (const auto& session : sessions_) session->send(wire::GoHome{});
}

void Coordinator::close_row(const store::RunRow& row, std::function<void(Result<>)> done) {
  auto outcome = std::make_shared<Result<>>();
  loop_.background([this, row, outcome] { *outcome = store_.commit({.run = row.run, .project = row.project, .run_row = row}); },
                   [outcome, done = std::move(done)] { done(*outcome); });
}

}  // namespace tamarack::coordinator
