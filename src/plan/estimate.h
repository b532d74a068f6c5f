// What tests and start-ups are going to cost.
// A known test costs the 75th percentile of its newest 20 durations, each weighing 0.85 of the next newer one. An upper quantile,
// because a unit that turns out longer than thought at the end of a run lengthens the run while a shorter one only lets another start
// earlier; not the maximum, because one stall must not rule for 20 runs. The weights halve every four runs: a test that got slower
// is priced right after two or three runs. Skipped executions are left out, they say nothing about the price of running.
// A test without history costs the median of its spec, else the median of the suite, else a share by file size, else a second.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "domain/history.h"
#include "domain/plan.h"

namespace tamarack::plan {

enum class EstimateSource { history, spec, suite, size, fallback, skip };
// "history", "median of the spec", …: the column "why" of `tamarack plan`.
std::string_view to_string(EstimateSource source);

struct TestEstimate {
  Millis duration{0};
  EstimateSource source = EstimateSource::fallback;
};

// What start-ups are assumed to cost before any run was measured.
struct CostGuess {
  Millis app_start{0};
  Millis framework_start{500};
};

struct Estimates {
  std::vector<TestEstimate> tests;  // one per test, same order
  domain::CostEstimate cost;
};

// `spec_bytes`: sizes of spec files where known; only used for tests of a suite without any history.
Estimates estimate(std::span<const domain::TestCase> tests, const domain::History& history,
                   const std::map<std::string, std::int64_t>& spec_bytes = {}, const CostGuess& guess = {});

// The weighted quantile described above over durations that stand newest first; `timings` must have one that is not skipped.
Millis typical_duration(std::span<const domain::TestTiming> timings);

Millis median(std::vector<Millis> values);  // of an empty list: 0

}  // namespace tamarack::plan
