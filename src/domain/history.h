// What earlier runs taught. `History` is what planning needs (durations, start-up costs), `Figures` what people need (flakiness, failures,
// trend). Filled by the store, read by plan/ and insight/.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "domain/ids.h"
#include "domain/outcome.h"

namespace tamarack::domain {

struct TestTiming {
  Millis duration{0};
  Instant at;
  Outcome outcome = Outcome::passed;
};

struct TestHistory {
  std::vector<TestTiming> timings;  // newest first, limited by the store
};

struct History {
  std::map<TestId, TestHistory> tests;
  std::vector<Millis> app_starts;        // newest first
  std::vector<Millis> framework_starts;  // newest first: from the start of an invocation to its first test
  // Tests whose newest result, in whichever finished run it stands, is failed, timed_out, lost, cancelled or never_ran.
  std::vector<TestId> failed_when_last_run;
  bool has_run = false;  // at least one run of this project is recorded
};

inline constexpr std::size_t error_line_bytes_max = 300;  // of Execution::error

// One test in one run: its entry in the ledger.
struct Execution {
  RunId run;
  Instant at;
  std::string branch;
  std::string commit;
  Outcome outcome = Outcome::passed;
  Millis duration{0};         // of its last try
  std::int64_t attempts = 1;  // tries that counted, 0 when it never ran
  std::string error;          // first line, at most error_line_bytes_max; of a flaky test the one before it passed
  bool counted = true;        // false: its run has no end yet, or is set aside (insight/mass_failure.h)
  friend bool operator==(const Execution&, const Execution&) = default;
};

// Over the newest executions that count and in which the test ran (insight/flakiness.h says how each is made).
struct Figures {
  std::int64_t runs = 0;  // passed + failed + flaky
  std::int64_t passed = 0;
  std::int64_t failed = 0;  // failed and timed_out
  std::int64_t flaky = 0;   // passed on a retry
  std::int64_t flips = 0;   // changes between pass and fail of consecutive executions on one branch
  std::int64_t pairs = 0;   // consecutive executions on one branch: how often it could have changed
  Millis p50{0};
  Millis p95{0};
  std::optional<double> trend;  // p50 of the newer half ÷ that of the older half; none: too few

  double failure_rate() const { return runs == 0 ? 0.0 : static_cast<double>(failed) / static_cast<double>(runs); }
  double flaky_rate() const { return runs == 0 ? 0.0 : static_cast<double>(flaky) / static_cast<double>(runs); }
  double flip_rate() const { return pairs == 0 ? 0.0 : static_cast<double>(flips) / static_cast<double>(pairs); }
  friend bool operator==(const Figures&, const Figures&) = default;
};

constexpr bool has_failed(Outcome outcome) {
  return outcome == Outcome::failed || outcome == Outcome::timed_out;
}
// It came to an end of its own: what was skipped, lost, cancelled or never began says nothing about the test.
constexpr bool has_run(Outcome outcome) {
  return outcome == Outcome::passed || outcome == Outcome::flaky || has_failed(outcome);
}

// How the tests of one run ended, as far as it takes to tell whether the tests are to blame.
struct RunFailures {
  Verdict verdict = Verdict::passed;
  std::int64_t ran = 0;                        // tests with has_run()
  std::int64_t failed = 0;                     // of them, has_failed()
  std::map<std::string, std::int64_t> errors;  // Execution::error of the failed ones -> how many; without those that have none
};

}  // namespace tamarack::domain
