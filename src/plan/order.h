// The order in which units are handed out: what would hold the run up longest comes first, and nothing comes before what it must
// follow. What holds a run up is a unit's own time, plus what can only start after it, plus what queues behind it for the same lock or
// cap. Equal ones stand by title, so the order depends on the units and not on how they were listed.
// Of flows, what continues one comes first of all: nobody gets it before its phase begins, and then it is what a whole flow waits for. What
// begins a flow comes before ordinary units, longest rest of the flow first, because the sooner it has run the sooner its wait begins.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "domain/plan.h"

namespace tamarack::plan {

// The part of a unit in a flow.
struct FlowUrgency {
  bool continues = false;  // its phase needs another one
  Millis rest{0};          // of the flow from the beginning of its phase, that included
};

struct OrderOptions {
  std::set<domain::TestId> failed_first;           // units with one of these tests come first
  std::set<std::string> changed_first;             // then units with one of these specs
  std::map<domain::UnitIndex, FlowUrgency> flows;  // units of flows
};

// `after` must be free of cycles (make_units sees to it). Units are renumbered: unit i of the result has index i.
std::vector<domain::Unit> order_units(std::vector<domain::Unit> units, std::span<const domain::TestCase> tests,
                                      std::span<const domain::Cap> caps, const OrderOptions& options);

}  // namespace tamarack::plan
