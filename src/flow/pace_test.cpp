#include "flow/pace.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

namespace tamarack::flow {
namespace {

constexpr Millis second{1'000};

struct Spent {
  std::int64_t looks = 0;
  Millis overshoot{0};
};
// Looks until work of this duration is seen to have ended.
Spent follow(const Pace& pace, Millis duration, Random& random) {
  Spent spent{.looks = 1};
  Millis at{0};
  while (at < duration) {
    at += with_jitter(next_gap(pace, at, false), random);
    ++spent.looks;
  }
  spent.overshoot = at - duration;
  return spent;
}

TEST(Pace, WithoutHistoryAFifthOfTheTimeWaitedWithinItsBounds) {
  const Pace pace;
  EXPECT_EQ(next_gap(pace, Millis{0}, false), pace.min);
  EXPECT_EQ(next_gap(pace, 10 * second, false), 2 * second);
  EXPECT_EQ(next_gap(pace, 3'600 * second, false), pace.max);
  EXPECT_EQ(next_gap(pace, Millis{0}, true), pace.net);
}

TEST(Pace, WithHistoryItIsDenseWhereTheEndIsLikely) {
  const Pace pace{.past = {60 * second, 80 * second, 120 * second}};
  EXPECT_EQ(next_gap(pace, Millis{0}, false), 20 * second);
  EXPECT_EQ(next_gap(pace, 59 * second, false), second);
  EXPECT_EQ(next_gap(pace, 80 * second, false), 8 * second);
  EXPECT_EQ(next_gap(pace, 140 * second, false), 13 * second);
  EXPECT_EQ(next_gap(pace, 3'600 * second, false), pace.max);
}

TEST(Pace, LearnedLooksCostHalfOfAFixedPollAndOvershootLittle) {
  Random random(5);
  const auto normal = [&] {
    double sum = 0;
    for (int i = 0; i < 12; ++i) sum += static_cast<double>(random.below(1'000'000)) / 1e6;
    return sum - 6;
  };
  const auto duration = [&] { return Millis{static_cast<std::int64_t>(120'000 * std::exp(0.2 * normal()))}; };
  Durations learned;
  for (int i = 0; i < 64; ++i) learned.add("process", duration());
  const Pace pace{.past = learned.quantiles("process")};
  std::int64_t looks = 0;
  std::int64_t fixed = 0;
  double overshoot = 0;
  constexpr int rounds = 500;
  for (int i = 0; i < rounds; ++i) {
    const Millis one = duration();
    const Spent spent = follow(pace, one, random);
    looks += spent.looks;
    fixed += 1 + (one.count() + 4'999) / 5'000;
    overshoot += static_cast<double>(spent.overshoot.count()) / static_cast<double>(one.count());
  }
  EXPECT_LT(static_cast<double>(looks), 0.5 * static_cast<double>(fixed)) << looks << " against " << fixed;
  EXPECT_LT(overshoot / rounds, 0.10);
}

TEST(Durations, NeedThreeAndForgetTheOldest) {
  Durations durations;
  durations.add("a", second);
  durations.add("a", 2 * second);
  EXPECT_TRUE(durations.quantiles("a").empty());
  EXPECT_TRUE(durations.quantiles("b").empty());
  for (int i = 0; i < 100; ++i) durations.add("a", 10 * second);
  EXPECT_EQ(durations.quantiles("a"), (std::vector<Millis>{10 * second, 10 * second, 10 * second}));
}

RC_GTEST_PROP(Pace, AGapIsNeverBelowItsMinimumAndTheEndIsAlwaysFound,
              (std::uint32_t waited, std::uint16_t a, std::uint16_t b, std::uint16_t c)) {
  std::vector<Millis> past{Millis{a}, Millis{b}, Millis{c}};
  std::sort(past.begin(), past.end());
  const Pace pace{.past = past};
  const Millis gap = next_gap(pace, Millis{waited}, false);
  RC_ASSERT(gap >= pace.min && gap <= std::max(pace.max, past[0] / 3 + pace.min));
  Random random(waited);
  const Millis jittered = with_jitter(gap, random);
  RC_ASSERT(jittered >= gap * 9 / 10 && jittered <= gap * 11 / 10 + Millis{1});
}

}  // namespace
}  // namespace tamarack::flow
