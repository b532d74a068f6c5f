// Discovery, history and wishes become the plan of a run: the explicit value that is journaled before anything runs.
// Refuses to plan nothing: no tests, a filter that matches nothing, two tests with one id, contradicting rules, half a flow.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "domain/history.h"
#include "domain/plan.h"
#include "plan/estimate.h"
#include "plan/flows.h"
#include "plan/rules.h"
#include "plan/select.h"

namespace tamarack::plan {

struct PlanOptions {
  Filter filter;
  Rules rules;
  // Units of flows belong to nobody under any policy: when they may begin is not known beforehand.
  // count: as many units for each worker, like a static shard. timing: the longest next to the least loaded worker (at most 4/3 of the
  // best split). dynamic: nobody owns a unit before it is leased. replay is refused: a recorded plan is used as it is.
  domain::Policy policy = domain::Policy::dynamic;
  std::int64_t workers = 1;
  std::uint64_t seed = 0;
  bool failed_first = false;
  bool changed_first = false;
  std::vector<std::string> changed_specs;          // for changed_first
  std::map<std::string, std::int64_t> spec_bytes;  // sizes of spec files, for the first run
  CostGuess cost_guess;
  bool units_share_invocation = true;
  bool can_select_tests = true;
  ExpectedWaits expected_waits;  // of flows, by "rule/phase"
};

Result<domain::Plan> make_plan(const domain::Discovery& discovery, const domain::History& history, const PlanOptions& options);

// Why each test of a plan has its estimate, in the order of plan.tests; made by the same function as the plan's estimates.
std::vector<TestEstimate> explain_estimates(const domain::Plan& plan, const domain::History& history, const PlanOptions& options);

// The worker each unit belongs to under a static policy; units in the order of the plan. Exposed for the tests of the 4/3 bound.
std::vector<std::int64_t> pin_by_timing(const std::vector<Millis>& estimates, std::int64_t workers);

}  // namespace tamarack::plan
