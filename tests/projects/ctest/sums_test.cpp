// Ordinary, parametrised, skipped, disabled and failing tests of GoogleTest.
#include <cstdlib>
#include <gtest/gtest.h>

TEST(Sums, add) { EXPECT_EQ(1 + 1, 2); }

TEST(Sums, fail_on_demand) { EXPECT_EQ(std::getenv("FAIL"), nullptr) << "FAIL is set"; }

TEST(Sums, are_skipped) { GTEST_SKIP() << "not on this machine"; }

TEST(Sums, DISABLED_are_switched_off) { FAIL() << "never reached"; }

class Small : public testing::TestWithParam<int> {};
TEST_P(Small, is_positive) { EXPECT_GT(GetParam(), 0); }
INSTANTIATE_TEST_SUITE_P(Numbers, Small, testing::Values(1, 2));
