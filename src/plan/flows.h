// The flows of a run: [[flow]] rules and the suite's tests become domain::Flow, each with its tests phase by phase. Pure.
//   * Tests that match a phase are grouped (by describe block, by spec, or all) and by their parameters; each group is one flow.
//   * A group without tests for a phase is refused, because half a flow proves nothing, and mostly it is a mistyped tag. Where a filter
//   took
//     the others away, its tests are ordinary tests instead, and flow_warnings() says so.
//   * A test belongs to one phase of one flow at most.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "domain/plan.h"
#include "domain/test_case.h"
#include "plan/rules.h"

namespace tamarack::plan {

// `discovered`: all tests of the suite, which decide whether a flow is whole; `selected`: those of the run, which `tests` of the phases
// index. `invalid_argument` names the tests and the phase that is missing.
Result<std::vector<domain::Flow>> make_flows(std::span<const domain::TestCase> discovered, std::span<const domain::TestCase> selected,
                                             const std::vector<FlowRule>& rules);

// Tests of the plan that match a phase and are in no flow, because a filter took the rest of it away: one line per rule.
std::vector<std::string> flow_warnings(const domain::Plan& plan, const std::vector<FlowRule>& rules);

// The tests that belong to flows of these tests: what a rerun of the failed ones must take along. One flag per discovered test.
std::vector<bool> whole_flows(std::span<const domain::TestCase> discovered, const std::vector<FlowRule>& rules, std::vector<bool> chosen);

// Which phase of which flow each test is in: a number, the same for tests of one phase; -1: none.
std::vector<std::int64_t> phase_numbers(std::size_t test_count, const std::vector<domain::Flow>& flows);

// How long waits took before, by "rule/phase"; what is not here is guessed.
using ExpectedWaits = std::map<std::string, Millis>;
inline constexpr Millis expected_wait_guess{60'000};

// The expected course of a flow. A phase of tests takes as long as its longest unit: there may be a worker for each.
struct FlowTimes {
  std::vector<Millis> own;   // of each phase
  std::vector<Millis> rest;  // from its beginning to the end of what it unlocks, itself included
  Millis whole{0};           // the critical path: the flow cannot be shorter
};
// `unit_times`: for each test the estimate of the unit it is in.
FlowTimes expected_times(const domain::Flow& flow, std::span<const Millis> unit_times, const ExpectedWaits& waits);
std::vector<Millis> unit_times(std::size_t test_count, std::span<const domain::Unit> units);
Millis expected_wait(const domain::Flow& flow, const domain::FlowPhase& phase, const ExpectedWaits& waits);

// Units that can never begin, because `after` and the needs of flows contradict each other: the titles of one such circle; empty: none.
std::vector<std::string> circle_of_needs(std::span<const domain::Unit> units, const std::vector<domain::Flow>& flows);

}  // namespace tamarack::plan
