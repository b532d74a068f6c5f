// The order in which units are handed out: what would hold the run up longest comes first, and nothing comes before what it must
// follow. What holds a run up is a unit's own time, plus what can only start after it, plus what queues behind it for the same lock or
// cap. Equal ones stand by title, so the order depends on the units and not on how they were listed.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "domain/plan.h"

namespace tamarack::plan {

struct OrderOptions {
  std::set<domain::TestId> failed_first;  // units with one of these tests come first
  std::set<std::string> changed_first;    // then units with one of these specs
};

// `after` must be free of cycles (make_units sees to it). Units are renumbered: unit i of the result has index i.
std::vector<domain::Unit> order_units(std::vector<domain::Unit> units, std::span<const domain::TestCase> tests,
                                      std::span<const domain::Cap> caps, const OrderOptions& options);

}  // namespace tamarack::plan
