#include <algorithm>

#include "base/check.h"
#include "run/carry.h"
#include "run/run.h"

namespace tamarack::run {
namespace {

using domain::Outcome;
using domain::TestIndex;

void settle(Run& run, TestIndex test, Outcome outcome) {
  TestState& state = run.tests.at(test.value);
  CHECK(state.outcome == Outcome::pending, "test {} is settled twice: {}, then {}", test.value, to_string(state.outcome),
        to_string(outcome));
  state.outcome = outcome;
  run.ledger.add(outcome);
  --run.pending_in_unit.at(state.unit.value);
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
    run.ledger.planned = static_cast<std::int64_t>(record.plan.tests.size());
    run.quarantined.insert(record.options.quarantined.begin(), record.options.quarantined.end());
    for (const domain::Unit& unit : record.plan.units) {
      run.has_order = run.has_order || !unit.after.empty();
      run.pending_in_unit.push_back(static_cast<std::int32_t>(unit.tests.size()));
      schedule::put_back(run.queue, run.plan, {unit.index, unit.tests});
      for (const TestIndex test : unit.tests) run.tests.at(test.value).unit = unit.index;
    }
  }
  void operator()(const WorkerJoined& record) {
    run.workers[record.worker] = {.agent = record.agent, .slot = record.slot, .number = static_cast<std::uint32_t>(run.joined.size())};
    run.joined.push_back(record.worker);
  }
  void operator()(const WorkerReady& record) {
    WorkerState& worker = run.workers.at(record.worker);
    worker.restarting = false;
    worker.was_idle = false;
    if (worker.phase != WorkerPhase::busy) worker.phase = WorkerPhase::idle;
  }
  void operator()(const WorkerEnded& record) {
    WorkerState& worker = run.workers.at(record.worker);
    worker.phase = record.silent ? WorkerPhase::silent : WorkerPhase::ended;
    worker.was_idle = record.idle;
    run.worker_left_at = at;
  }
  void operator()(const LeaseGranted& record) {
    CHECK(record.term.value > run.last_term, "term {} was used before", record.term.value);
    run.last_term = record.term.value;
    run.leases[record.term] = {.worker = record.worker, .pieces = record.pieces, .granted = at, .expires = record.expires};
    WorkerState& worker = run.workers.at(record.worker);
    worker.phase = WorkerPhase::busy;
    worker.last_term = record.term;
    run.holders.resize(record.term.value);
    run.holders.back().worker = worker.number;
    for (const schedule::Piece& piece : record.pieces) schedule::take_out(run.queue, run.plan, piece);
  }
  void operator()(const TestStarted& record) {
    if (const auto lease = run.leases.find(record.term); lease != run.leases.end()) lease->second.in_flight.insert(record.test);
  }
  void operator()(const TestFinished& record) {
    ++run.attempts;
    const auto lease = run.leases.find(record.term);
    if (lease != run.leases.end()) {
      lease->second.in_flight.erase(record.report.test);
      const bool ended = record.report.last_try && record.report.status != domain::TestStatus::interrupted;
      if (ended) lease->second.reported.insert(record.report.test);
    }
    if (!record.counted) return;
    if (lease != run.leases.end() && record.report.last_try) lease->second.progressed = true;
    TestState& state = run.tests.at(record.report.test.value);
    ++state.executions;
    if (!is_good(record.report.status)) {
      state.failed_before = true;
      state.last_bad = record.report.status;
      if (record.report.last_try) ++state.failures;
    }
    if (record.settles != Outcome::pending) settle(run, record.report.test, record.settles);
  }
  void operator()(const ArtifactStored&) {}
  void operator()(const LeaseEnded& record) {
    const auto lease = run.leases.find(record.term);
    CHECK(lease != run.leases.end(), "lease {} ended twice", record.term.value);
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
    if (!carried_from(record).value.empty()) ++run.circumstances.carried;
    // A given-up test must not be handed out again with what is left of its unit.
    schedule::drop(run.queue, run.plan, run.tests.at(record.test.value).unit, record.test);
  }
  void operator()(const Disagreed&) { ++run.circumstances.disagreements; }
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
