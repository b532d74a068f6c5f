#include "coordinator/long_polls.h"

#include <gtest/gtest.h>

namespace tamarack::coordinator {
namespace {

TEST(LongPolls, WhatPreferSays) {
  EXPECT_EQ(preferred_wait_s("wait=20"), 20);
  EXPECT_EQ(preferred_wait_s("respond-async, Wait=5"), 5);
  EXPECT_EQ(preferred_wait_s("wait=86400"), long_poll_max_s);
  for (const std::string_view nothing : {"", "wait", "wait=", "wait=-1", "wait=x", "await=5"})
    EXPECT_EQ(preferred_wait_s(nothing), 0) << nothing;
}

TEST(CallerLimits, APlaceComesBackWhenItIsLeft) {
  CallerLimits limits({.each_max = 2, .all_max = 3});
  auto first = limits.take("a");
  const auto second = limits.take("a");
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(limits.take("a"));
  const auto other = limits.take("b");
  EXPECT_TRUE(other);
  EXPECT_FALSE(limits.take("c")) << "of all together";
  first.reset();
  EXPECT_TRUE(limits.take("a"));
  EXPECT_EQ(limits.all(), 2);
}

}  // namespace
}  // namespace tamarack::coordinator
