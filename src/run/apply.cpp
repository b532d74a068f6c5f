#include <algorithm>

#include "base/check.h"
#include "run/carry.h"
#include "run/run.h"

namespace tamarack::run {
namespace {

using domain::Outcome;
using domain::TestIndex;

PhaseState& phase_of(Run& run, std::int32_t flow, std::int32_t phase) {
  return run.flows.at(static_cast<std::size_t>(flow)).phases.at(static_cast<std::size_t>(phase));
}

void settle(Run& run, TestIndex test, Outcome outcome) {
  TestState& state = run.tests.at(test.value);
  CHECK(state.outcome == Outcome::pending, "test {} is settled twice: {}, then {}", test.value, to_string(state.outcome),
        to_string(outcome));
  state.outcome = outcome;
  --run.tests_pending;
  --run.pending_in_unit.at(state.unit.value);
  if (state.flow >= 0) {  // its flow is in the ledger
    --phase_of(run, state.flow, state.phase).pending;
    return;
  }
  run.ledger.add(outcome);
  const bool bad = outcome == Outcome::failed || outcome == Outcome::timed_out;
  if (bad && run.quarantined.contains(run.plan.tests.at(test.value).id.value)) ++run.circumstances.quarantined_bad;
}

struct Apply {
  Run& run;
  Instant at;

  void operator()(const RunPlanned& record) {
    run.id = record.run;
    run.plan = record.plan;
    run.options = record.options;
    run.started = at;
    run.tests.assign(record.plan.tests.size(), {});
    run.tests_pending = std::ssize(record.plan.tests);
    const std::int64_t in_flows = place_flows();
    run.ledger.planned = std::ssize(record.plan.tests) - in_flows + std::ssize(record.plan.flows);
    run.circumstances.flows = std::ssize(record.plan.flows);
    run.quarantined.insert(record.options.quarantined.begin(), record.options.quarantined.end());
    for (const domain::Unit& unit : record.plan.units) {
      run.has_order = run.has_order || !unit.after.empty();
      run.pending_in_unit.push_back(static_cast<std::int32_t>(unit.tests.size()));
      // What belongs to a phase comes when it begins.
      const bool in_flow = !unit.tests.empty() && run.tests.at(unit.tests.front().value).flow >= 0;
      if (in_flow) run.later += unit.estimate;
      if (!in_flow) schedule::put_back(run.queue, run.plan, {unit.index, unit.tests});
      for (const TestIndex test : unit.tests) run.tests.at(test.value).unit = unit.index;
    }
  }
  // How many tests are in flows.
  std::int64_t place_flows() {
    std::int64_t tests = 0;
    run.flows.resize(run.plan.flows.size());
    for (std::size_t f = 0; f < run.flows.size(); ++f) {
      const domain::Flow& flow = run.plan.flows[f];
      run.flows[f].phases.resize(flow.phases.size());
      for (std::size_t p = 0; p < flow.phases.size(); ++p) {
        run.flows[f].phases[p].pending = static_cast<std::int32_t>(flow.phases[p].tests.size());
        tests += std::ssize(flow.phases[p].tests);
        for (const TestIndex test : flow.phases[p].tests) {
          run.tests.at(test.value).flow = static_cast<std::int32_t>(f);
          run.tests.at(test.value).phase = static_cast<std::int32_t>(p);
        }
      }
    }
    return tests;
  }
  void operator()(const WorkerJoined& record) {
    run.workers[record.worker] = {.agent = record.agent, .slot = record.slot, .number = static_cast<std::uint32_t>(run.joined.size())};
    run.joined.push_back(record.worker);
  }
  void operator()(const WorkerReady& record) {
    WorkerState& worker = run.workers.at(record.worker);
    worker.restarting = false;
    worker.was_idle = false;
    worker.released = false;
    if (!record.session.empty()) worker.session = record.session;
    if (worker.phase != WorkerPhase::busy) worker.phase = WorkerPhase::idle;
  }
  void operator()(const WorkerEnded& record) {
    WorkerState& worker = run.workers.at(record.worker);
    worker.phase = record.silent ? WorkerPhase::silent : WorkerPhase::ended;
    worker.was_idle = record.idle;
    worker.released = record.released;
    run.worker_left_at = at;
  }
  void operator()(const LeaseGranted& record) {
    CHECK(record.term.value > run.last_term, "term {} was used before", record.term.value);
    run.last_term = record.term.value;
    LeaseState& lease = run.leases[record.term];
    lease = {.worker = record.worker, .pieces = record.pieces, .granted = at, .expires = record.expires};
    for (const schedule::Piece& piece : record.pieces) lease.left += schedule::estimate(piece, run.plan);
    WorkerState& worker = run.workers.at(record.worker);
    worker.phase = WorkerPhase::busy;
    worker.last_term = record.term;
    run.holders.resize(record.term.value);
    run.holders.back().worker = worker.number;
    for (const schedule::Piece& piece : record.pieces) schedule::take_out(run.queue, run.plan, piece);
  }
  void operator()(const TestStarted& record) {
    const auto lease = run.leases.find(record.term);
    if (lease == run.leases.end()) return;
    lease->second.in_flight.insert(record.test);
    lease->second.started = true;
    if (never_twice(record.test)) lease->second.begun.insert(record.test);
    if (const std::int32_t flow = run.tests.at(record.test.value).flow; flow >= 0)
      run.flows[static_cast<std::size_t>(flow)].has_begun = true;
  }
  void operator()(const TestFinished& record) {
    ++run.attempts;
    const auto lease = run.leases.find(record.term);
    if (lease != run.leases.end()) {
      lease->second.in_flight.erase(record.report.test);
      const bool ended = record.report.last_try && record.report.status != domain::TestStatus::interrupted;
      if (ended && lease->second.reported.insert(record.report.test).second)
        lease->second.left = std::max(lease->second.left - estimate_of(record.report.test), Millis{0});
      if (never_twice(record.report.test)) note_begun(lease->second, record);
    }
    if (!record.counted) return;
    note_pace(record.report);
    if (lease != run.leases.end() && record.report.last_try) lease->second.progressed = true;
    TestState& state = run.tests.at(record.report.test.value);
    ++state.executions;
    state.duration = record.report.duration;
    if (state.flow >= 0) keep_captures(state, record.report);
    if (!is_good(record.report.status)) {
      state.failed_before = true;
      state.last_bad = record.report.status;
      if (record.report.last_try) ++state.failures;
    }
    if (record.settles != Outcome::pending) settle(run, record.report.test, record.settles);
  }
  // A test that was skipped or cut short says nothing about the price of running.
  void note_pace(const domain::TestReport& report) {
    if (report.status == domain::TestStatus::skipped || report.status == domain::TestStatus::interrupted) return;
    schedule::note_test(run.pace, estimate_of(report.test), report.duration);
  }
  Millis estimate_of(TestIndex test) const {
    return schedule::estimate({.unit = run.tests.at(test.value).unit, .tests = {test}}, run.plan);
  }
  bool never_twice(TestIndex test) const {
    const TestState& state = run.tests.at(test.value);
    if (state.flow < 0) return false;
    return run.plan.flows[static_cast<std::size_t>(state.flow)].phases[static_cast<std::size_t>(state.phase)].never_twice;
  }
  static void note_begun(LeaseState& lease, const TestFinished& record) {
    const domain::TestReport& report = record.report;
    if (record.counted && report.last_try && !is_good(report.status))
      lease.begun.erase(report.test);
    else if (report.status != domain::TestStatus::skipped)
      lease.begun.insert(report.test);
  }
  void keep_captures(const TestState& state, const domain::TestReport& report) {
    run.flows[static_cast<std::size_t>(state.flow)].has_begun = true;
    PhaseState& phase = phase_of(run, state.flow, state.phase);
    if (phase.ended) return;
    std::erase_if(phase.made, [&](const auto& one) { return one.first == report.test; });
    for (const domain::Capture& capture : report.captures) phase.made.emplace_back(report.test, capture);
    std::erase_if(phase.drifted, [&](const auto& one) { return one.first == report.test; });
    for (const domain::Annotation& annotation : report.annotations)
      if (annotation.type == domain::drifted_annotation) phase.drifted.emplace_back(report.test, annotation.description);
  }
  void operator()(const ArtifactStored&) {}
  void operator()(const LeaseEnded& record) {
    const auto lease = run.leases.find(record.term);
    CHECK(lease != run.leases.end(), "lease {} ended twice", record.term.value);
    if (record.invocation.framework_start.count() > 0) schedule::note_start(run.pace, record.invocation.framework_start);
    WorkerState& worker = run.workers.at(lease->second.worker);
    if (worker.phase == WorkerPhase::busy) worker.phase = worker.restarting ? WorkerPhase::starting : WorkerPhase::idle;
    run.leases.erase(lease);
  }
  void operator()(const Requeued& record) {
    for (const schedule::Piece& piece : record.pieces) schedule::put_back(run.queue, run.plan, piece);
  }
  void operator()(const TestInterrupted& record) {
    TestState& state = run.tests.at(record.test.value);
    if (record.blamed)
      ++state.blamed;
    else
      ++state.skipped_over;
  }
  void operator()(const TestSettled& record) {
    settle(run, record.test, record.outcome);
    if (run.tests.at(record.test.value).flow < 0 && !carried_from(record).value.empty()) ++run.circumstances.carried;
    // A given-up test must not be handed out again with what is left of its unit.
    const domain::UnitIndex unit = run.tests.at(record.test.value).unit;
    schedule::drop(run.queue, run.plan, unit, record.test);
    if (run.pending_in_unit.at(unit.value) > 0) return;
    const TestState& ended = run.tests.at(record.test.value);
    if (ended.flow >= 0 && !phase_of(run, ended.flow, ended.phase).began) run.later -= run.plan.units.at(unit.value).estimate;
    // Nor are the settled tests of a chain that were to run before it.
    for (const TestIndex test : run.plan.units.at(unit.value).tests) schedule::drop(run.queue, run.plan, unit, test);
  }
  void operator()(const Disagreed& record) {
    ++run.circumstances.disagreements;
    const auto lease = run.leases.find(record.term);
    if (lease != run.leases.end()) lease->second.disagreed.emplace(record.name, record.message);
  }
  void operator()(const InfrastructureFailed& record) {
    run.circumstances.infrastructure_failed = true;
    for (auto& [term, lease] : run.leases)
      if (lease.worker == record.worker) lease.app_died = true;
    // Its application is being started again: until it is up the worker would only give back whatever it is handed.
    const auto worker = run.workers.find(record.worker);
    if (worker == run.workers.end() || worker->second.phase == WorkerPhase::ended) return;
    worker->second.restarting = true;
    if (worker->second.phase == WorkerPhase::idle) worker->second.phase = WorkerPhase::starting;
  }
  void operator()(const StopRequested& record) {
    run.stopping = record.cause;
    run.stop_asked = at;
    for (auto& [term, lease] : run.leases) lease.stopping = true;
    switch (record.cause) {
      case StopCause::user:
        run.circumstances.cancelled_by_user = true;
        break;
      case StopCause::fail_fast:
        run.circumstances.stopped_by_failure = true;
        break;
      case StopCause::deadline:
        run.circumstances.deadline_passed = true;
        break;
    }
  }
  void operator()(const RunResumed& record) {
    run.resumed = at;
    if (record.leases_live_on) {
      for (auto& [term, lease] : run.leases) lease.expires = at + run.options.lease_lifetime;
      return;
    }
    for (auto& [id, worker] : run.workers) worker.phase = WorkerPhase::ended;
  }
  void operator()(const RunFinished& record) {
    run.finished = at;
    run.verdict = record.verdict;
  }
  void operator()(const PhaseBegan& record) {
    FlowState& flow = run.flows.at(static_cast<std::size_t>(record.flow));
    PhaseState& phase = phase_of(run, record.flow, record.phase);
    CHECK(!phase.began, "phase {} of flow {} begins twice", record.phase, record.flow);
    const domain::Flow& planned = run.plan.flows[static_cast<std::size_t>(record.flow)];
    const bool is_first = std::none_of(flow.phases.begin(), flow.phases.end(), [](const PhaseState& other) { return other.began; });
    if (is_first && planned.limit.count() > 0) flow.deadline = at + planned.limit;
    phase.began = true;
    phase.began_at = at;
    phase.deadline = record.deadline;
    const domain::FlowPhase& wanted = planned.phases[static_cast<std::size_t>(record.phase)];
    if (wanted.tests.empty()) {
      ++run.waits_open;
      flow.has_begun = true;
    } else {
      bring_work(wanted);
    }
  }
  void bring_work(const domain::FlowPhase& phase) {
    if (run.queue.waiting.empty()) run.work_came_at = at;
    std::set<domain::UnitIndex> units;
    for (const TestIndex test : phase.tests) units.insert(run.tests.at(test.value).unit);
    for (const domain::UnitIndex unit : units) {
      run.later -= run.plan.units.at(unit.value).estimate;
      schedule::put_back(run.queue, run.plan, {unit, run.plan.units.at(unit.value).tests, phase.never_twice});
    }
  }
  void operator()(const PhaseEnded& record) {
    PhaseState& phase = phase_of(run, record.flow, record.phase);
    CHECK(phase.is_open(), "phase {} of flow {} ends, and is not open", record.phase, record.flow);
    phase.ended = true;
    phase.outcome = record.outcome;
    phase.message = record.message;
    phase.captures = record.captures;
    phase.made.clear();
    phase.drifted.clear();
    const domain::Flow& flow = run.plan.flows[static_cast<std::size_t>(record.flow)];
    if (flow.phases[static_cast<std::size_t>(record.phase)].tests.empty()) --run.waits_open;
    run.flows[static_cast<std::size_t>(record.flow)].waited += record.waited;
  }
  void operator()(const FlowEnded& record) {
    FlowState& flow = run.flows.at(static_cast<std::size_t>(record.flow));
    CHECK(flow.outcome == Outcome::pending, "flow {} ends twice", record.flow);
    flow.outcome = record.outcome;
    flow.reason = record.reason;
    run.ledger.add(record.outcome);
    if (!carried_from(record).value.empty()) ++run.circumstances.carried;
    const bool bad = record.outcome == Outcome::failed || record.outcome == Outcome::timed_out;
    if (!bad) return;
    const auto invalid = std::find_if(flow.phases.begin(), flow.phases.end(), [](const PhaseState& phase) {
      return phase.ended && phase.outcome == domain::PhaseOutcome::invalid;
    });
    if (invalid != flow.phases.end()) {
      ++run.circumstances.invalid;
      const domain::Flow& planned = run.plan.flows[static_cast<std::size_t>(record.flow)];
      if (planned.drift_is_invalid && invalid->message.starts_with(domain::drifted_message)) ++run.circumstances.drifted;
    } else if (only_quarantined_failed(run.plan.flows[static_cast<std::size_t>(record.flow)], flow)) {
      flow.excused = true;
    }
    if (flow.excused) ++run.circumstances.quarantined_bad;
  }
  // A flow is excused when tests failed and all of those are in quarantine; what a wait ends badly, no quarantine excuses.
  bool only_quarantined_failed(const domain::Flow& flow, const FlowState& state) const {
    bool excused = false;
    for (std::size_t p = 0; p < flow.phases.size(); ++p) {
      using domain::PhaseOutcome;
      const PhaseOutcome ended = state.phases[p].ended ? state.phases[p].outcome : PhaseOutcome::satisfied;
      const bool is_bad_wait = ended == PhaseOutcome::failed || ended == PhaseOutcome::timed_out || ended == PhaseOutcome::lost;
      if (flow.phases[p].tests.empty() && is_bad_wait) return false;
      for (const TestIndex test : flow.phases[p].tests) {
        const Outcome outcome = run.tests.at(test.value).outcome;
        if (outcome != Outcome::failed && outcome != Outcome::timed_out) continue;
        if (!run.quarantined.contains(run.plan.tests.at(test.value).id.value)) return false;
        excused = true;
      }
    }
    return excused;
  }
  void operator()(const MessageRefused& record) { run.refused.push_back(record); }
};

}  // namespace

void apply(Run& run, const Entry& entry) {
  CHECK(entry.seq == run.last_seq + 1, "journal entry {} after {}", entry.seq, run.last_seq);
  run.last_seq = entry.seq;
  std::visit(Apply{run, entry.at}, entry.record);
}

schedule::InUse in_use(const Run& run) {
  schedule::InUse use;
  for (const auto& [term, lease] : run.leases)
    for (const schedule::Piece& piece : lease.pieces) {
      const domain::Unit& unit = run.plan.units.at(piece.unit.value);
      use.locks.insert(unit.locks.begin(), unit.locks.end());
      for (const std::string& cap : unit.caps) ++use.caps[cap];
    }
  use.pending = run.pending_in_unit;
  return use;
}

std::string_view to_string(LeaseEnd end) {
  switch (end) {
    case LeaseEnd::completed:
      return "completed";
    case LeaseEnd::lost:
      return "lost";
    case LeaseEnd::expired:
      return "expired";
    case LeaseEnd::stopped:
      return "stopped";
  }
  return "lost";
}

std::string_view to_string(StopCause cause) {
  switch (cause) {
    case StopCause::user:
      return "user";
    case StopCause::fail_fast:
      return "fail_fast";
    case StopCause::deadline:
      return "deadline";
  }
  return "user";
}

}  // namespace tamarack::run
