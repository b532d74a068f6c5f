#include "plan/estimate.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "plan/suite_builder.h"

namespace tamarack::plan {
namespace {

Millis typical(const std::vector<std::int64_t>& newest_first) {
  std::vector<domain::TestTiming> timings;
  for (const std::int64_t ms : newest_first) timings.push_back({.duration = Millis{ms}});
  return typical_duration(timings);
}

TEST(TypicalDuration, IsAnUpperQuantileThatOneStallDoesNotRule) {
  EXPECT_EQ(typical({100}), Millis{100});
  EXPECT_EQ(typical({100, 110, 120, 130, 9000, 100, 110, 120}), Millis{120});
}

TEST(TypicalDuration, FollowsATestThatGotSlowerWithinTwoRuns) {
  std::vector<std::int64_t> slower(20, 100);
  slower[0] = slower[1] = 1000;
  EXPECT_EQ(typical(slower), Millis{1000});
  std::vector<std::int64_t> once(20, 100);
  once[0] = 1000;
  EXPECT_EQ(typical(once), Millis{100});
}

TEST(TypicalDuration, ForgetsWhatIsOlderThanTwentyRuns) {
  std::vector<std::int64_t> durations(20, 50);
  durations.insert(durations.end(), 100, 90'000);
  EXPECT_EQ(typical(durations), Millis{50});
}

TEST(Estimate, UnknownTestsCostTheMedianOfTheirSpecThenOfTheSuite) {
  const auto discovery = suite({{.name = "a.ts › 1"},
                                {.name = "a.ts › 2"},
                                {.name = "a.ts › 3"},
                                {.name = "a.ts › new"},
                                {.name = "b.ts › new"},
                                {.name = "b.ts › off", .skip_expected = true}});
  domain::History history;
  remember(history, "a.ts › 1", {100});
  remember(history, "a.ts › 2", {300});
  remember(history, "a.ts › 3", {9000});
  history.app_starts = {Millis{2000}, Millis{2200}, Millis{60'000}};
  const Estimates estimates = estimate(discovery.tests, history);
  EXPECT_EQ(estimates.tests[1].duration, Millis{300});
  EXPECT_EQ(estimates.tests[1].source, EstimateSource::history);
  EXPECT_EQ(estimates.tests[3].duration, Millis{300});
  EXPECT_EQ(estimates.tests[3].source, EstimateSource::spec);
  EXPECT_EQ(estimates.tests[4].source, EstimateSource::suite);
  EXPECT_EQ(estimates.tests[5].duration, Millis{0});
  EXPECT_EQ(estimates.cost.app_start, Millis{2200});
  EXPECT_EQ(estimates.cost.framework_start, Millis{500});
  EXPECT_TRUE(estimates.cost.from_history);
}

TEST(Estimate, AFirstRunGoesByFileSizePerTestWithinLimits) {
  const auto discovery =
      suite({{.name = "big.ts › 1"}, {.name = "mid.ts › 1"}, {.name = "mid.ts › 2"}, {.name = "small.ts › 1"}, {.name = "new.ts › 1"}});
  const Estimates estimates = estimate(discovery.tests, {}, {{"big.ts", 1'000'000}, {"mid.ts", 4000}, {"small.ts", 1000}});
  EXPECT_EQ(estimates.tests[0].duration, Millis{4000});
  EXPECT_EQ(estimates.tests[1].duration, Millis{1000});
  EXPECT_EQ(estimates.tests[3].duration, Millis{500});
  EXPECT_EQ(estimates.tests[4].duration, Millis{1000});
  EXPECT_EQ(estimates.tests[4].source, EstimateSource::fallback);
  EXPECT_FALSE(estimates.cost.from_history);
}

TEST(Estimate, SkippedExecutionsSayNothingAboutThePrice) {
  const auto discovery = suite({{.name = "a.ts › 1"}});
  domain::History history;
  remember(history, "a.ts › 1", {0, 700});
  history.tests.begin()->second.timings[0].outcome = domain::Outcome::skipped;
  EXPECT_EQ(estimate(discovery.tests, history).tests[0].duration, Millis{700});
}

RC_GTEST_PROP(TypicalDuration, IsOneOfTheDurationsAndAtLeastTheLeast, (const std::vector<std::uint16_t>& drawn)) {
  RC_PRE(!drawn.empty());
  const std::vector<std::int64_t> durations(drawn.begin(), drawn.end());
  const Millis value = typical(durations);
  RC_ASSERT(std::find(durations.begin(), durations.end(), value.count()) != durations.end());
}

}  // namespace
}  // namespace tamarack::plan
