#include "plan/make_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "plan/suite_builder.h"

namespace tamarack::plan {
namespace {

using ::testing::HasSubstr;

domain::Discovery specs(int count) {
  std::vector<SuiteTest> tests;
  for (int i = 0; i < count; ++i) tests.push_back({.name = "s" + std::to_string(i) + ".ts › t", .group = "file"});
  return suite(tests);
}

domain::History known(const domain::Discovery& discovery, const std::vector<std::int64_t>& ms) {
  domain::History history;
  for (std::size_t i = 0; i < discovery.tests.size(); ++i) remember(history, domain::display_name(discovery.tests[i].identity), {ms[i]});
  return history;
}

std::vector<std::int64_t> units_per_worker(const domain::Plan& plan) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(plan.workers));
  for (const domain::Unit& unit : plan.units) ++counts.at(static_cast<std::size_t>(unit.pinned_worker));
  return counts;
}

TEST(MakePlan, CarriesWhatTheRunNeeds) {
  const auto discovery = specs(3);
  const auto plan = make_plan(discovery, known(discovery, {100, 300, 200}),
                              {.rules = {.caps = {{.name = "c", .match = "s1.ts", .max = 2}}}, .workers = 2, .seed = 7})
                        .value();
  EXPECT_EQ(plan.framework, "playwright");
  EXPECT_EQ(plan.seed, 7U);
  EXPECT_EQ(plan.units[0].title, "s1.ts");
  EXPECT_EQ(plan.units[0].estimate, Millis{300});
  EXPECT_EQ(plan.units[0].pinned_worker, -1);
  EXPECT_EQ(plan.caps, (std::vector<domain::Cap>{{"c", 2}}));
  EXPECT_TRUE(plan.cost.from_history);
}

TEST(MakePlan, CountGivesEveryWorkerTheSameNumber) {
  const auto plan = make_plan(specs(7), {}, {.policy = domain::Policy::count, .workers = 3}).value();
  EXPECT_THAT(units_per_worker(plan), ::testing::UnorderedElementsAre(3, 2, 2));
}

TEST(MakePlan, TimingBalancesDurations) {
  const auto discovery = specs(5);
  const auto plan =
      make_plan(discovery, known(discovery, {600, 500, 400, 300, 200}), {.policy = domain::Policy::timing, .workers = 2}).value();
  std::vector<Millis> load(2);
  for (const domain::Unit& unit : plan.units) load[static_cast<std::size_t>(unit.pinned_worker)] += unit.estimate;
  EXPECT_EQ(std::max(load[0], load[1]), Millis{1100});
}

TEST(MakePlan, RefusesToPlanNothingOrNonsense) {
  EXPECT_THAT(make_plan({.framework = "pytest"}, {}, {}).error().message, HasSubstr("pytest found no tests"));
  EXPECT_THAT(make_plan(specs(1), {}, {.workers = 0}).error().message, HasSubstr("got 0"));
  EXPECT_FALSE(make_plan(specs(1), {}, {.policy = domain::Policy::replay}));
  EXPECT_EQ(make_plan(suite({{.name = "a.ts › same", .line = 3}, {.name = "a.ts › same", .line = 9}}), {}, {}).error().message,
            "two tests are called 'a.ts › same' (lines 3 and 9), so their results could not be told apart");
}

Millis best_makespan(const std::vector<Millis>& jobs, std::size_t next, std::vector<Millis>& load) {
  if (next == jobs.size()) return *std::max_element(load.begin(), load.end());
  Millis best = Millis::max();
  for (Millis& one : load) {
    one += jobs[next];
    best = std::min(best, best_makespan(jobs, next + 1, load));
    one -= jobs[next];
  }
  return best;
}

// Graham 1969: longest processing time first is within 4/3 - 1/(3m) of the best split. Small cases are compared with the true best.
RC_GTEST_PROP(PinByTiming, StaysWithinFourThirdsOfTheBest, ()) {
  const auto workers = *rc::gen::inRange<std::int64_t>(1, 4);
  const auto drawn = *rc::gen::resize(7, rc::gen::container<std::vector<int>>(rc::gen::inRange(1, 1000)));
  RC_PRE(!drawn.empty());
  const std::vector<Millis> jobs(drawn.begin(), drawn.end());
  std::vector<Millis> load(static_cast<std::size_t>(workers));
  const auto owner = pin_by_timing(jobs, workers);
  for (std::size_t i = 0; i < jobs.size(); ++i) load.at(static_cast<std::size_t>(owner[i])) += jobs[i];
  std::vector<Millis> empty(static_cast<std::size_t>(workers));
  const Millis best = best_makespan(jobs, 0, empty);
  const Millis made = *std::max_element(load.begin(), load.end());
  RC_ASSERT(made * 3 * workers <= best * (4 * workers - 1));
}

// Whatever the size, nobody is longer than the average plus the longest unit.
RC_GTEST_PROP(PinByTiming, StaysUnderTheListBound, (const std::vector<std::uint16_t>& drawn)) {
  RC_PRE(!drawn.empty());
  const auto workers = *rc::gen::inRange<std::int64_t>(1, 16);
  std::vector<Millis> jobs;
  Millis total{0};
  for (const std::uint16_t ms : drawn) {
    jobs.emplace_back(ms);
    total += jobs.back();
  }
  const auto owner = pin_by_timing(jobs, workers);
  std::map<std::int64_t, Millis> load;
  for (std::size_t i = 0; i < jobs.size(); ++i) load[owner[i]] += jobs[i];
  for (const auto& [worker, time] : load) {
    RC_ASSERT(worker >= 0 && worker < workers);
    RC_ASSERT(time * workers <= total + *std::max_element(jobs.begin(), jobs.end()) * (workers - 1));
  }
}

RC_GTEST_PROP(MakePlan, EverySelectedTestIsInExactlyOneUnitUnderEveryPolicy, ()) {
  std::vector<SuiteTest> tests;
  const int count = *rc::gen::inRange(1, 30);
  for (int i = 0; i < count; ++i)
    tests.push_back({.name = "s" + std::to_string(*rc::gen::inRange(0, 5)) + ".ts › t" + std::to_string(i),
                     .group = *rc::gen::element<std::string>("", "g")});
  const auto policy = *rc::gen::element(domain::Policy::count, domain::Policy::timing, domain::Policy::dynamic);
  const auto workers = *rc::gen::inRange<std::int64_t>(1, 6);
  const auto plan = make_plan(suite(tests), {}, {.policy = policy, .workers = workers}).value();
  std::vector<int> times(plan.tests.size());
  for (std::size_t i = 0; i < plan.units.size(); ++i) {
    RC_ASSERT(plan.units[i].index == domain::UnitIndex{i});
    RC_ASSERT((plan.units[i].pinned_worker == -1) == (policy == domain::Policy::dynamic));
    for (const domain::TestIndex index : plan.units[i].tests) ++times.at(index.value);
  }
  RC_ASSERT(std::all_of(times.begin(), times.end(), [](int n) { return n == 1; }));
}

}  // namespace
}  // namespace tamarack::plan
