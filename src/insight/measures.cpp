#include "insight/measures.h"

#include <algorithm>
#include <cmath>

namespace tamarack::insight {

Measures measure(const domain::Plan& plan, const std::vector<run::Entry>& entries) {
  Measures measures;
  measures.units.assign(plan.units.size(), Millis{0});
  std::vector<std::size_t> unit_of(plan.tests.size());
  for (const domain::Unit& unit : plan.units)
    for (const domain::TestIndex test : unit.tests) unit_of.at(test.value) = unit.index.value;
  Millis total{0};
  for (const run::Entry& entry : entries) {
    const auto* finished = std::get_if<run::TestFinished>(&entry.record);
    if (finished == nullptr) continue;
    measures.busy += finished->report.duration;
    if (!finished->counted) continue;
    total += finished->report.duration;
    measures.units.at(unit_of.at(finished->report.test.value)) += finished->report.duration;
  }
  for (const Millis unit : measures.units) measures.longest_unit = std::max(measures.longest_unit, unit);
  const auto share = static_cast<double>(total.count()) / static_cast<double>(std::max<std::int64_t>(plan.workers, 1));
  measures.lower_bound = std::max(measures.longest_unit, Millis{std::llround(share)});
  return measures;
}

}  // namespace tamarack::insight
