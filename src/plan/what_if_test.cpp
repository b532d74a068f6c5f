#include "plan/what_if.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "plan/suite_builder.h"

namespace tamarack::plan {
namespace {

domain::Plan plan_of(const std::vector<std::int64_t>& units_ms, Millis app_start, Millis framework_start) {
  domain::Plan plan;
  plan.cost = {.app_start = app_start, .framework_start = framework_start, .from_history = true};
  for (const std::int64_t ms : units_ms)
    plan.units.push_back(
        {.index = domain::UnitIndex{plan.units.size()}, .title = "u" + std::to_string(plan.units.size()), .estimate = Millis{ms}});
  return plan;
}

TEST(Predict, StartUpsAreAddedPerWorkerAndInvocation) {
  const auto plan = plan_of({5000, 3000, 2000}, Millis{1000}, Millis{500});
  const Prediction one = predict(plan, 1, factoring);
  EXPECT_EQ(one.wall, Millis{1000 + 10'000 + 500 * one.invocations});
  // The second worker gets half of what is left, then the rest: two invocations.
  EXPECT_EQ(predict(plan, 2, factoring).wall, Millis{1000 + 500 + 3000 + 500 + 2000});
  EXPECT_EQ(predict(plan, 2, factoring).machine, Millis{14'000});
  const ChunkRule everything = [](Millis remaining, std::int64_t, const domain::CostEstimate&) {
    return domain::ChunkSize{.aim = remaining, .most = remaining};
  };
  EXPECT_EQ(predict(plan, 2, everything).wall, Millis{1000 + 500 + 10'000});
  EXPECT_EQ(predict(plan, 2, factoring).lower_bound, Millis{5000});
}

TEST(Predict, UnitsOfOneLockFollowEachOther) {
  auto plan = plan_of({1000, 1000, 1000}, Millis{0}, Millis{0});
  for (auto& unit : plan.units) unit.locks = {"db"};
  EXPECT_EQ(predict(plan, 3, factoring).wall, Millis{3000});
}

TEST(Predict, CapsAndOrderAreKept) {
  auto capped = plan_of({1000, 1000, 1000, 1000}, Millis{0}, Millis{0});
  capped.caps = {{"heavy", 2}};
  for (auto& unit : capped.units) unit.caps = {"heavy"};
  EXPECT_EQ(predict(capped, 4, factoring).wall, Millis{2000});
  auto ordered = plan_of({1000, 1000}, Millis{0}, Millis{0});
  ordered.units[1].after = {domain::UnitIndex{0U}};
  EXPECT_EQ(predict(ordered, 2, factoring).wall, Millis{2000});
}

TEST(Predict, PinnedSharesRunInOneInvocationEach) {
  auto plan = plan_of({1000, 1000, 1000}, Millis{0}, Millis{100});
  plan.policy = domain::Policy::timing;
  for (auto& unit : plan.units) unit.pinned_worker = unit.index.value == 0 ? 0 : 1;
  EXPECT_EQ(predict(plan, 2, factoring).wall, Millis{2100});
  EXPECT_EQ(predict(plan, 2, factoring).invocations, 2);
  plan.units_share_invocation = false;
  EXPECT_EQ(predict(plan, 2, factoring).wall, Millis{2200});
}

TEST(WhatIf, MoreWorkersGetTheirOwnPlan) {
  std::vector<SuiteTest> tests;
  for (int i = 0; i < 16; ++i) tests.push_back({.name = "one.ts › t" + std::to_string(i)});
  const auto predictions =
      what_if(suite(tests), {}, {.cost_guess = {.app_start = Millis{0}, .framework_start = Millis{0}}}, 4, factoring).value();
  ASSERT_EQ(predictions.size(), 4U);
  EXPECT_EQ(predictions[0].wall, Millis{16'000});
  EXPECT_EQ(predictions[3].wall, Millis{4000});
}

TEST(ChooseWorkers, TheSmallestCountThatMeetsTheTarget) {
  const std::vector<Prediction> predictions{
      {.workers = 1, .wall = Millis{100}}, {.workers = 2, .wall = Millis{60}}, {.workers = 3, .wall = Millis{60}}};
  EXPECT_EQ(choose_workers(predictions, Millis{60}).prediction.workers, 2);
  EXPECT_TRUE(choose_workers(predictions, Millis{60}).reaches_target);
  EXPECT_EQ(choose_workers(predictions, Millis{10}).prediction.workers, 2);
  EXPECT_FALSE(choose_workers(predictions, Millis{10}).reaches_target);
}

RC_GTEST_PROP(Predict, LiesBetweenTheBoundAndOneWorker, (const std::vector<std::uint16_t>& drawn)) {
  RC_PRE(!drawn.empty());
  const std::vector<std::int64_t> units(drawn.begin(), drawn.end());
  auto plan = plan_of(units, Millis{*rc::gen::inRange(0, 3000)}, Millis{*rc::gen::inRange(0, 1000)});
  for (auto& unit : plan.units) {
    if (*rc::gen::inRange(0, 4) == 0) unit.locks = {"l"};
    if (unit.index.value > 0 && *rc::gen::inRange(0, 8) == 0) unit.after = {domain::UnitIndex{unit.index.value - 1}};
  }
  const auto workers = *rc::gen::inRange<std::int64_t>(1, 9);
  const Prediction prediction = predict(plan, workers, factoring);
  Millis total{0};
  for (const auto& unit : plan.units) total += unit.estimate;
  RC_ASSERT(prediction.wall >= prediction.lower_bound + plan.cost.app_start + plan.cost.framework_start);
  RC_ASSERT(prediction.wall <= plan.cost.app_start + total + plan.cost.framework_start * prediction.invocations);
}

}  // namespace
}  // namespace tamarack::plan
