#include "domain/plan.h"

#include <gtest/gtest.h>

namespace tamarack::domain {
namespace {

Plan good_plan() {
  Plan plan;
  for (std::size_t i = 0; i < 3; ++i) {
    plan.tests.push_back({.identity = {"a.spec", {std::to_string(i)}, ""}});
    plan.tests.back().id = make_test_id(plan.tests.back().identity);
  }
  plan.units.push_back({.index = UnitIndex{0U}, .tests = {TestIndex{0U}, TestIndex{1U}}});
  plan.units.push_back({.index = UnitIndex{1U}, .tests = {TestIndex{2U}}, .after = {UnitIndex{0U}}});
  plan.caps.push_back({"slow", 1});
  return plan;
}

TEST(PlanProblems, AGoodPlanHasNone) {
  EXPECT_EQ(problems_of(good_plan()), std::vector<std::string>{});
}

struct Broken {
  const char* name;
  void (*spoil)(Plan& plan);
  const char* said;
};

class PlanProblemsOf : public testing::TestWithParam<Broken> {};

TEST_P(PlanProblemsOf, IsNamedWithItsPlace) {
  Plan plan = good_plan();
  GetParam().spoil(plan);
  const std::vector<std::string> problems = problems_of(plan);
  ASSERT_FALSE(problems.empty());
  EXPECT_TRUE(problems.front().starts_with(GetParam().said)) << problems.front();
}

INSTANTIATE_TEST_SUITE_P(
    Each, PlanProblemsOf,
    testing::Values(
        Broken{"nothing", [](Plan& plan) { plan.tests.clear(); }, "/tests: expected at least one"},
        Broken{"no_workers", [](Plan& plan) { plan.workers = 0; }, "/workers: expected 1 to"},
        Broken{"twice_the_same_test", [](Plan& plan) { plan.tests[2].id = plan.tests[0].id; }, "/tests/2/id:"},
        Broken{"a_test_without_an_id", [](Plan& plan) { plan.tests[1].id = {}; }, "/tests/1/id:"},
        Broken{"an_index_that_lies", [](Plan& plan) { plan.units[1].index = UnitIndex{7U}; }, "/units/1/index: expected 1, got 7"},
        Broken{"an_empty_unit", [](Plan& plan) { plan.units[1].tests.clear(); }, "/units/1/tests: expected at least one"},
        Broken{"a_test_that_is_not_there", [](Plan& plan) { plan.units[1].tests = {TestIndex{3U}}; }, "/units/1/tests: 3 is no test"},
        Broken{"a_test_in_two_units", [](Plan& plan) { plan.units[1].tests = {TestIndex{0U}}; }, "/units/1/tests: 0 is no test"},
        Broken{"a_test_in_no_unit", [](Plan& plan) { plan.units[0].tests.pop_back(); }, "/units: 1 of the plan's tests"},
        Broken{"after_nothing", [](Plan& plan) { plan.units[1].after = {UnitIndex{9U}}; }, "/units/1/after: 9 is no unit"},
        Broken{"a_circle", [](Plan& plan) { plan.units[0].after = {UnitIndex{1U}}; }, "/units: some wait for each other"},
        Broken{"a_negative_estimate", [](Plan& plan) { plan.units[0].estimate = Millis{-1}; }, "/units/0/estimate:"},
        Broken{"a_cap_of_nothing", [](Plan& plan) { plan.caps[0].units_max = 0; }, "/caps/0/units_max:"}),
    [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace tamarack::domain
