#include "schedule/pace.h"

#include <algorithm>

namespace tamarack::schedule {
namespace {

constexpr std::int64_t tests_min = 5;  // fewer say more about themselves than about the suite
constexpr double ratio_max = 100;

}  // namespace

void note_test(Pace& pace, Millis expected, Millis measured) {
  ++pace.tests;
  pace.expected += expected;
  pace.measured += measured;
}

void note_start(Pace& pace, Millis took) {
  ++pace.starts;
  pace.starting += took;
}

Millis start_cost(const domain::CostEstimate& cost, const Pace& pace) {
  if (cost.from_history) return cost.framework_start;
  const Millis start = pace.starts > 0 ? pace.starting / pace.starts : cost.framework_start;
  if (pace.tests < tests_min || pace.expected <= Millis{0} || pace.measured <= Millis{0}) return start;
  const double ratio = static_cast<double>(pace.expected.count()) / static_cast<double>(pace.measured.count());
  return Millis{static_cast<std::int64_t>(static_cast<double>(start.count()) * std::clamp(ratio, 1 / ratio_max, ratio_max))};
}

}  // namespace tamarack::schedule
