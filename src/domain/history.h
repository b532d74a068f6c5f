// What earlier runs taught: durations per test and start-up costs. Filled by the store, read by plan/.
#pragma once

#include <cstdint>
#include <map>
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

}  // namespace tamarack::domain
