#include "coordinator/retention.h"

#include <gtest/gtest.h>

namespace tamarack::coordinator {
namespace {

constexpr Millis day = RetentionRules::day;

class RetentionTest : public testing::Test {
 protected:
  // Ended so many days ago.
  void add(const std::string& run, int days, const std::string& identity = {}, const std::string& project = "shop") {
    const Instant ended = now_ - days * day;
    runs_.push_back({.run = domain::RunId{run}, .project = project, .identity = identity, .asked = ended, .finished = ended});
  }
  std::string removed(std::uint64_t bytes = 0) const {
    std::string text;
    for (const RemovableRun& one : runs_to_remove(runs_, {{"shop", bytes}}, rules_, now_))
      text += (text.empty() ? "" : ", ") + one.run.value + " " + one.why;
    return text;
  }
  const Instant now_ = from_ms(2'000'000'000'000);
  RetentionRules rules_;
  std::vector<store::AskedRun> runs_;
};

TEST_F(RetentionTest, OldRunsGoButTheNewestOfAProject) {
  add("r-1", 200);
  add("q-1", 150, {}, "quiet");
  add("r-2", 91);
  add("r-3", 89);
  EXPECT_EQ(removed(), "r-1 older than 90 days, r-2 older than 90 days");
  rules_.runs_keep = Millis{0};
  EXPECT_EQ(removed(), "") << "for ever";
}

TEST_F(RetentionTest, ARunWithoutAnEndStaysHoweverOldItIs) {
  add("r-1", 200);
  runs_.back().finished.reset();
  add("r-2", 1);
  EXPECT_EQ(removed(), "");
}

// A retry looks at the newest run of its identity: that one stays for as long as jobs are retried, whatever the limits say.
TEST_F(RetentionTest, WhatACiJobMayBeRetriedFromStays) {
  add("r-1", 60, "ci/6");
  add("r-2", 25, "ci/7");
  add("r-3", 24, "ci/7");
  add("r-4", 3, "ci/8");
  add("r-5", 2);
  add("r-6", 1);
  rules_.runs_keep_max = 1;
  EXPECT_EQ(removed(), "r-1 more than 1 run, r-2 more than 1 run, r-5 more than 1 run") << "r-3 and r-4 may be retried";
  rules_.runs_keep = 1 * day;
  rules_.runs_keep_max = 0;
  EXPECT_EQ(removed(), "r-1 older than 1 day, r-2 older than 1 day, r-5 older than 1 day");
}

TEST_F(RetentionTest, AProjectOverItsLimitLosesItsOldestRunsUntilThereIsRoom) {
  for (int i = 9; i > 0; --i) {
    add("r-" + std::to_string(i), i);
    runs_.back().artifact_bytes = 100;
  }
  rules_.artifacts_max = 1000;
  EXPECT_EQ(removed(1000), "");
  EXPECT_EQ(removed(1050), "r-9 more than 1000 B, r-8 more than 1000 B");
  EXPECT_EQ(removed(1'000'000).find("r-1 "), std::string::npos) << "the newest is not the one that makes room";
}

TEST_F(RetentionTest, WhatNobodyNeedsStaysNoLongerThanRunsDo) {
  EXPECT_EQ(unused_kept(rules_, false), 30 * day);
  EXPECT_EQ(unused_kept(rules_, true), day);
  rules_.runs_keep = 7 * day;
  EXPECT_EQ(unused_kept(rules_, false), 7 * day);
  rules_.runs_keep = Millis{0};
  EXPECT_EQ(unused_kept(rules_, false), 30 * day);
}

}  // namespace
}  // namespace tamarack::coordinator
