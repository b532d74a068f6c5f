#include <algorithm>

#include "base/text.h"
#include "run/stepper.h"

namespace tamarack::run {

using domain::Outcome;
using domain::Term;
using domain::TestIndex;
using domain::WorkerId;

namespace {

// A test that the framework passed over this often will not be run by asking again.
constexpr std::int32_t skipped_over_max = 2;

}  // namespace

void Stepper::stop_if_too_many_failed() {
  const std::int64_t bad = run_.ledger.failed + run_.ledger.timed_out - run_.circumstances.quarantined_bad;
  if (run_.options.fail_fast > 0 && bad >= run_.options.fail_fast && !run_.stopping)
    stop(StopCause::fail_fast, fmt::format("stopped after {}", count_of(bad, "failed test")));
}

void Stepper::stop(StopCause cause, const std::string& reason) {
  if (!run_.is_planned() || run_.finished || run_.stopping) return;
  record(StopRequested{cause, reason});
  for (const auto& [term, lease] : run_.leases) effects_.push_back(StopLease{lease.worker, term});
  give_up_all_waiting(reason);
}

void Stepper::give_up_all_waiting(const std::string& reason) {
  for (const schedule::Piece& piece : std::deque(run_.queue.waiting))
    for (const TestIndex test : piece.tests) give_up_waiting(test, reason);
}

void Stepper::give_up_waiting(TestIndex test, const std::string& reason) {
  const TestState& state = run_.tests.at(test.value);
  if (state.outcome != Outcome::pending) return;
  if (state.failures > 0)
    record(TestSettled{test, outcome_of_bad(state.last_bad), "its retry was cut off: " + reason});
  else
    record(TestSettled{test, Outcome::never_ran, reason});
}

void Stepper::account_for_rest(const LeaseState& lease, Blame blame, const std::string& why, Knows knows) {
  // A settled test that kills every process it runs in again (as a part of a chain) takes the blame from nobody.
  const bool somebody_in_flight = std::any_of(lease.in_flight.begin(), lease.in_flight.end(),
                                              [&](TestIndex test) { return run_.tests.at(test.value).outcome == Outcome::pending; });
  // What an invocation that got somewhere did not get to (it stops at the first failure, say) it just did not get to: the next one begins
  // there. Each step forward is counted, so there is an end.
  const bool got_nowhere = blame == Blame::in_flight_or_all && !somebody_in_flight && !lease.progressed;
  std::vector<schedule::Piece> back;
  for (const schedule::Piece& piece : lease.pieces) {
    std::vector<TestIndex> again = what_goes_again(lease, piece, blame, got_nowhere, why, knows);
    if (again.empty()) continue;
    const bool once = never_twice(run_.tests.at(again.front().value));
    std::vector<TestIndex> whole = with_what_belongs_to_it(piece.unit, again);
    if (once && whole.size() > again.size()) whole = without_chain(again, why);
    if (whole.empty()) continue;
    back.push_back({piece.unit, std::move(whole), got_nowhere || once});
  }
  if (!back.empty()) record(Requeued{std::move(back), why});
}

std::vector<TestIndex> Stepper::without_chain(const std::vector<TestIndex>& again, const std::string& why) {
  std::vector<TestIndex> rest;
  for (const TestIndex test : again) {
    if (run_.plan.can_select_tests && !is_serial(test))
      rest.push_back(test);
    else
      give_up_waiting(test, "what stands before it may not run twice: " + why);
  }
  return rest;
}

std::vector<TestIndex> Stepper::what_goes_again(const LeaseState& lease, const schedule::Piece& piece, Blame blame, bool got_nowhere,
                                                const std::string& why, Knows knows) {
  std::vector<TestIndex> again;
  for (const TestIndex test : piece.tests) {
    if (run_.tests.at(test.value).outcome != Outcome::pending) continue;
    const bool in_flight = lease.in_flight.contains(test);
    if (run_.stopping) {
      settle_stopped(test, in_flight);
      continue;
    }
    if (settle_without_return(lease, test, why, knows)) continue;
    if (!lease.reported.contains(test) && ((blame != Blame::nobody && in_flight) || got_nowhere)) {
      record(TestInterrupted{test, in_flight});
      if (give_up_if_hopeless(test, lease.pieces.size() == 1, why)) continue;
    }
    again.push_back(test);
  }
  return again;
}

bool Stepper::settle_without_return(const LeaseState& lease, TestIndex test, const std::string& why, Knows knows) {
  const TestState& state = run_.tests.at(test.value);
  const bool in_flight = lease.in_flight.contains(test);
  if (is_over(state)) {
    settle_with_flow(test, in_flight);
    return true;
  }
  const bool begun = lease.begun.contains(test);
  if (!never_twice(state) || (!begun && (knows == Knows::begun || lease.reported.contains(test)))) return false;
  if (in_flight) record(TestInterrupted{test, true});
  const std::string how = begun ? "it was cut off while it ran" : "whether it had begun is not known";
  if (state.failures > 0)
    record(TestSettled{test, outcome_of_bad(state.last_bad), "its retry was cut off: " + why});
  else
    record(TestSettled{test, Outcome::lost, fmt::format("{}, and it may not run twice: {}", how, why)});
  return true;
}

std::vector<TestIndex> Stepper::with_what_belongs_to_it(domain::UnitIndex index, std::vector<TestIndex> again) const {
  const domain::Unit& unit = run_.plan.units.at(index.value);
  if (!run_.plan.can_select_tests) return unit.tests;
  if (std::none_of(again.begin(), again.end(), [&](TestIndex test) { return is_serial(test); })) return again;
  std::vector<TestIndex> whole;
  for (const TestIndex test : unit.tests)
    if (is_serial(test) || std::find(again.begin(), again.end(), test) != again.end()) whole.push_back(test);
  return whole;
}

void Stepper::settle_stopped(TestIndex test, bool in_flight) {
  const TestState& state = run_.tests.at(test.value);
  const std::string reason = fmt::format("the run was stopped ({})", to_string(*run_.stopping));
  if (state.failures > 0)
    record(TestSettled{test, outcome_of_bad(state.last_bad), "its retry was cut off: " + reason});
  else if (!in_flight)
    record(TestSettled{test, Outcome::never_ran, reason});
  else
    record(TestSettled{test, run_.stopping == StopCause::deadline ? Outcome::timed_out : Outcome::cancelled, reason});
}

bool Stepper::give_up_if_hopeless(TestIndex test, bool had_nothing_else, const std::string& why) {
  const TestState& state = run_.tests.at(test.value);
  const bool died_too_often = state.blamed >= run_.options.lost_max;
  const bool passed_over_too_often = had_nothing_else && state.skipped_over >= skipped_over_max;
  if (state.failures > 0 && (died_too_often || passed_over_too_often)) {
    record(TestSettled{test, outcome_of_bad(state.last_bad), "its retry came to no end: " + why});
    return true;
  }
  if (died_too_often) {
    record(TestSettled{test, Outcome::lost,
                       fmt::format("{} died while it ran; last: {}", count_of(state.blamed, "process", "processes"), why)});
    return true;
  }
  if (passed_over_too_often) {
    record(TestSettled{test, Outcome::never_ran,
                       fmt::format("{} ended without running it; last: {}", count_of(state.skipped_over, "invocation"), why)});
    return true;
  }
  return false;
}

void Stepper::take_back(Term term, LeaseEnd end, const std::string& why) {
  const LeaseState lease = run_.leases.at(term);
  record(LeaseEnded{term, end, {}});
  record(WorkerEnded{lease.worker, "silent", true});
  effects_.push_back(StopLease{lease.worker, term});
  account_for_rest(lease, Blame::nobody, why, Knows::little);
}

void Stepper::end_worker(const WorkerId& worker, const std::string& reason, Blame blame) {
  if (run_.workers.at(worker).phase == WorkerPhase::ended) return;
  for (const auto& [term, lease] : std::map(run_.leases)) {
    if (lease.worker != worker) continue;
    record(LeaseEnded{term, LeaseEnd::lost, {}});
    // Nobody is blamed when the whole agent is gone, and with it what it did not get to say. Some frameworks say nothing before their end.
    account_for_rest(lease, blame, reason, blame == Blame::nobody || !lease.started ? Knows::little : Knows::begun);
  }
  record(WorkerEnded{worker, reason});
}

bool Stepper::is_stranded() const {
  return std::all_of(run_.workers.begin(), run_.workers.end(), [](const auto& worker) {
    return worker.second.phase == WorkerPhase::ended || worker.second.phase == WorkerPhase::silent;
  });
}

void Stepper::finish_if_stranded(const std::string& reason) {
  const bool somebody_left =
      std::any_of(run_.workers.begin(), run_.workers.end(), [](const auto& worker) { return worker.second.phase != WorkerPhase::ended; });
  if (somebody_left || !run_.is_planned() || run_.finished || run_.options.no_worker_max.count() > 0) return;
  give_up_all_waiting("no worker was left: " + reason);
  cut_off_all("no worker was left: " + reason);
}

}  // namespace tamarack::run
