// The account of every planned test. A flow (flow.h) is one entry and its tests are none. planned = sum of the eight counts, always; the
// verdict and the exit code come from here and from nothing else.
#pragma once

#include <cstdint>
#include <string>

#include "domain/outcome.h"

namespace tamarack::domain {

struct Ledger {
  std::int64_t planned = 0;
  std::int64_t passed = 0;
  std::int64_t failed = 0;
  std::int64_t flaky = 0;
  std::int64_t skipped = 0;
  std::int64_t timed_out = 0;
  std::int64_t lost = 0;
  std::int64_t cancelled = 0;
  std::int64_t never_ran = 0;

  void add(Outcome outcome);
  std::int64_t count(Outcome outcome) const;
  std::int64_t settled() const { return passed + failed + flaky + skipped + timed_out + lost + cancelled + never_ran; }
  std::int64_t ran() const { return passed + failed + flaky + timed_out; }
  // Those that came to an end of their own: neither cut off nor given up.
  std::int64_t finished() const { return ran() + skipped; }
  bool is_complete() const { return settled() == planned; }
  friend bool operator==(const Ledger&, const Ledger&) = default;
};

// Everything besides the counts that decides a verdict or its words.
struct Circumstances {
  std::int64_t disagreements = 0;      // the framework's exit code, report and live events did not agree
  std::int64_t quarantined_bad = 0;    // tests in the ledger as failed or timed_out that do not count against the run
  std::int64_t carried = 0;            // good entries that stand from an earlier run: these tests did not run in this one
  std::int64_t invalid = 0;            // flows in the ledger as failed of which a wait or a capture was misconfigured, or that drifted
  std::int64_t drifted = 0;            // those of them that drifted (Flow::drift_is_invalid)
  std::int64_t flows = 0;              // entries that are flows; it decides no verdict, only what the entries are called
  bool infrastructure_failed = false;  // the application or a worker could not be kept running
  bool cancelled_by_user = false;
  bool deadline_passed = false;     // the run's own time limit
  bool stopped_by_failure = false;  // fail-fast: what never ran is a consequence of a failed test
  friend bool operator==(const Circumstances&, const Circumstances&) = default;
};

// Green only when every planned test has a final good entry and at least one test ran (a suite whose every test is skipped on purpose
// ran nothing and is incomplete). Of several causes the first is told: cancelled, infrastructure, the run's time limit, invalid, failures
// that stopped the run, incomplete, failed or timed out.
Verdict judge(const Ledger& ledger, const Circumstances& circumstances);

// "34 tests", "1 flow", "5 tests and flows", "1 test or flow": so many of a run's `planned` entries, of which `flows` are flows.
std::string count_of_entries(std::int64_t count, std::int64_t planned, std::int64_t flows);

// "2 of 34 tests failed", "all 34 tests passed (1 flaky, 2 skipped, 30 carried)", "3 of 40 flows failed": one line for people.
std::string headline(const Ledger& ledger, const Circumstances& circumstances);

}  // namespace tamarack::domain
