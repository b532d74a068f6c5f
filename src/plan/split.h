// Cuts the selected tests into units. One unit per spec and parameters (Playwright project) is the rule, because a spec's imports and
// hooks are paid once per invocation. A spec is cut smaller only where the framework can select single tests, and then
//  * between tests that hold different locks or caps, because a unit holds its locks for its whole time, and
//  * when it costs more than half of a worker's fair share, because such a unit decides how long the run takes.
// Groups stay whole and the file's order inside a unit is kept. `together` rules put specs into one unit, which is never cut.
// A unit has tests of one phase of one flow, or of none: between phases a spec is always cut, also inside a group, since their tests run at
// different times. Where that would tear something that has to stay whole (a serial group, specs kept together, a spec of which the
// framework cannot run a part), the rules are refused.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "domain/plan.h"
#include "plan/estimate.h"
#include "plan/rules.h"

namespace tamarack::plan {

struct SplitOptions {
  std::int64_t workers = 1;
  bool can_select_tests = true;
  // false: the framework runs one spec per invocation, so specs kept together are units in a row on one worker instead of one unit.
  bool units_share_invocation = true;
  Millis piece_min{500};                 // smaller pieces cost more in hand-over than they give back
  std::span<const std::int64_t> phases;  // of each test: the number of its phase (flows.h), -1: none; empty: there are no flows
  bool can_cut_phases = true;            // false: the framework runs whole specs only, so all tests of one are in the same phase
};

// Units are numbered as they stand in the result, by their first test. `after` holds those numbers. Rules that contradict each
// other are refused with the cycle they make.
Result<std::vector<domain::Unit>> make_units(std::span<const domain::TestCase> tests, std::span<const TestEstimate> estimates,
                                             const Rules& rules, const SplitOptions& options);

}  // namespace tamarack::plan
