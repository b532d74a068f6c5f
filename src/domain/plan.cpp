#include "domain/plan.h"

#include <algorithm>

namespace tamarack::domain {

std::string_view to_string(Policy policy) {
  switch (policy) {
    case Policy::count:
      return "count";
    case Policy::timing:
      return "timing";
    case Policy::dynamic:
      return "dynamic";
    case Policy::replay:
      return "replay";
  }
  return "dynamic";
}

Millis lower_bound(const Plan& plan, std::int64_t workers) {
  Millis total{0};
  Millis longest{0};
  for (const Unit& unit : plan.units) {
    total += unit.estimate;
    longest = std::max(longest, unit.estimate);
  }
  return std::max(longest, Millis{(total.count() + workers - 1) / std::max<std::int64_t>(workers, 1)});
}

}  // namespace tamarack::domain
