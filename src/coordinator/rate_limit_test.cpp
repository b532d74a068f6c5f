#include "coordinator/rate_limit.h"

#include <gtest/gtest.h>

namespace tamarack::coordinator {
namespace {

TEST(RateLimit, ABurstIsFreeThenOneWaits) {
  RateLimit limit({.per_second = 2, .burst = 3});
  Instant now = from_ms(0);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limit.take("a", now), std::nullopt);
  EXPECT_EQ(limit.take("a", now), 1);
  EXPECT_EQ(limit.take("b", now), std::nullopt) << "another caller has a bucket of its own";
  now += Millis{500};
  EXPECT_EQ(limit.take("a", now), std::nullopt);
  EXPECT_NE(limit.take("a", now), std::nullopt);
}

TEST(RateLimit, WhatIsNotUsedDoesNotGrowBeyondTheBurst) {
  RateLimit limit({.per_second = 1, .burst = 2});
  (void)limit.take("a", from_ms(0));
  const Instant later = from_ms(3600'000);
  EXPECT_EQ(limit.take("a", later), std::nullopt);
  EXPECT_EQ(limit.take("a", later), std::nullopt);
  EXPECT_NE(limit.take("a", later), std::nullopt);
}

TEST(RateLimit, SaysHowLongToWait) {
  RateLimit limit({.per_second = 0.1, .burst = 1});
  EXPECT_EQ(limit.take("a", from_ms(0)), std::nullopt);
  EXPECT_EQ(limit.take("a", from_ms(0)), 11);
}

TEST(RateLimit, ManyCallersDoNotFillTheMemory) {
  RateLimit limit({.per_second = 1, .burst = 1});
  for (int i = 0; i < 50'000; ++i) EXPECT_EQ(limit.take("caller " + std::to_string(i), from_ms(i)), std::nullopt);
}

}  // namespace
}  // namespace tamarack::coordinator
