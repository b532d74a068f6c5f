// The words for how things end: a status for one execution of a test, an outcome for its entry in the ledger, a verdict for the run.
#pragma once

#include <array>
#include <string_view>

namespace tamarack::domain {

// How one execution of a test ended.
enum class TestStatus { passed, failed, timed_out, skipped, interrupted, lost };

// The final entry of a planned test in the ledger. `pending` only while the run is going on.
enum class Outcome { pending, passed, failed, flaky, skipped, timed_out, lost, cancelled, never_ran };

// How a phase of a flow ended. Only after `satisfied` does what needs it begin; the rest ends the flow.
enum class PhaseOutcome { satisfied, skipped, failed, timed_out, lost, cancelled, never_ran, invalid };

enum class Verdict { passed, failed, timed_out, incomplete, invalid, infrastructure, cancelled };

inline constexpr std::array final_outcomes{Outcome::passed,    Outcome::failed, Outcome::flaky,     Outcome::skipped,
                                           Outcome::timed_out, Outcome::lost,   Outcome::cancelled, Outcome::never_ran};

std::string_view to_string(TestStatus status);
std::string_view to_string(Outcome outcome);
std::string_view to_string(PhaseOutcome outcome);
std::string_view to_string(Verdict verdict);

constexpr bool is_final(Outcome outcome) {
  return outcome != Outcome::pending;
}
constexpr bool is_good(TestStatus status) {
  return status == TestStatus::passed || status == TestStatus::skipped;
}

// 0 green · 1 tests failed · 3 timed out · 4 incomplete · 5 invalid · 6 infrastructure · 7 cancelled (2 is usage or configuration).
int exit_code_of(Verdict verdict);

}  // namespace tamarack::domain
