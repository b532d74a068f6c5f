#include "agent/job_progress.h"

#include <gtest/gtest.h>

namespace tamarack::agent {
namespace {

TEST(JobProgress, LinesThatSayHowItGoes) {
  const auto both = read_progress("tamarack: stage=DATA_FETCHING progress=40\r");
  ASSERT_TRUE(both);
  EXPECT_EQ(both->stage, "DATA_FETCHING");
  EXPECT_EQ(both->progress, 40);
  const auto one = read_progress("  tamarack: progress=0");
  ASSERT_TRUE(one);
  EXPECT_FALSE(one->stage);
  EXPECT_EQ(one->progress, 0);
}

TEST(JobProgress, EverythingElseIsLog) {
  for (const std::string_view line : {"", "tamarack", "tamarack:", "tamarack: hello", "x tamarack: progress=1", "tamarack: progress=101",
                                      "tamarack: progress=-1", "tamarack: progress=4x"})
    EXPECT_FALSE(read_progress(line)) << line;
}

TEST(JobProgress, OnlyTheEndOfALogIsKept) {
  LogTail log(100);
  for (int i = 0; i < 1000; ++i) log.add("line " + std::to_string(i) + "\n");
  EXPECT_LE(log.text().size(), 200U);
  EXPECT_NE(log.text().find("line 999\n"), std::string::npos);
  EXPECT_EQ(log.text().find("line 10\n"), std::string::npos);
}

}  // namespace
}  // namespace tamarack::agent
