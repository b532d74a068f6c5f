#include "agent/settle.h"

#include <gtest/gtest.h>

namespace tamarack::agent {
namespace {

constexpr Millis quiet{400};

class SettleTest : public testing::Test {
 protected:
  // The world of one file: its content on "disk", and what the machine does about it until `until`.
  void write(std::int64_t size) { disk_ = Look{size, ++stamp_}; }
  void hear(FileEvent event) { settle_.heard("a.png", event, disk_, clock_.now()); }
  // Moves the clock to the machine's next look and answers it; true when the file settled.
  bool next_look() {
    const auto at = settle_.next();
    if (!at) return false;
    clock_.advance(*at - clock_.now());
    bool settled = false;
    for (const std::string& path : settle_.due(clock_.now())) settled |= settle_.looked(path, disk_, clock_.now());
    return settled;
  }
  Millis since_start() const { return clock_.now() - start_; }

  ManualClock clock_;
  Instant start_ = clock_.now();
  Settle settle_{quiet};
  std::optional<Look> disk_;
  std::int64_t stamp_ = 0;
};

TEST_F(SettleTest, AClosedFileSettlesAfterTheQuietTime) {
  write(10);
  hear(FileEvent::closed);
  EXPECT_TRUE(settle_.due(clock_.now()).empty());
  EXPECT_TRUE(next_look());
  EXPECT_EQ(since_start(), quiet);
  EXPECT_FALSE(settle_.next().has_value());
}

TEST_F(SettleTest, ATemporaryFileThatIsRenamedSettlesUnderItsName) {
  write(10);
  hear(FileEvent::moved_in);
  EXPECT_TRUE(next_look());
  EXPECT_EQ(since_start(), quiet);
}

TEST_F(SettleTest, AFileNobodyClosedNeedsFiveTimesTheSilence) {
  write(10);
  hear(FileEvent::written);
  EXPECT_TRUE(next_look());
  EXPECT_EQ(since_start(), 5 * quiet);
}

TEST_F(SettleTest, EachWriteStartsTheWaitAnew) {
  write(1);
  hear(FileEvent::written);
  for (int i = 0; i < 6; ++i) {
    clock_.advance(Millis{60});
    write(10 + i);
    hear(FileEvent::written);
  }
  clock_.advance(Millis{60});
  hear(FileEvent::closed);
  EXPECT_TRUE(next_look());
  EXPECT_EQ(since_start(), Millis{7 * 60} + quiet);
}

TEST_F(SettleTest, AFileThatGrewWithoutAnEventIsStillOpen) {
  write(10);
  hear(FileEvent::closed);
  write(20);
  EXPECT_FALSE(next_look());
  EXPECT_TRUE(next_look());
  EXPECT_EQ(since_start(), quiet + 5 * quiet);
}

TEST_F(SettleTest, EqualSizesWithANewTimeAreAChange) {
  write(10);
  hear(FileEvent::closed);
  write(10);
  EXPECT_FALSE(next_look());
}

TEST_F(SettleTest, WhatExistedBeforeIsPickedUpOnlyWhenItChanges) {
  write(10);
  settle_.existed("a.png", *disk_);
  hear(FileEvent::found);
  hear(FileEvent::closed);
  EXPECT_FALSE(settle_.next().has_value()) << "opened, not changed";
  write(10);
  hear(FileEvent::closed);
  EXPECT_TRUE(next_look());
}

TEST_F(SettleTest, ASettledFileIsToldOnceUntilItChanges) {
  write(10);
  hear(FileEvent::closed);
  EXPECT_TRUE(next_look());
  hear(FileEvent::found);
  EXPECT_FALSE(settle_.next().has_value());
  write(11);
  hear(FileEvent::closed);
  EXPECT_TRUE(next_look());
}

TEST_F(SettleTest, AnOldNameWithNewContentIsNewAfterItWasRemoved) {
  write(10);
  settle_.existed("a.png", *disk_);
  settle_.gone("a.png");
  hear(FileEvent::closed);
  EXPECT_TRUE(next_look());
}

TEST_F(SettleTest, GoneAndEmptyFilesAreForgotten) {
  write(10);
  hear(FileEvent::written);
  disk_.reset();
  EXPECT_FALSE(next_look());
  EXPECT_FALSE(settle_.next().has_value());
  write(0);
  hear(FileEvent::closed);
  EXPECT_FALSE(next_look());
  EXPECT_FALSE(settle_.next().has_value());
}

TEST_F(SettleTest, AListingDoesNotPutAFileOff) {
  write(10);
  hear(FileEvent::closed);
  clock_.advance(quiet / 2);
  hear(FileEvent::found);
  EXPECT_TRUE(next_look());
  EXPECT_EQ(since_start(), quiet);
}

TEST_F(SettleTest, WhenTheWriterHasEndedThereIsNothingToWaitFor) {
  write(10);
  hear(FileEvent::written);
  EXPECT_EQ(settle_.pending(), std::vector<std::string>{"a.png"});
  write(12);
  EXPECT_TRUE(settle_.finish("a.png", disk_));
  EXPECT_TRUE(settle_.pending().empty());
  EXPECT_FALSE(settle_.finish("a.png", disk_)) << "it was taken already";
}

}  // namespace
}  // namespace tamarack::agent
