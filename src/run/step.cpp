#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "run/run.h"

namespace tamarack::run {
namespace {

using domain::Outcome;
using domain::Term;
using domain::TestIndex;
using domain::TestStatus;
using domain::WorkerId;

// After a stop was asked for, invocations get this long to end by themselves before their leases are closed without them.
constexpr Millis stop_grace{20'000};
// A test that the framework passed over this often will not be run by asking again.
constexpr std::int32_t skipped_over_max = 2;

Outcome outcome_of_bad(TestStatus status) {
  return status == TestStatus::timed_out ? Outcome::timed_out : Outcome::failed;
}

class Stepper {
 public:
  Stepper(Run& run, Instant now) : run_(run), now_(now) {}

  void operator()(const Planned& event) {
    CHECK(!run_.is_planned(), "a run is planned once");
    record(RunPlanned{event.run, event.plan, event.options});
  }

  void operator()(const WorkerAppeared& event) {
    if (run_.workers.contains(event.worker)) return;
    record(WorkerJoined{event.worker, event.agent, next_slot()});
  }

  void operator()(const WorkerBecameReady& event) {
    const auto worker = run_.workers.find(event.worker);
    if (worker == run_.workers.end()) return;
    const bool is_working = worker->second.phase == WorkerPhase::busy || worker->second.phase == WorkerPhase::idle;
    if (!is_working || worker->second.restarting) record(WorkerReady{event.worker, event.app_start});
  }

  void operator()(const WorkerFailed& event) {
    if (!run_.workers.contains(event.worker)) return;
    record(InfrastructureFailed{event.worker, event.message, event.log_tail});
    if (!event.gone) return;
    end_worker(event.worker, event.message, Blame::in_flight);
    finish_if_stranded(event.message);
  }

  void operator()(const Heartbeat& event) {
    for (auto& [term, lease] : run_.leases) {
      if (run_.workers.at(lease.worker).agent != event.agent) continue;
      // Renewals are not journaled: after a restart every lease is closed anyway.
      lease.expires = now_ + run_.options.lease_lifetime;
      const bool held = std::find(event.held.begin(), event.held.end(), term) != event.held.end();
      // Messages of an agent come in order, so a lease it does not hold and has not ended never reached it.
      if (!held && !lease.stopping) effects_.push_back(GrantLease{lease.worker, term, lease.pieces});
      // Nor does a stop order wait for ever to be heard, or for a lease that never arrived.
      if (lease.stopping) effects_.push_back(StopLease{lease.worker, term});
    }
    for (const Term term : event.held)
      if (!run_.leases.contains(term))
        for (const auto& [id, worker] : run_.workers)
          if (worker.agent == event.agent) effects_.push_back(StopLease{id, term});
    // A silent worker is asked until it has said that its lease is over: the lease, the stop or the answer may have been lost.
    for (const auto& [id, worker] : run_.workers)
      if (worker.agent == event.agent && worker.phase == WorkerPhase::silent) effects_.push_back(StopLease{id, worker.last_term});
  }

  void operator()(const AgentLost& event) {
    for (const auto& [id, worker] : std::map(run_.workers))
      if (worker.agent == event.agent && worker.phase != WorkerPhase::ended) end_worker(id, event.reason, Blame::nobody);
    finish_if_stranded(event.reason);
  }

  void operator()(const TestBegan& event) {
    const LeaseState* lease = held_lease(event.worker, event.term, event.test);
    if (lease == nullptr || lease->in_flight.contains(event.test) || lease->reported.contains(event.test)) return;
    record(TestStarted{event.term, event.test, event.retry});
  }

  void operator()(const TestEnded& event) {
    if (event.report.test.value >= run_.tests.size()) return;  // an agent that lies about the plan; nothing to account for
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

  void operator()(const ArtifactArrived& event) {
    if (event.test.value >= run_.tests.size()) return;
    record(ArtifactStored{event.term, event.test, event.retry, event.attachment});
  }

  void operator()(const InvocationEnded& event) {
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
    const std::string unit = ended.pieces.empty() ? std::string{} : run_.plan.units.at(ended.pieces.front().unit.value).title;
    if (!ended.stopping)
      for (const Disagreement& disagreement : event.disagreements)
        record(Disagreed{event.term, disagreement.name, disagreement.message, unit});
    const LeaseEnd end = ended.stopping ? LeaseEnd::stopped : event.process_lost ? LeaseEnd::lost : LeaseEnd::completed;
    record(LeaseEnded{event.term, end, event.invocation});
    const Blame blame = ended.stopping ? Blame::nobody : ended.app_died ? Blame::in_flight : Blame::in_flight_or_all;
    account_for_rest(ended, blame, describe_end(event));
  }

  void operator()(const StopAsked& event) { stop(event.cause, event.reason); }

  void operator()(const Resumed&) {
    if (run_.finished) return;
    for (const auto& [term, lease] : std::map(run_.leases)) {
      record(LeaseEnded{term, LeaseEnd::lost, {}});
      account_for_rest(lease, Blame::nobody, "tamarack itself was interrupted");
    }
    record(RunResumed{});
  }

  void operator()(const Tick&) {
    if (!run_.is_planned() || run_.finished) return;
    if (run_.options.timeout.count() > 0 && now_ - run_.started >= run_.options.timeout)
      stop(StopCause::deadline, fmt::format("the run's time limit of {} passed", human_duration(run_.options.timeout)));
    for (const auto& [term, lease] : std::map(run_.leases)) {
      const bool expired = now_ >= lease.expires;
      const bool ignored = lease.stopping && now_ - run_.stop_asked >= stop_grace;
      if (!expired && !ignored) continue;
      record(LeaseEnded{term, expired ? LeaseEnd::expired : LeaseEnd::stopped, {}});
      record(WorkerEnded{lease.worker, "silent", true});
      effects_.push_back(StopLease{lease.worker, term});
      account_for_rest(lease, Blame::nobody, fmt::format("worker {} fell silent", lease.worker.value));
    }
  }

  // After every event: hand out what can be handed out, and finish when nothing is left.
  void conclude() {
    // Where nothing was decided nothing has changed, and the last step has handed out what could be.
    if (!run_.is_planned() || run_.finished || entries_.empty()) return;
    if (!run_.stopping) dispatch();
    if (run_.ledger.is_complete() && run_.leases.empty()) finish();
  }

  std::vector<Entry> entries_;
  std::vector<Effect> effects_;

 private:
  // Whose fault the end of a lease was. Nobody's: our own or the machine's. in_flight: of the test that took the application down with it,
  // if one ran. in_flight_or_all: when none ran, the framework passed over all of them.
  enum class Blame { nobody, in_flight, in_flight_or_all };

  void record(Record fact) {
    Entry entry{run_.last_seq + 1, now_, std::move(fact)};
    apply(run_, entry);
    entries_.push_back(std::move(entry));
  }

  std::int64_t next_slot() const {
    // A worker that takes the place of an ended one takes over its slot, and with it the units pinned to it.
    std::set<std::int64_t> taken;
    for (const auto& [id, worker] : run_.workers)
      if (worker.phase != WorkerPhase::ended) taken.insert(worker.slot);
    std::int64_t slot = 0;
    while (taken.contains(slot)) ++slot;
    return slot;
  }

  const LeaseState* held_lease(const WorkerId& worker, Term term, TestIndex test) const {
    const auto lease = run_.leases.find(term);
    if (lease == run_.leases.end() || lease->second.worker != worker) return nullptr;
    for (const schedule::Piece& piece : lease->second.pieces)
      if (std::find(piece.tests.begin(), piece.tests.end(), test) != piece.tests.end()) return &lease->second;
    return nullptr;
  }

  bool may_retry(const TestState& state) const { return state.failures <= run_.options.retries && !run_.stopping; }

  Outcome settles(const TestState& state, const domain::TestReport& report) const {
    if (report.status == TestStatus::skipped) return Outcome::skipped;
    if (report.status == TestStatus::passed) return state.failed_before || report.retry > 0 ? Outcome::flaky : Outcome::passed;
    if (!report.last_try) return Outcome::pending;
    const bool budget_left = state.failures + 1 <= run_.options.retries && !run_.stopping;
    return budget_left ? Outcome::pending : outcome_of_bad(report.status);
  }

  // In a serial chain the framework skips what follows a failed test. When that test is going to be tried again, so is the rest.
  bool is_chain_casualty(const domain::TestReport& report) const {
    const domain::TestCase& planned = run_.plan.tests.at(report.test.value);
    if (report.status != TestStatus::skipped || planned.skip_expected || !planned.serial) return false;
    const domain::Unit& unit = run_.plan.units.at(run_.tests.at(report.test.value).unit.value);
    return std::any_of(unit.tests.begin(), unit.tests.end(), [&](TestIndex other) {
      const TestState& state = run_.tests.at(other.value);
      return is_serial(other) && state.outcome == Outcome::pending && state.failures > 0 && may_retry(state);
    });
  }

  void stop_if_too_many_failed() {
    const std::int64_t bad = run_.ledger.failed + run_.ledger.timed_out - run_.circumstances.quarantined_bad;
    if (run_.options.fail_fast > 0 && bad >= run_.options.fail_fast && !run_.stopping)
      stop(StopCause::fail_fast, fmt::format("stopped after {}", count_of(bad, "failed test")));
  }

  void stop(StopCause cause, const std::string& reason) {
    if (!run_.is_planned() || run_.finished || run_.stopping) return;
    record(StopRequested{cause, reason});
    for (const auto& [term, lease] : run_.leases) effects_.push_back(StopLease{lease.worker, term});
    give_up_all_waiting(reason);
  }

  void give_up_all_waiting(const std::string& reason) {
    for (const schedule::Piece& piece : std::deque(run_.queue.waiting))
      for (const TestIndex test : piece.tests) give_up_waiting(test, reason);
  }

  // For a test that was waiting to be handed out when the run stopped.
  void give_up_waiting(TestIndex test, const std::string& reason) {
    const TestState& state = run_.tests.at(test.value);
    if (state.outcome != Outcome::pending) return;
    if (state.failures > 0)
      record(TestSettled{test, outcome_of_bad(state.last_bad), "its retry was cut off: " + reason});
    else
      record(TestSettled{test, Outcome::never_ran, reason});
  }

  // A lease has ended: every test of it that has no final entry goes back to the queue or is given up, by name.
  void account_for_rest(const LeaseState& lease, Blame blame, const std::string& why) {
    // A settled test that kills every process it runs in again (as a part of a chain) takes the blame from nobody.
    const bool somebody_in_flight = std::any_of(lease.in_flight.begin(), lease.in_flight.end(),
                                                [&](TestIndex test) { return run_.tests.at(test.value).outcome == Outcome::pending; });
    std::vector<schedule::Piece> back;
    for (const schedule::Piece& piece : lease.pieces) {
      std::vector<TestIndex> again;
      for (const TestIndex test : piece.tests) {
        if (run_.tests.at(test.value).outcome != Outcome::pending) continue;
        const bool in_flight = lease.in_flight.contains(test);
        const bool reported = lease.reported.contains(test);
        if (run_.stopping) {
          settle_stopped(test, in_flight);
          continue;
        }
        const bool passed_over = blame == Blame::in_flight_or_all && !somebody_in_flight;
        if (!reported && ((blame != Blame::nobody && in_flight) || passed_over)) {
          record(TestInterrupted{test, in_flight});
          if (give_up_if_hopeless(test, why)) continue;
        }
        again.push_back(test);
      }
      if (again.empty()) continue;
      back.push_back({piece.unit, with_what_belongs_to_it(piece.unit, std::move(again))});
    }
    if (!back.empty()) record(Requeued{std::move(back), why});
  }

  bool is_serial(TestIndex test) const { return run_.plan.tests.at(test.value).serial; }

  // A chain goes again as a whole, and so does everything where the framework cannot be told which tests to run; settled tests keep their
  // entry, their new results are not counted.
  std::vector<TestIndex> with_what_belongs_to_it(domain::UnitIndex index, std::vector<TestIndex> again) const {
    const domain::Unit& unit = run_.plan.units.at(index.value);
    if (!run_.plan.can_select_tests) return unit.tests;
    if (std::none_of(again.begin(), again.end(), [&](TestIndex test) { return is_serial(test); })) return again;
    std::vector<TestIndex> whole;
    for (const TestIndex test : unit.tests)
      if (is_serial(test) || std::find(again.begin(), again.end(), test) != again.end()) whole.push_back(test);
    return whole;
  }

  void settle_stopped(TestIndex test, bool in_flight) {
    const TestState& state = run_.tests.at(test.value);
    const std::string reason = fmt::format("the run was stopped ({})", to_string(*run_.stopping));
    if (state.failures > 0)
      record(TestSettled{test, outcome_of_bad(state.last_bad), "its retry was cut off: " + reason});
    else if (!in_flight)
      record(TestSettled{test, Outcome::never_ran, reason});
    else
      record(TestSettled{test, run_.stopping == StopCause::deadline ? Outcome::timed_out : Outcome::cancelled, reason});
  }

  bool give_up_if_hopeless(TestIndex test, const std::string& why) {
    const TestState& state = run_.tests.at(test.value);
    const bool died_too_often = state.blamed >= run_.options.lost_max;
    if (state.failures > 0 && (died_too_often || state.skipped_over >= skipped_over_max)) {
      record(TestSettled{test, outcome_of_bad(state.last_bad), "its retry came to no end: " + why});
      return true;
    }
    if (died_too_often) {
      record(TestSettled{test, Outcome::lost,
                         fmt::format("{} died while it ran; last: {}", count_of(state.blamed, "process", "processes"), why)});
      return true;
    }
    if (state.skipped_over >= skipped_over_max) {
      record(TestSettled{test, Outcome::never_ran,
                         fmt::format("{} ended without running it; last: {}", count_of(state.skipped_over, "invocation"), why)});
      return true;
    }
    return false;
  }

  void end_worker(const WorkerId& worker, const std::string& reason, Blame blame) {
    if (run_.workers.at(worker).phase == WorkerPhase::ended) return;
    for (const auto& [term, lease] : std::map(run_.leases)) {
      if (lease.worker != worker) continue;
      record(LeaseEnded{term, LeaseEnd::lost, {}});
      account_for_rest(lease, blame, reason);
    }
    record(WorkerEnded{worker, reason});
  }

  void finish_if_stranded(const std::string& reason) {
    const bool somebody_left =
        std::any_of(run_.workers.begin(), run_.workers.end(), [](const auto& worker) { return worker.second.phase != WorkerPhase::ended; });
    if (somebody_left || !run_.is_planned() || run_.finished) return;
    give_up_all_waiting("no worker was left: " + reason);
  }

  // What is left of the leases by their estimates; one that is overdue counts as nearly done.
  Millis in_flight() const {
    Millis sum{0};
    for (const auto& [term, lease] : run_.leases) {
      Millis expected = run_.plan.cost.framework_start;
      for (const schedule::Piece& piece : lease.pieces) expected += schedule::estimate(piece, run_.plan);
      sum += std::max(expected - (now_ - lease.granted), Millis{0});
    }
    return sum;
  }

  struct Crew {
    std::int64_t active = 0;
    bool somebody_starting = false;
    bool somebody_away = false;
  };
  Crew crew() const {
    Crew crew;
    for (const auto& [id, worker] : run_.workers) {
      const bool away = worker.phase == WorkerPhase::ended || worker.phase == WorkerPhase::silent;
      if (away) crew.somebody_away = true;
      if (!away) ++crew.active;
      if (worker.phase == WorkerPhase::starting) crew.somebody_starting = true;
    }
    return crew;
  }

  void dispatch() {
    const Crew crew = this->crew();
    // A share may be meant for a worker that never came; whoever is left takes it when nothing else can happen any more.
    const bool any_share = crew.somebody_away || (!crew.somebody_starting && run_.leases.empty());
    // Workers that the plan counts on and that are still on their way get their part of what is handed out meanwhile.
    const std::int64_t to_come = std::max<std::int64_t>(run_.plan.workers - static_cast<std::int64_t>(run_.workers.size()), 0);
    const bool shares = run_.plan.policy == domain::Policy::count || run_.plan.policy == domain::Policy::timing;
    for (const auto& [id, worker] : run_.workers) {
      if (run_.queue.waiting.empty()) return;
      if (worker.phase != WorkerPhase::idle) continue;
      const schedule::InUse use = in_use(run_);
      schedule::PickRequest request{.slot = worker.slot, .workers_active = crew.active + to_come, .in_flight = in_flight()};
      std::vector<schedule::Piece> pieces = schedule::pick(run_.queue, run_.plan, use, request);
      if (pieces.empty() && any_share) {
        request.only_pinned = false;
        pieces = schedule::pick(run_.queue, run_.plan, use, request);
      }
      // Without shares what one idle worker cannot get nobody can.
      if (pieces.empty() && !shares) break;
      if (pieces.empty()) continue;
      const Term term{run_.last_term + 1};
      record(LeaseGranted{term, id, pieces, now_ + run_.options.lease_lifetime});
      effects_.push_back(GrantLease{id, term, std::move(pieces)});
    }
    const bool stuck = crew.active > 0 && !crew.somebody_starting && run_.leases.empty() && !run_.queue.waiting.empty();
    if (stuck) give_up_all_waiting("it could not be scheduled: " + schedule::why_waiting(run_.queue, run_.plan, in_use(run_)));
  }

  void finish() {
    const domain::Verdict verdict = judge(run_.ledger, run_.circumstances);
    record(RunFinished{verdict, run_.ledger, headline(run_.ledger, run_.circumstances)});
    effects_.push_back(FinishRun{});
  }

  static std::string describe_end(const InvocationEnded& event) {
    if (event.invocation.signal != 0) return fmt::format("the framework was killed by signal {}", event.invocation.signal);
    if (event.process_lost) return "the framework's process was lost";
    return fmt::format("the framework exited with code {}", event.invocation.exit_code);
  }

  Run& run_;
  Instant now_;
};

}  // namespace

Step step(Run run, const Event& event, Instant now) {
  Step result{.run = std::move(run)};
  Stepper stepper(result.run, now);
  if (!result.run.finished) {
    std::visit(stepper, event);
    stepper.conclude();
  } else if (const auto* late = std::get_if<ArtifactArrived>(&event)) {
    stepper(*late);  // a report may still gain what settled late; the ledger is closed
  }
  result.entries = std::move(stepper.entries_);
  result.effects = std::move(stepper.effects_);
  return result;
}

}  // namespace tamarack::run
