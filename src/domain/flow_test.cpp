#include "domain/flow.h"

#include <gtest/gtest.h>

#include "domain/plan.h"

namespace tamarack::domain {
namespace {

// Two flows "prepare, backend, validate", a unit for each phase of tests, and a test of no flow.
Plan good_plan() {
  Plan plan;
  for (std::size_t i = 0; i < 5; ++i) {
    plan.tests.push_back({.identity = {"a.spec", {std::to_string(i)}, ""}});
    plan.tests.back().id = make_test_id(plan.tests.back().identity);
    plan.units.push_back({.index = UnitIndex{i}, .tests = {TestIndex{i}}});
  }
  for (std::size_t f = 0; f < 2; ++f) {
    Flow flow{.name = "flow " + std::to_string(f)};
    flow.phases.push_back({.name = "prepare", .tests = {TestIndex{2 * f}}, .captures = {{"job_id", "string"}}});
    flow.phases.push_back({.name = "backend", .needs = {0}, .wish = "{}"});
    flow.phases.push_back({.name = "validate", .needs = {1}, .tests = {TestIndex{2 * f + 1}}});
    plan.flows.push_back(flow);
  }
  return plan;
}

TEST(FlowProblems, AGoodPlanHasNone) {
  EXPECT_EQ(problems_of(good_plan()), std::vector<std::string>{});
}

struct Broken {
  const char* name;
  void (*spoil)(Plan& plan);
  const char* said;
};

class FlowProblemsOf : public testing::TestWithParam<Broken> {};

TEST_P(FlowProblemsOf, IsNamedWithItsPlace) {
  Plan plan = good_plan();
  GetParam().spoil(plan);
  const std::vector<std::string> problems = problems_of(plan);
  ASSERT_FALSE(problems.empty());
  EXPECT_TRUE(problems.front().starts_with(GetParam().said)) << problems.front();
}

INSTANTIATE_TEST_SUITE_P(
    Each, FlowProblemsOf,
    testing::Values(
        Broken{"two_of_a_name", [](Plan& plan) { plan.flows[1].name = "flow 0"; }, "/flows/1/name:"},
        Broken{"no_phases", [](Plan& plan) { plan.flows[0].phases.clear(); }, "/flows/0/phases: expected 1 to"},
        Broken{"no_tests", [](Plan& plan) { plan.flows[0].phases = {{.name = "w", .wish = "{}"}}; }, "/flows/0/phases: none has tests"},
        Broken{"phases_of_a_name", [](Plan& plan) { plan.flows[0].phases[2].name = "prepare"; }, "/flows/0/phases/2/name:"},
        Broken{"a_wait_without_a_wish", [](Plan& plan) { plan.flows[0].phases[1].wish.clear(); }, "/flows/0/phases/1: expected tests or"},
        Broken{"tests_and_a_wish", [](Plan& plan) { plan.flows[0].phases[0].wish = "{}"; }, "/flows/0/phases/0: expected tests or"},
        Broken{"a_need_that_is_not_there", [](Plan& plan) { plan.flows[0].phases[1].needs = {3}; }, "/flows/0/phases/1/needs: 3"},
        Broken{"a_need_of_itself", [](Plan& plan) { plan.flows[0].phases[1].needs = {1}; }, "/flows/0/phases/1/needs: 1"},
        Broken{"a_negative_need", [](Plan& plan) { plan.flows[0].phases[1].needs = {-1}; }, "/flows/0/phases/1/needs: -1"},
        Broken{"a_circle", [](Plan& plan) { plan.flows[0].phases[0].needs = {2}; }, "/units: some wait for each other"},
        Broken{"a_circle_through_an_order", [](Plan& plan) { plan.units[0].after = {UnitIndex{1U}}; }, "/units: some wait for each other"},
        Broken{"a_circle_over_two_flows",
               [](Plan& plan) {
                 plan.units[0].after = {UnitIndex{3U}};
                 plan.units[2].after = {UnitIndex{1U}};
               },
               "/units: some wait for each other"},
        Broken{"a_test_that_is_not_there", [](Plan& plan) { plan.flows[0].phases[0].tests = {TestIndex{9U}}; },
               "/flows/0/phases/0/tests: 9"},
        Broken{"a_test_in_two_phases", [](Plan& plan) { plan.flows[1].phases[0].tests = {TestIndex{0U}}; }, "/flows/1/phases/0/tests: 0"},
        Broken{"a_unit_of_two_phases",
               [](Plan& plan) {
                 plan.units[0].tests = {TestIndex{0U}, TestIndex{1U}};
                 plan.units.erase(plan.units.begin() + 1);
                 for (std::size_t u = 0; u < plan.units.size(); ++u) plan.units[u].index = UnitIndex{u};
               },
               "/units/0/tests: they are of several phases"},
        Broken{"a_unit_half_in_a_flow",
               [](Plan& plan) {
                 plan.units[3].tests = {TestIndex{3U}, TestIndex{4U}};
                 plan.units.pop_back();
               },
               "/units/3/tests: they are of several phases"},
        Broken{"a_capture_without_a_name", [](Plan& plan) { plan.flows[0].phases[0].captures[0].name = "job-id"; },
               "/flows/0/phases/0/capt"},
        Broken{"a_type_nobody_knows", [](Plan& plan) { plan.flows[0].phases[0].captures[0].type = "text"; },
               "/flows/0/phases/0/captures: 't"},
        Broken{"captures_of_a_wait", [](Plan& plan) { plan.flows[0].phases[1].captures = {{"a"}}; }, "/flows/0/phases/1/captures: a wait"},
        Broken{"a_negative_limit", [](Plan& plan) { plan.flows[0].limit = Millis{-1}; }, "/flows/0/limit:"},
        Broken{"a_limit_beyond_all", [](Plan& plan) { plan.flows[0].phases[1].limit = Millis::max(); }, "/flows/0/phases/1/limit:"},
        Broken{"retries_without_end", [](Plan& plan) { plan.flows[0].phases[0].retries = 5000; }, "/flows/0/phases/0/retries:"},
        Broken{"given_without_a_name", [](Plan& plan) { plan.given = {{"", "1"}}; }, "/given:"}),
    [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace tamarack::domain
