#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "run/carry.h"
#include "run/flows.h"
#include "run/stepper.h"

namespace tamarack::run {

using domain::Outcome;
using domain::Term;
using domain::TestIndex;
using domain::TestStatus;
using domain::WorkerId;

namespace {

constexpr std::int64_t unknown_terms_max = 8;  // looked at per heartbeat

// After a stop was asked for, invocations get this long to end by themselves before their leases are closed without them.
constexpr Millis stop_grace{20'000};

// With the last words of the framework, where it had any: they are the cause more often than not.
std::string describe_end(const InvocationEnded& event) {
  const std::string words = last_lines(event.invocation.log_tail, 2);
  const std::string said = words.empty() ? std::string{} : ": " + words;
  if (event.invocation.timed_out) return "the framework did not end within run.unit_timeout" + said;
  if (event.invocation.signal != 0) return fmt::format("the framework was killed by signal {}{}", event.invocation.signal, said);
  if (event.process_lost) return "the framework's process was lost" + said;
  return fmt::format("the framework exited with code {}{}", event.invocation.exit_code, said);
}

// What it says of its application crossed the order to go home: nobody wants the application any more.
bool has_gone_home(const WorkerState& worker, const std::string& session) {
  return worker.released && worker.session == session;
}

}  // namespace

void Stepper::operator()(const Planned& event) {
  CHECK(!run_.is_planned(), "a run is planned once");
  record(RunPlanned{event.run, event.plan, event.options});
  const std::string reason = carried_reason(event.carried.from);
  std::set<std::int32_t> flows;
  for (const CarriedFlow& carried : event.carried.flows)
    if (is_good(carried.outcome)) flows.insert(carried.flow);
  for (const CarriedTest& carried : event.carried.tests) {
    const std::int32_t flow = run_.tests.at(carried.test.value).flow;
    if (is_good(carried.outcome) && (flow < 0 || flows.contains(flow))) record(TestSettled{carried.test, carried.outcome, reason});
  }
  for (const CarriedFlow& carried : event.carried.flows)
    if (is_good(carried.outcome)) record(FlowEnded{carried.flow, carried.outcome, reason, Millis{0}, Millis{0}});
}

void Stepper::operator()(const WorkerAppeared& event) {
  const auto known = run_.workers.find(event.worker);
  // One whose agent was sent home is on its way again once it comes in another session; in the same one it is still about to go.
  const bool comes_again = known != run_.workers.end() && known->second.released && known->second.session != event.session;
  if (known != run_.workers.end() && !comes_again) return;
  record(WorkerJoined{event.worker, event.agent, next_slot()});
}

void Stepper::operator()(const WorkerBecameReady& event) {
  const auto worker = run_.workers.find(event.worker);
  if (worker == run_.workers.end() || has_gone_home(worker->second, event.session)) return;
  const bool is_working = worker->second.phase == WorkerPhase::busy || worker->second.phase == WorkerPhase::idle;
  if (!is_working || worker->second.restarting) record(WorkerReady{event.worker, event.app_start, event.session});
}

void Stepper::operator()(const WorkerFailed& event) {
  const auto worker = run_.workers.find(event.worker);
  if (worker == run_.workers.end() || has_gone_home(worker->second, event.session)) return;
  record(InfrastructureFailed{event.worker, event.message, event.log_tail});
  if (!event.gone) return;
  end_worker(event.worker, event.message, Blame::in_flight);
  finish_if_stranded(event.message);
}

void Stepper::operator()(const Heartbeat& event) {
  std::vector<Term> gone;
  for (auto& [term, lease] : run_.leases) {
    if (run_.workers.at(lease.worker).agent != event.agent) continue;
    const bool held = std::find(event.held.begin(), event.held.end(), term) != event.held.end();
    // Renewals are not journaled: after a restart every lease is closed, or lives on for its whole time. What is never held is not renewed:
    // an agent that came back with fewer workers would be given the leases of the others for ever.
    if (held) lease.expires = now_ + run_.options.lease_lifetime;
    // Messages of an agent come in order, so a lease it does not hold and has not ended never reached it.
    // Unless it reached another process of the agent, before a restart of ours: what may not run twice is not ordered from this one again.
    const bool once = never_twice(run_.tests.at(lease.pieces.front().tests.front().value));
    const std::string& session = run_.workers.at(lease.worker).session;
    const bool may_be_of_another = lease.granted <= run_.resumed && (session.empty() || session != event.session);
    if (!held && !lease.stopping && once && (lease.started || may_be_of_another))
      gone.push_back(term);
    else if (!held && !lease.stopping)
      effects_.push_back(GrantLease{lease.worker, term, lease.pieces, captures_of(run_, lease.pieces)});
    // Nor does a stop order wait for ever to be heard, or for a lease that never arrived.
    if (lease.stopping) effects_.push_back(StopLease{lease.worker, term});
  }
  for (const Term term : gone) take_back(term, LeaseEnd::lost, fmt::format("agent '{}' does not know of it any more", event.agent.value));
  // What it holds and should not is stopped; no word says which of its workers has it. A few at a time: it will say them again.
  std::int64_t left = unknown_terms_max;
  for (const Term term : event.held) {
    if (run_.leases.contains(term)) continue;
    if (left-- == 0) break;
    for (const auto& [id, worker] : run_.workers)
      if (worker.agent == event.agent) effects_.push_back(StopLease{id, term});
  }
  // A silent worker is asked until it has said that its lease is over: the lease, the stop or the answer may have been lost.
  for (const auto& [id, worker] : run_.workers)
    if (worker.agent == event.agent && worker.phase == WorkerPhase::silent && !worker.was_idle)
      effects_.push_back(StopLease{id, worker.last_term});
  // The order to go home may have been lost, with its link or with a coordinator.
  const bool should_be_gone = std::any_of(run_.workers.begin(), run_.workers.end(), [&](const auto& one) {
    return one.second.agent == event.agent && has_gone_home(one.second, event.session);
  });
  if (should_be_gone) effects_.push_back(SendHome{event.agent});
}

void Stepper::operator()(const AgentLost& event) {
  for (const auto& [id, worker] : std::map(run_.workers))
    if (worker.agent == event.agent && worker.phase != WorkerPhase::ended) end_worker(id, event.reason, Blame::nobody);
  finish_if_stranded(event.reason);
}

void Stepper::operator()(const AgentAway& event) {
  std::vector<Term> unreachable;
  for (const auto& [term, lease] : run_.leases)
    if (!event.keep_leases && run_.workers.at(lease.worker).agent == event.agent) unreachable.push_back(term);
  for (const Term term : unreachable) take_back(term, LeaseEnd::expired, event.reason);
  for (const auto& [id, worker] : std::map(run_.workers)) {
    const bool idle = worker.phase == WorkerPhase::idle;
    if (worker.agent == event.agent && (idle || worker.phase == WorkerPhase::starting)) record(WorkerEnded{id, event.reason, true, idle});
  }
}

void Stepper::operator()(const AgentBack& event) {
  for (const auto& [id, worker] : std::map(run_.workers))
    if (worker.agent == event.agent && worker.phase == WorkerPhase::silent && worker.was_idle) record(WorkerReady{id, Millis{0}});
}

// One machine that cannot begin costs the others nothing. When it was the last one, waiting for another would not mend it.
void Stepper::operator()(const AgentGaveUp& event) {
  if (!event.is_last || !run_.is_planned() || !is_stranded()) return;
  record(InfrastructureFailed{WorkerId{event.agent.value + "/1"}, event.message, event.log_tail});
  const std::string reason = fmt::format("agent '{}' could not begin: {}", event.agent.value, event.message);
  give_up_all_waiting(reason);
  cut_off_all(reason);
}

void Stepper::operator()(const TestBegan& event) {
  if (refuses_result(event.worker, event.term, event.test)) return;
  const LeaseState* lease = held_lease(event.worker, event.term, event.test);
  if (lease == nullptr || lease->in_flight.contains(event.test) || lease->reported.contains(event.test)) return;
  record(TestStarted{event.term, event.test, event.retry});
}

void Stepper::operator()(const TestEnded& event) {
  if (refuses_result(event.worker, event.term, event.report.test)) return;
  TestFinished finished{.term = event.term, .worker = event.worker, .report = event.report};
  const LeaseState* lease = held_lease(event.worker, event.term, event.report.test);
  const TestState& state = run_.tests.at(event.report.test.value);
  finished.counted = lease != nullptr && !lease->app_died && state.outcome == Outcome::pending &&
                     !lease->reported.contains(event.report.test) && event.report.status != TestStatus::interrupted &&
                     event.report.status != TestStatus::lost && !is_chain_casualty(event.report);
  if (finished.counted) finished.settles = settles(state, event.report);
  record(std::move(finished));
  stop_if_too_many_failed();
}

void Stepper::operator()(const ArtifactArrived& event) {
  if (refuses_artifact(event.worker, event.term, event.test)) return;
  record(ArtifactStored{event.term, event.test, event.retry, event.attachment});
}

// Of a lease that was taken away it does not count: on a machine that was frozen or cut off, hooks fail for that reason alone.
void Stepper::operator()(const DisagreementSeen& event) {
  if (refuses_end(event.worker, event.term)) return;
  const auto lease = run_.leases.find(event.term);
  if (lease == run_.leases.end() || lease->second.worker != event.worker || lease->second.stopping) return;
  disagree(event.term, event.disagreement);
}

void Stepper::operator()(const InvocationEnded& event) {
  if (refuses_end(event.worker, event.term)) return;
  const auto lease = run_.leases.find(event.term);
  if (lease == run_.leases.end() || lease->second.worker != event.worker) {
    // Its lease was taken away while it was silent; it is back and may work again. One that ended for good stays ended.
    const auto worker = run_.workers.find(event.worker);
    const bool is_back =
        worker != run_.workers.end() && worker->second.phase == WorkerPhase::silent && worker->second.last_term == event.term;
    if (is_back) record(WorkerReady{event.worker, Millis{0}});
    return;
  }
  const LeaseState ended = lease->second;
  if (!ended.stopping)
    for (const Disagreement& disagreement : event.disagreements) disagree(event.term, disagreement);
  const LeaseEnd end = ended.stopping ? LeaseEnd::stopped : event.process_lost ? LeaseEnd::lost : LeaseEnd::completed;
  record(LeaseEnded{event.term, end, event.invocation});
  const Blame blame = ended.stopping ? Blame::nobody : ended.app_died ? Blame::in_flight : Blame::in_flight_or_all;
  // Some frameworks say what ran only at their end: of one that was killed before its first word nothing is known.
  const bool killed = event.process_lost || event.invocation.signal != 0;
  account_for_rest(ended, blame, describe_end(event), killed && !ended.started ? Knows::little : Knows::begun);
}

// Its workers end before it hears of it: whatever comes to the queue meanwhile goes to others, or waits until it is back.
void Stepper::operator()(const ReleaseAsked& event) {
  if (!only_waits(run_)) return;
  std::vector<WorkerId> idle;
  for (const auto& [id, worker] : run_.workers) {
    if (worker.agent != event.agent || worker.phase == WorkerPhase::ended) continue;
    // One that starts or is silent has something to say yet. Without sessions nobody could tell that it has come again.
    if (worker.phase != WorkerPhase::idle || worker.session.empty()) return;
    idle.push_back(id);
  }
  if (idle.empty()) return;
  const std::string reason = fmt::format("agent '{}' was sent home: the run only waits", event.agent.value);
  for (const WorkerId& id : idle) record(WorkerEnded{.worker = id, .reason = reason, .released = true});
  effects_.push_back(SendHome{event.agent});
}

void Stepper::operator()(const StopAsked& event) {
  stop(event.cause, event.reason);
}

void Stepper::operator()(const Resumed& event) {
  if (run_.finished) return;
  if (!event.agents_live_on)
    for (const auto& [term, lease] : std::map(run_.leases)) {
      record(LeaseEnded{term, LeaseEnd::lost, {}});
      account_for_rest(lease, Blame::nobody, "tamarack itself was interrupted",
                       event.heard_all && lease.started ? Knows::begun : Knows::little);
    }
  record(RunResumed{event.agents_live_on});
  go_on_with_flows();
}

void Stepper::operator()(const Tick& event) {
  if (!run_.is_planned() || run_.finished) return;
  if (event.agents_elsewhere) run_.elsewhere_at = now_;
  if (run_.options.timeout.count() > 0 && now_ - run_.started >= run_.options.timeout)
    stop(StopCause::deadline, fmt::format("the run's time limit of {} passed", human_duration(run_.options.timeout)));
  // While flows are parked and nothing could be handed out, nobody misses a worker; while we were away none could come; and who is at work
  // elsewhere comes when that is over.
  const Millis patience = run_.options.no_worker_max;
  const Instant since = std::max({run_.worker_left_at, run_.started, run_.work_came_at, run_.resumed, run_.elsewhere_at});
  if (patience.count() > 0 && !run_.queue.waiting.empty() && is_stranded() && now_ - since >= patience)
    give_up_all_waiting(fmt::format("no worker was there for {}", human_duration(patience)));
  for (const auto& [term, lease] : std::map(run_.leases)) {
    const bool expired = now_ >= lease.expires;
    const bool ignored = lease.stopping && now_ - run_.stop_asked >= stop_grace;
    if (!expired && !ignored) continue;
    take_back(term, expired ? LeaseEnd::expired : LeaseEnd::stopped, fmt::format("worker {} fell silent", lease.worker.value));
  }
}

void Stepper::record(Record fact) {
  Entry entry{run_.last_seq + 1, now_, std::move(fact)};
  apply(run_, entry);
  entries_.push_back(std::move(entry));
}

std::int64_t Stepper::next_slot() const {
  // A worker that takes the place of an ended one takes over its slot, and with it the units pinned to it.
  std::set<std::int64_t> taken;
  for (const auto& [id, worker] : run_.workers)
    if (worker.phase != WorkerPhase::ended) taken.insert(worker.slot);
  std::int64_t slot = 0;
  while (taken.contains(slot)) ++slot;
  return slot;
}

const LeaseState* Stepper::held_lease(const WorkerId& worker, Term term, TestIndex test) const {
  const auto lease = run_.leases.find(term);
  if (lease == run_.leases.end() || lease->second.worker != worker) return nullptr;
  for (const schedule::Piece& piece : lease->second.pieces)
    if (std::find(piece.tests.begin(), piece.tests.end(), test) != piece.tests.end()) return &lease->second;
  return nullptr;
}

void Stepper::disagree(Term term, const Disagreement& disagreement) {
  const LeaseState& lease = run_.leases.at(term);
  if (lease.disagreed.contains({disagreement.name, disagreement.message})) return;
  // Whose it is can only be said where nothing else ran.
  const std::string unit = lease.pieces.size() != 1 ? std::string{} : run_.plan.units.at(lease.pieces.front().unit.value).title;
  record(Disagreed{term, disagreement.name, disagreement.message, unit});
}

Outcome Stepper::settles(const TestState& state, const domain::TestReport& report) const {
  // A framework that tries a whole group again skips what stands behind a failure, and runs it the next time.
  if (report.status == TestStatus::skipped) return report.last_try ? Outcome::skipped : Outcome::pending;
  if (report.status == TestStatus::passed) return state.failed_before || report.retry > 0 ? Outcome::flaky : Outcome::passed;
  if (!report.last_try) return Outcome::pending;
  const bool budget_left = state.failures + 1 <= retries_of(state) && !run_.stopping && !is_over(state);
  return budget_left ? Outcome::pending : outcome_of_bad(report.status);
}

bool Stepper::is_chain_casualty(const domain::TestReport& report) const {
  const domain::TestCase& planned = run_.plan.tests.at(report.test.value);
  if (report.status != TestStatus::skipped || planned.skip_expected || !planned.serial) return false;
  const domain::Unit& unit = run_.plan.units.at(run_.tests.at(report.test.value).unit.value);
  return std::any_of(unit.tests.begin(), unit.tests.end(), [&](TestIndex other) {
    const TestState& state = run_.tests.at(other.value);
    return is_serial(other) && state.outcome == Outcome::pending && state.failures > 0 && may_retry(state);
  });
}

bool only_waits(const Run& run) {
  return run.is_planned() && !run.finished && !run.stopping && run.waits_open > 0 && run.leases.empty() && run.queue.waiting.empty();
}

Step step(Run run, const Event& event, Instant now) {
  Step result{.run = std::move(run)};
  Stepper stepper(result.run, now);
  if (!result.run.finished) {
    std::visit(stepper, event);
    stepper.conclude();
  } else if (const auto* late = std::get_if<ArtifactArrived>(&event)) {
    stepper(*late);  // a report may still gain what settled late; the ledger is closed
  } else if (const auto* lied = std::get_if<AgentLied>(&event)) {
    stepper(*lied);
  }
  result.entries = std::move(stepper.entries_);
  result.effects = std::move(stepper.effects_);
  return result;
}

}  // namespace tamarack::run
