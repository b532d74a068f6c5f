// What a run cost and what the best possible schedule would have cost, from the measured durations of its tests.
#pragma once

#include <vector>

#include "run/record.h"

namespace tamarack::insight {

struct Measures {
  std::vector<Millis> units;  // as in the plan: sum of the counted executions of their tests
  Millis busy{0};             // all executions, counted or not
  Millis longest_unit{0};
  Millis lower_bound{0};  // max(longest unit, sum of units / workers); no start-up of ours or the framework's in it
};

Measures measure(const domain::Plan& plan, const std::vector<run::Entry>& entries);

}  // namespace tamarack::insight
