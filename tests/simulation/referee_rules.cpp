// What must hold for each kind of journal entry, judged in the state before it.
#include <algorithm>

#include "referee.h"

namespace tamarack::simulation {

using domain::Outcome;
using domain::TestIndex;
using domain::TestStatus;

void Referee::rule(const run::WorkerJoined& record) {
  world_.took(Transition::worker_joined);
  const auto known = folded_.workers.find(record.worker);
  if (known == folded_.workers.end()) return;
  world_.took(Transition::worker_joined_again);
  require(known->second.phase == run::WorkerPhase::ended && known->second.released, "worker {} joins again and was not released",
          record.worker.value);
}

void Referee::rule(const run::WorkerReady& record) {
  world_.took(Transition::worker_ready);
  const auto worker = folded_.workers.find(record.worker);
  require(worker != folded_.workers.end(), "worker {} is ready and never joined", record.worker.value);
  if (worker->second.phase == run::WorkerPhase::silent) world_.took(Transition::worker_back_from_silence);
}

void Referee::rule(const run::WorkerEnded& record) {
  if (record.silent && last_end_ == run::LeaseEnd::stopped) world_.took(Transition::stop_grace_passed);
  world_.took(record.silent ? Transition::worker_silent : Transition::worker_ended);
  if (record.released) {
    world_.took(Transition::worker_released);
    require(run::only_waits(folded_), "worker {} was released from a run that has something to do", record.worker.value);
  }
  for (const auto& [term, lease] : folded_.leases)
    require(lease.worker != record.worker, "worker {} ended and still holds lease {}", record.worker.value, term.value);
}

void Referee::rule(const run::LeaseGranted& record) {
  world_.took(Transition::lease_granted);
  require(!folded_.stopping, "lease {} was granted although the run is stopping", record.term.value);
  const auto worker = folded_.workers.find(record.worker);
  require(worker != folded_.workers.end() && worker->second.phase == run::WorkerPhase::idle,
          "lease {} went to worker {}, which is not idle", record.term.value, record.worker.value);
  require(!record.pieces.empty(), "lease {} holds nothing", record.term.value);
  if (record.pieces.size() > 1) world_.took(Transition::lease_of_many_units);
  require(record.pieces.size() == 1 || folded_.plan.units_share_invocation,
          "lease {} holds several units, which this framework cannot run at once", record.term.value);
  std::map<std::string, std::int64_t> caps;
  std::map<std::string, domain::Term> locks;
  for (const auto& [term, lease] : folded_.leases) {
    require(lease.worker != record.worker, "worker {} holds lease {} already", record.worker.value, term.value);
    for (const schedule::Piece& piece : lease.pieces) {
      const domain::Unit& unit = folded_.plan.units.at(piece.unit.value);
      for (const std::string& cap : unit.caps) ++caps[cap];
      for (const std::string& lock : unit.locks) locks[lock] = term;
      for (const schedule::Piece& wanted : record.pieces)
        for (const TestIndex test : wanted.tests)
          require(!is_pending(test) || std::find(piece.tests.begin(), piece.tests.end(), test) == piece.tests.end(),
                  "test {} is in two live leases, {} and {}", test.value, term.value, record.term.value);
    }
  }
  for (const schedule::Piece& piece : record.pieces) {
    for (const TestIndex test : piece.tests) may_be_leased(test);
    const domain::Unit& unit = folded_.plan.units.at(piece.unit.value);
    for (const std::string& lock : unit.locks)
      require(!locks.contains(lock), "lock '{}' is held by lease {} and wanted by lease {}", lock, locks[lock].value, record.term.value);
    for (const std::string& lock : unit.locks) locks[lock] = record.term;
    for (const std::string& name : unit.caps) {
      ++caps[name];
      for (const domain::Cap& cap : folded_.plan.caps)
        require(cap.name != name || caps[name] <= cap.units_max, "cap '{}' of {} is exceeded by lease {}", name, cap.units_max,
                record.term.value);
    }
    for (const domain::UnitIndex before : unit.after)
      require(folded_.pending_in_unit.at(before.value) == 0, "unit {} starts before unit {} has ended", piece.unit.value, before.value);
    if (unit.pinned_worker >= 0 && unit.pinned_worker != worker->second.slot) world_.took(Transition::pinned_unit_taken_over);
    const bool selectable = folded_.plan.can_select_tests;
    require(selectable || piece.tests == unit.tests, "unit {} is leased in part, which this framework cannot run", piece.unit.value);
    bool chain = false;
    for (const TestIndex test : piece.tests) chain = chain || (folded_.plan.tests[test.value].serial);
    bool open = false;
    for (const TestIndex test : piece.tests) {
      open = open || is_pending(test);
      if (is_pending(test)) continue;
      require(!selectable || folded_.plan.tests[test.value].serial, "test {} has its entry and is leased again", test.value);
      world_.took(selectable ? Transition::chain_leased_again : Transition::whole_unit_leased_again);
    }
    require(open, "lease {} holds unit {}, of which nothing is pending", record.term.value, piece.unit.value);
    if (chain)
      for (const TestIndex test : unit.tests)
        require(!folded_.plan.tests[test.value].serial || std::find(piece.tests.begin(), piece.tests.end(), test) != piece.tests.end(),
                "the chain of unit {} is leased without test {}", piece.unit.value, test.value);
  }
}

void Referee::rule(const run::TestStarted& record) const {
  require(folded_.leases.contains(record.term), "test {} started under lease {}, which is not live", record.test.value, record.term.value);
}

bool Referee::really_happened(const run::TestFinished& record) const {
  const std::vector<Execution>& executions = world_.truth.executions.at(record.report.test.value);
  return std::any_of(executions.begin(), executions.end(), [&](const Execution& one) {
    return one.term == record.term && one.retry == record.report.retry && one.status == record.report.status &&
           one.last_try == record.report.last_try;
  });
}

void Referee::rule(const run::TestFinished& record) {
  const TestIndex test = record.report.test;
  const run::TestState& state = folded_.tests.at(test.value);
  const auto lease = folded_.leases.find(record.term);
  if (!record.counted) {
    require(record.settles == Outcome::pending, "a result that does not count settles test {}", test.value);
    if (lease == folded_.leases.end())
      world_.took(Transition::result_late);
    else if (!is_pending(test) || lease->second.reported.contains(test))
      world_.took(Transition::result_again);
    else if (record.report.status == TestStatus::skipped)
      world_.took(Transition::chain_casualty);
    return;
  }
  world_.took(record.report.last_try ? Transition::result_counted : Transition::result_not_final);
  require(lease != folded_.leases.end(), "a result of test {} counts under term {}, which is stale", test.value, record.term.value);
  require(lease->second.worker == record.worker, "a result of worker {} counts under the lease of {}", record.worker.value,
          lease->second.worker.value);
  require(std::any_of(
              lease->second.pieces.begin(), lease->second.pieces.end(),
              [&](const schedule::Piece& piece) { return std::find(piece.tests.begin(), piece.tests.end(), test) != piece.tests.end(); }),
          "a result of test {} counts under lease {}, which does not hold it", test.value, record.term.value);
  require(is_pending(test), "test {} is counted after it was settled", test.value);
  require(really_happened(record), "test {} is said to have {} under lease {}, which never happened", test.value,
          to_string(record.report.status), record.term.value);
  require(!lease->second.reported.contains(test), "the result of test {} counts twice under lease {}", test.value, record.term.value);
  Outcome expected = Outcome::pending;
  const bool bad = !is_good(record.report.status);
  if (record.report.status == TestStatus::skipped) expected = Outcome::skipped;
  if (record.report.status == TestStatus::passed)
    expected = state.failed_before || record.report.retry > 0 ? Outcome::flaky : Outcome::passed;
  if (bad && record.report.last_try && (state.failures >= retries_of(state) || folded_.stopping || is_over(state)))
    expected = record.report.status == TestStatus::timed_out ? Outcome::timed_out : Outcome::failed;
  require(record.settles == expected, "test {} {} after {} failures: settles as {}, expected {}", test.value,
          to_string(record.report.status), state.failures, to_string(record.settles), to_string(expected));
  outcome_taken(record.settles);
  if (expected != Outcome::pending && bad && folded_.quarantined.contains(folded_.plan.tests[test.value].id.value))
    world_.took(Transition::test_in_quarantine);
}

void Referee::rule(const run::LeaseEnded& record) {
  const auto lease = folded_.leases.find(record.term);
  require(lease != folded_.leases.end(), "lease {} ends twice", record.term.value);
  last_ended_ = record.term;
  last_end_ = record.end;
  last_lease_ = lease->second;
  switch (record.end) {
    case run::LeaseEnd::completed:
      world_.took(Transition::lease_completed);
      break;
    case run::LeaseEnd::lost:
      world_.took(Transition::lease_lost);
      break;
    case run::LeaseEnd::expired:
      world_.took(Transition::lease_expired);
      break;
    case run::LeaseEnd::stopped:
      world_.took(Transition::lease_stopped);
      break;
  }
}

void Referee::rule(const run::Requeued& record) {
  world_.took(Transition::test_requeued);
  require(!record.pieces.empty(), "nothing is requeued");
  for (const schedule::Piece& piece : record.pieces)
    require(std::any_of(piece.tests.begin(), piece.tests.end(), [&](TestIndex test) { return is_pending(test); }),
            "unit {} is requeued with nothing pending", piece.unit.value);
}

void Referee::rule(const run::TestInterrupted& record) {
  world_.took(record.blamed ? Transition::test_blamed : Transition::test_passed_over);
  require(is_pending(record.test), "test {} has its entry and is interrupted", record.test.value);
  require(world_.truth.attempts.contains(last_ended_), "test {} is blamed for lease {}, for which no framework was ever started",
          record.test.value, last_ended_.value);
  if (record.blamed)
    require(last_lease_.in_flight.contains(record.test), "test {} is blamed for a death it was not in flight at", record.test.value);
}

void Referee::rule(const run::TestSettled& record) {
  require(is_pending(record.test), "test {} is settled twice", record.test.value);
  const run::TestState& state = folded_.tests.at(record.test.value);
  outcome_taken(record.outcome);
  const auto says = [&](std::string_view text) { return record.reason.find(text) != std::string::npos; };
  require(!says("could not be scheduled"), "test {} is given up although every plan here can be scheduled: {}", record.test.value,
          record.reason);
  if (record.reason.starts_with("flow '")) return settled_with_flow(record, state);
  const bool once = says("may not run twice");
  if (once) {
    require(planned(state.flow, state.phase).never_twice, "test {} may run twice: {}", record.test.value, record.reason);
    world_.took(Transition::test_not_run_twice);
  }
  switch (record.outcome) {
    case Outcome::never_ran:
      require(state.failures == 0, "test {} never ran, but failed {} times", record.test.value, state.failures);
      if (says("no worker was")) {
        world_.took(Transition::never_ran_no_worker);
        for (const auto& [id, worker] : folded_.workers)
          require(worker.phase == run::WorkerPhase::ended ||
                      (folded_.options.no_worker_max.count() > 0 && worker.phase == run::WorkerPhase::silent),
                  "test {} is given up for want of workers while {} is there", record.test.value, id.value);
      } else if (says("without running it")) {
        world_.took(Transition::never_ran_passed_over);
        require(state.skipped_over >= 2, "test {} is given up after {} invocations", record.test.value, state.skipped_over);
      } else if (once) {
        require(folded_.plan.tests[record.test.value].serial || !folded_.plan.can_select_tests, "test {} could run alone",
                record.test.value);
      } else {
        world_.took(Transition::never_ran_stopped);
        require(folded_.stopping.has_value(), "test {} never ran, and nobody had stopped the run: {}", record.test.value, record.reason);
      }
      break;
    case Outcome::lost:
      require(once || state.blamed >= folded_.options.lost_max, "test {} is lost after {} deaths", record.test.value, state.blamed);
      break;
    case Outcome::cancelled:
      require(folded_.stopping.has_value() && last_lease_.in_flight.contains(record.test), "test {} is cancelled without a stop",
              record.test.value);
      break;
    case Outcome::timed_out:
      require(state.failures > 0 || folded_.stopping == run::StopCause::deadline, "test {} timed out without a cause", record.test.value);
      break;
    case Outcome::failed:
      require(state.failures > 0, "test {} failed without having failed", record.test.value);
      world_.took(Transition::retry_cut_off);
      break;
    default:
      require(false, "test {} is settled as {} without a report", record.test.value, to_string(record.outcome));
  }
}

void Referee::rule(const run::Disagreed&) {
  world_.took(Transition::disagreed);
}
void Referee::rule(const run::InfrastructureFailed&) {
  world_.took(Transition::infrastructure_failed);
}

void Referee::rule(const run::StopRequested& record) {
  require(!folded_.stopping, "the run is stopped twice");
  switch (record.cause) {
    case run::StopCause::user:
      world_.took(Transition::stop_by_user);
      break;
    case run::StopCause::fail_fast:
      world_.took(Transition::stop_by_failure);
      break;
    case run::StopCause::deadline:
      world_.took(Transition::stop_by_deadline);
      break;
  }
}

// The agents here are lost, late and repeat themselves, but they do not lie.
void Referee::rule(const run::MessageRefused& record) const {
  require(false, "agent {} was refused although it told the truth: {}", record.agent.value, record.message);
}

void Referee::rule(const run::RunFinished& record) {
  require(folded_.leases.empty(), "the run is finished while a lease is live");
  require(record.ledger == folded_.ledger, "the run's last word has another ledger than the run");
  for (std::size_t test = 0; test < folded_.tests.size(); ++test)
    require(folded_.tests[test].outcome != Outcome::pending, "the run is finished while test {} is pending", test);
  switch (record.verdict) {
    case domain::Verdict::passed:
      world_.took(Transition::verdict_passed);
      break;
    case domain::Verdict::failed:
      world_.took(Transition::verdict_failed);
      break;
    case domain::Verdict::timed_out:
      world_.took(Transition::verdict_timed_out);
      break;
    case domain::Verdict::incomplete:
      world_.took(Transition::verdict_incomplete);
      break;
    case domain::Verdict::infrastructure:
      world_.took(Transition::verdict_infrastructure);
      break;
    case domain::Verdict::cancelled:
      world_.took(Transition::verdict_cancelled);
      break;
    case domain::Verdict::invalid:
      world_.took(Transition::verdict_invalid);
      require(folded_.circumstances.invalid > 0, "the run is invalid, and no flow is");
      break;
  }
  for (const run::FlowState& flow : folded_.flows) require(flow.outcome != Outcome::pending, "the run is finished while a flow is pending");
  require(folded_.waits_open == 0, "the run is finished with {} waits parked", folded_.waits_open);
  if (record.verdict != domain::Verdict::passed) return;
  for (std::size_t test = 0; test < folded_.tests.size(); ++test) {
    const Outcome outcome = folded_.tests[test].outcome;
    if (const std::int32_t flow = folded_.tests[test].flow; flow >= 0) {
      const Outcome of_flow = folded_.flows[static_cast<std::size_t>(flow)].outcome;
      if (of_flow != Outcome::passed && of_flow != Outcome::flaky) {
        require(of_flow == Outcome::skipped || folded_.circumstances.quarantined_bad > 0, "the run is green, and flow {} is {}", flow,
                to_string(of_flow));
        continue;
      }
    }
    const bool quarantined = folded_.quarantined.contains(folded_.plan.tests[test].id.value);
    const bool good = outcome == Outcome::passed || outcome == Outcome::flaky || outcome == Outcome::skipped;
    require(good || (quarantined && (outcome == Outcome::failed || outcome == Outcome::timed_out)), "the run is green, and test {} is {}",
            test, to_string(outcome));
    require(!world_.truth.executions[test].empty(), "the run is green, and test {} was never executed", test);
  }
}

// What ended with its flow: the flow ended for a reason that is no test's end, or with another test.
void Referee::settled_with_flow(const run::TestSettled& record, const run::TestState& test) {
  require(test.flow >= 0, "test {} ends with a flow, and is of none", record.test.value);
  const run::FlowState& flow = folded_.flows.at(static_cast<std::size_t>(test.flow));
  const bool ended_badly = std::any_of(flow.phases.begin(), flow.phases.end(), [](const run::PhaseState& phase) {
    return phase.ended && phase.outcome != domain::PhaseOutcome::satisfied;
  });
  const bool nobody_left = record.reason.find("no worker was") != std::string::npos;
  require(ended_badly || folded_.stopping || nobody_left, "test {} ends with flow {}, which goes on", record.test.value, test.flow);
  world_.took(Transition::test_ended_with_flow);
  if (record.outcome == Outcome::cancelled)
    require(is_over(test) && last_lease_.in_flight.contains(record.test), "test {} is cancelled, and was not running", record.test.value);
  else if (test.failures > 0)
    require(record.outcome == Outcome::failed || record.outcome == Outcome::timed_out, "test {} failed and is {}", record.test.value,
            to_string(record.outcome));
  else
    require(record.outcome == Outcome::never_ran || record.outcome == Outcome::skipped, "test {} ends with its flow and is {}",
            record.test.value, to_string(record.outcome));
}

std::int64_t Referee::retries_of(const run::TestState& test) const {
  const std::int64_t own = test.flow < 0 ? -1 : planned(test.flow, test.phase).retries;
  return own < 0 ? folded_.options.retries : own;
}

void Referee::note_counted(const run::Entry& entry) {
  const auto* finished = std::get_if<run::TestFinished>(&entry.record);
  if (finished == nullptr || !finished->counted) return;
  counted_.erase(finished->report.test);
  if (!finished->report.captures.empty()) counted_[finished->report.test] = finished->report.captures.back().json;
}

void Referee::outcome_taken(Outcome outcome) {
  switch (outcome) {
    case Outcome::pending:
      break;
    case Outcome::passed:
      world_.took(Transition::test_passed);
      break;
    case Outcome::failed:
      world_.took(Transition::test_failed);
      break;
    case Outcome::flaky:
      world_.took(Transition::test_flaky);
      break;
    case Outcome::skipped:
      world_.took(Transition::test_skipped);
      break;
    case Outcome::timed_out:
      world_.took(Transition::test_timed_out);
      break;
    case Outcome::lost:
      world_.took(Transition::test_lost);
      break;
    case Outcome::cancelled:
      world_.took(Transition::test_cancelled);
      break;
    case Outcome::never_ran:
      world_.took(Transition::test_never_ran);
      break;
  }
}

}  // namespace tamarack::simulation
