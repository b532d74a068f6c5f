// The flows of a plan as `tamarack plan` prints them: phases, tests, waits and how long the longest is going to take.
#pragma once

#include <string>

#include "domain/plan.h"
#include "plan/flows.h"

namespace tamarack::plan {

struct FlowTextOptions {
  std::size_t flows_max = 20;  // longer plans say how many flows are not shown; 0: show all
  ExpectedWaits waits;
};

// "" for a plan without flows.
std::string flow_text(const domain::Plan& plan, const FlowTextOptions& options);

}  // namespace tamarack::plan
