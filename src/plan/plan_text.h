// What `tamarack plan` prints: the units in order with their price and why, the bound, and what other numbers of workers would take.
// The bound and the predictions are about workers alone; what flows wait for is said beside them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/plan.h"
#include "plan/estimate.h"
#include "plan/what_if.h"

namespace tamarack::plan {

struct PlanTextOptions {
  std::size_t units_max = 200;   // longer plans say how many units are not shown; 0: show all
  ExpectedWaits expected_waits;  // of flows, as the plan was made with
  std::optional<Millis> target;  // --target-time: the smallest number of workers that meets it is named
};

// `estimates`: one per test of the plan (explain_estimates). `predictions`: from what_if; may be empty.
std::string plan_text(const domain::Plan& plan, std::span<const TestEstimate> estimates, const std::vector<Prediction>& predictions,
                      const PlanTextOptions& options = {});

}  // namespace tamarack::plan
