#include "agent/worker_machine.h"

#include "base/text.h"

namespace tamarack::agent {
namespace {

// Of one lease; what is beyond is told when it ends. A framework that fails without end must not fill the journal line by line.
constexpr std::size_t told_at_once_max = 100;

}  // namespace

std::optional<run::Disagreement> disagreement_in(const Fact& fact) {
  if (const auto* unplanned = std::get_if<UnplannedTest>(&fact))
    return run::Disagreement{"unplanned_test", fmt::format("the framework ran '{}', which was not planned here", unplanned->name)};
  if (const auto* error = std::get_if<FrameworkError>(&fact)) return run::Disagreement{"framework_error", error->message};
  return std::nullopt;
}

run::Disagreement named_disagreement(const std::string& problem) {
  const std::size_t colon = problem.find(": ");
  return {problem.substr(0, colon), colon == std::string::npos ? problem : problem.substr(colon + 2)};
}

std::vector<Order> WorkerMachine::on(const Fact& fact) {
  orders_.clear();
  std::visit([this](const auto& one) { handle(one); }, fact);
  take_next_lease();
  return std::move(orders_);
}

void WorkerMachine::handle(const Begin&) {
  if (phase_ != Phase::new_) return;
  if (!options_.has_app) {
    phase_ = Phase::idle;
    say(wire::WorkerUp{options_.id, Millis{0}});
    return;
  }
  phase_ = Phase::starting_app;
  ++app_starts_;
  orders_.push_back(StartApp{});
}

void WorkerMachine::handle(const AppUp& fact) {
  if (phase_ != Phase::starting_app) return;
  phase_ = Phase::idle;
  used_app_ = false;
  say(wire::WorkerUp{options_.id, fact.took});
}

void WorkerMachine::handle(const AppDown& fact) {
  if (phase_ == Phase::failed) return;
  if (!lease_) return start_app_again(fact);
  // Whatever the test in flight says from now on is about a dead application: stop the framework, then start afresh.
  // The lease ends with the framework: until then its facts still come, and they must not pass for the next lease's.
  const bool stopping_already = std::exchange(lease_->app_died, true);
  const bool invoked = lease_->invoked;
  start_app_again(fact);
  if (!invoked)
    end_lease(true, {});
  else if (!stopping_already)
    orders_.push_back(StopInvocation{});
}

void WorkerMachine::start_app_again(const AppDown& fact) {
  const bool first_start_failed = phase_ == Phase::starting_app && app_starts_ == 1;
  if (first_start_failed && fact.in_time && !std::exchange(first_start_repeated_, true)) {
    orders_.push_back(StartApp{});
    return;
  }
  const bool gone = first_start_failed || app_starts_ > options_.app_restarts_max;
  say(wire::WorkerDown{options_.id, gone, fact.message, fact.log_tail});
  phase_ = gone ? Phase::failed : Phase::starting_app;
  if (gone) {
    if (const auto waiting = std::exchange(next_, std::nullopt)) say_over(waiting->term);
    return;
  }
  ++app_starts_;
  orders_.push_back(StartApp{});
}

void WorkerMachine::handle(const LeaseGiven& fact) {
  // An order that was repeated, or an old one that was delayed: its term is known already.
  if (fact.term <= last_term_) return;
  last_term_ = fact.term;
  if (called_off_.erase(fact.term) > 0) return;
  if (phase_ == Phase::failed) return say_over(fact.term);
  // The coordinator gives one lease at a time: an older one that still waits was taken away meanwhile.
  if (const auto replaced = std::exchange(next_, fact)) say_over(replaced->term);
}

void WorkerMachine::take_next_lease() {
  if (!next_ || lease_ || phase_ != Phase::idle) return;
  const LeaseGiven given = *std::exchange(next_, std::nullopt);
  lease_ = Lease{.term = given.term, .pieces = given.pieces, .captures = given.captures};
  for (const schedule::Piece& piece : given.pieces) lease_->tests.insert(piece.tests.begin(), piece.tests.end());
  if (options_.has_reset && used_app_) {
    phase_ = Phase::resetting;
    orders_.push_back(ResetApp{});
    return;
  }
  handle(ResetEnded{});
}

void WorkerMachine::handle(const ResetEnded& fact) {
  if (!lease_ || (phase_ != Phase::resetting && phase_ != Phase::idle)) return;
  if (!fact.succeeded) return handle(AppDown{"the application could not be reset: " + fact.message, {}});
  if (lease_->stopping) {
    phase_ = Phase::idle;
    return end_lease(true, {});
  }
  phase_ = Phase::running;
  used_app_ = true;
  lease_->invoked = true;
  orders_.push_back(StartInvocation{lease_->term, lease_->pieces, lease_->captures});
}

void WorkerMachine::handle(const StopGiven& fact) {
  if (!lease_ || lease_->term != fact.term) {
    if (next_ && next_->term == fact.term) {
      next_.reset();
      return say_over(fact.term);
    }
    // It never arrived: the coordinator wants to hear that it is over. That it ended was said already. The terms between may still be on
    // their way to this worker, so they stay good.
    if (fact.term > last_term_ && called_off_.insert(fact.term).second) say_over(fact.term);
    return;
  }
  if (lease_->stopping) return;
  lease_->stopping = true;
  if (phase_ == Phase::running) orders_.push_back(StopInvocation{});
}

void WorkerMachine::handle(const TestBegan& fact) {
  if (!lease_) return;
  lease_->started.insert(fact.test);
  say(wire::TestBegan{options_.id, lease_->term, fact.test, fact.retry, fact.at});
}

void WorkerMachine::handle(const TestEnded& fact) {
  if (!lease_) return;
  if (lease_->app_died) return;  // its verdict would blame the test for our application
  if (fact.report.last_try) {
    if (fact.report.status == domain::TestStatus::interrupted)
      ++lease_->interrupted;
    else if (lease_->tests.contains(fact.report.test))
      lease_->finished.insert(fact.report.test);
    if (!is_good(fact.report.status) && fact.report.status != domain::TestStatus::interrupted) ++lease_->bad;
  }
  say(wire::TestEnded{options_.id, lease_->term, fact.report});
}

void WorkerMachine::handle(const UnplannedTest& fact) {
  if (lease_) disagree_at_once(fact);
}

void WorkerMachine::handle(const FrameworkError& fact) {
  if (lease_ && !lease_->stopping) disagree_at_once(fact);
}

// Whoever is killed before the end of the lease has said it: the results it belongs to were told at once as well.
void WorkerMachine::disagree_at_once(const Fact& fact) {
  lease_->disagreements.push_back(disagreement_in(fact).value());
  if (lease_->disagreements.size() <= told_at_once_max)
    say(wire::DisagreementSeen{options_.id, lease_->term, lease_->disagreements.back()});
}

void WorkerMachine::handle(const FrameworkEnded&) {
  if (lease_) lease_->end_seen = true;
}

void WorkerMachine::handle(const ArtifactKept& fact) {
  if (lease_) say(wire::Artifact{options_.id, lease_->term, fact.test, fact.retry, fact.attachment});
}

void WorkerMachine::handle(const CouldNotStart& fact) {
  if (!lease_) return;
  disagree("could_not_start", fact.message);
  if (phase_ == Phase::running) phase_ = Phase::idle;
  end_lease(false, {.exit_code = 127, .log_tail = fact.message});
}

void WorkerMachine::handle(const InvocationExited& fact) {
  if (!lease_) return;
  const bool lost = fact.lost || fact.signal != 0 || lease_->app_died;
  if (!lost && !lease_->stopping) compare(fact);
  if (lost && !lease_->stopping && !lease_->app_died) compare_lost(fact);
  const bool trouble = lost || !lease_->disagreements.empty() || lease_->finished.size() < lease_->tests.size();
  if (phase_ == Phase::running) phase_ = Phase::idle;
  end_lease(lost, {.exit_code = fact.exit_code,
                   .signal = fact.signal,
                   .timed_out = fact.timed_out,
                   .framework_start = fact.framework_start,
                   .duration = fact.duration,
                   .log_tail = trouble ? fact.log_tail : std::string{}});
}

// Exit code, report and live events are three witnesses; where they contradict each other, the contradiction gets a name.
void WorkerMachine::compare(const InvocationExited& fact) {
  for (const std::string& problem : fact.problems) lease_->disagreements.push_back(named_disagreement(problem));
  const std::size_t missing = lease_->tests.size() - lease_->finished.size();
  const std::string code = fmt::format("exited with code {}", fact.exit_code);
  if (missing > 0)
    disagree("fewer_tests_than_planned", fmt::format("the framework {} after {} of {}", code, lease_->finished.size(),
                                                     count_of(static_cast<std::int64_t>(lease_->tests.size()), "planned test")));
  if (fact.events_expected && !lease_->end_seen && fact.exit_code == 0)
    disagree("truncated_events", "the framework " + code + " without saying that it had ended");
  if (fact.exit_code == 0 && lease_->bad > 0)
    disagree("exit_code_disagrees", fmt::format("the framework exited with code 0 although {} failed", count_of(lease_->bad, "test")));
  if (fact.exit_code != 0 && lease_->bad > 0 && !fact.failed_tests_code && missing == 0)
    disagree("exit_code_disagrees", fmt::format("{} failed, but the framework {}, which is not what it says of failed tests",
                                                count_of(lease_->bad, "test"), code));
  if (fact.exit_code != 0 && missing == 0 && lease_->bad == 0 && lease_->disagreements.empty())
    disagree("crash_after_last_test", "every test passed, but the framework " + code);
}

// All its tests have their results, and still it did not come to its own end: what it had left to do (a teardown, a report) was not done.
void WorkerMachine::compare_lost(const InvocationExited& fact) {
  if (lease_->finished.size() < lease_->tests.size()) return;
  if (fact.timed_out && lease_->bad > 0) return;  // the test that was in flight at the time tells it
  const std::string how = fact.timed_out     ? "did not end within run.unit_timeout"
                          : fact.signal != 0 ? fmt::format("was killed by signal {}", fact.signal)
                                             : "was lost";
  disagree("crash_after_last_test", "every test had finished, but the framework " + how);
}

std::vector<domain::Term> WorkerMachine::held() const {
  std::vector<domain::Term> terms;
  if (lease_) terms.push_back(lease_->term);
  if (next_) terms.push_back(next_->term);
  return terms;
}

void WorkerMachine::end_lease(bool process_lost, run::InvocationSummary summary) {
  wire::InvocationEnded ended{options_.id, lease_->term, process_lost, std::move(summary), std::move(lease_->disagreements)};
  lease_.reset();
  say(std::move(ended));
}

}  // namespace tamarack::agent
