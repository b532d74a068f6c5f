#include "coordinator/live_run.h"

#include <gtest/gtest.h>

#include "run/world.h"

namespace tamarack::coordinator {
namespace {

class LiveRunTest : public testing::Test {
 protected:
  // Takes what the world has written since the last time.
  std::string patch() {
    for (; taken_ < world_.journal().size(); ++taken_) live_.take(world_.journal()[taken_]);
    return live_.take_patch(true);
  }
  static bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

  run::World world_{{.units = {{"a", "b"}}}};
  LiveRun live_;
  std::size_t taken_ = 0;
};

TEST_F(LiveRunTest, SaysWhatHasChangedAndNothingElse) {
  const std::string first = patch();
  EXPECT_TRUE(says(first, R"("headline":"0 of 2 tests finished")")) << first;
  EXPECT_TRUE(says(first, R"({"name":"local/1","state":"running","test":-1,"unit":0)")) << first;
  EXPECT_EQ(patch(), "") << "nothing has happened";
  world_.start(1, "a");
  const std::string started = patch();
  EXPECT_TRUE(says(started, R"({"test":0,"outcome":"running","duration_ms":0,"worker":"local/1","attempts":0})")) << started;
  EXPECT_TRUE(says(started, R"("state":"running","test":0)")) << started;
  EXPECT_FALSE(says(started, R"("test":1,"outcome")")) << started;
  world_.end(1, "a", domain::TestStatus::passed);
  const std::string ended = patch();
  EXPECT_TRUE(says(ended, R"("test":0,"outcome":"passed")")) << ended;
  EXPECT_TRUE(says(ended, R"("passed":1)") && says(ended, R"("pending":1)")) << ended;
}

TEST_F(LiveRunTest, ATestWhoseLeaseIsLostIsPendingAgain) {
  world_.start(1, "a");
  (void)patch();
  world_.exit(1, -1, true, 9);
  const std::string lost = patch();
  EXPECT_TRUE(says(lost, R"("test":0,"outcome":"pending")")) << lost;
}

TEST_F(LiveRunTest, TheEndIsTold) {
  world_.pass(1, "a");
  world_.fail(1, "b");
  world_.exit(1, 1);
  const std::string end = patch();
  EXPECT_TRUE(says(end, R"("verdict":"failed")") && says(end, R"("exit_code":1)")) << end;
  EXPECT_TRUE(live_.is_finished());
}

TEST_F(LiveRunTest, WhatAReportHasAlreadyIsNotTold) {
  world_.pass(1, "a");
  for (; taken_ < world_.journal().size(); ++taken_) live_.take(world_.journal()[taken_]);
  live_.forget_changes();
  EXPECT_EQ(patch(), "");
  world_.start(1, "b");
  EXPECT_FALSE(says(patch(), R"("test":0,)"));
}

}  // namespace
}  // namespace tamarack::coordinator
