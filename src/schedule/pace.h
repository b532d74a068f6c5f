// What a run has learned about its own speed. A first run plans with guesses: a second for a test, half a second for a start of the
// framework. What has ended in the same run knows better, and the next chunk is cut by that.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "domain/plan.h"

namespace tamarack::schedule {

struct Pace {
  std::int64_t tests = 0;  // executions that were measured
  Millis expected{0};      // what the plan thought they take
  Millis measured{0};      // what they took
  std::int64_t starts = 0;
  Millis starting{0};  // all starts of the framework together
  friend bool operator==(const Pace&, const Pace&) = default;
};

void note_test(Pace& pace, Millis expected, Millis measured);
void note_start(Pace& pace, Millis took);

// What one more start of the framework costs in the time of the plan's estimates: where tests take ten times as long as they were
// thought to, a start weighs a tenth against them. With durations from history the plan knows both already.
Millis start_cost(const domain::CostEstimate& cost, const Pace& pace);

}  // namespace tamarack::schedule
