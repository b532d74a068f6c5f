// A second executable, whose tests carry a prefix and share a lock.
#include <gtest/gtest.h>
#include <string>

TEST(Texts, join) { EXPECT_EQ(std::string("a") + "b", "ab"); }

TEST(Texts, are_empty) { EXPECT_TRUE(std::string().empty()); }
