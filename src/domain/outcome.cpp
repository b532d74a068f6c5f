#include "domain/outcome.h"

namespace tamarack::domain {

std::string_view to_string(TestStatus status) {
  switch (status) {
    case TestStatus::passed:
      return "passed";
    case TestStatus::failed:
      return "failed";
    case TestStatus::timed_out:
      return "timed_out";
    case TestStatus::skipped:
      return "skipped";
    case TestStatus::interrupted:
      return "interrupted";
    case TestStatus::lost:
      return "lost";
  }
  return "lost";
}

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::pending:
      return "pending";
    case Outcome::passed:
      return "passed";
    case Outcome::failed:
      return "failed";
    case Outcome::flaky:
      return "flaky";
    case Outcome::skipped:
      return "skipped";
    case Outcome::timed_out:
      return "timed_out";
    case Outcome::lost:
      return "lost";
    case Outcome::cancelled:
      return "cancelled";
    case Outcome::never_ran:
      return "never_ran";
  }
  return "pending";
}

std::string_view to_string(PhaseOutcome outcome) {
  switch (outcome) {
    case PhaseOutcome::satisfied:
      return "satisfied";
    case PhaseOutcome::skipped:
      return "skipped";
    case PhaseOutcome::failed:
      return "failed";
    case PhaseOutcome::timed_out:
      return "timed_out";
    case PhaseOutcome::lost:
      return "lost";
    case PhaseOutcome::cancelled:
      return "cancelled";
    case PhaseOutcome::never_ran:
      return "never_ran";
    case PhaseOutcome::invalid:
      return "invalid";
  }
  return "invalid";
}

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed:
      return "passed";
    case Verdict::failed:
      return "failed";
    case Verdict::timed_out:
      return "timed_out";
    case Verdict::incomplete:
      return "incomplete";
    case Verdict::invalid:
      return "invalid";
    case Verdict::infrastructure:
      return "infrastructure";
    case Verdict::cancelled:
      return "cancelled";
  }
  return "incomplete";
}

int exit_code_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed:
      return 0;
    case Verdict::failed:
      return 1;
    case Verdict::timed_out:
      return 3;
    case Verdict::incomplete:
      return 4;
    case Verdict::invalid:
      return 5;
    case Verdict::infrastructure:
      return 6;
    case Verdict::cancelled:
      return 7;
  }
  return 4;
}

}  // namespace tamarack::domain
