#include "coordinator/live_run.h"

#include <gtest/gtest.h>

#include "run/flow_world.h"

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

TEST_F(LiveRunTest, AFlowIsToldAsItGoesOnAndToWhoComesLate) {
  run::FlowWorld world({.flows = {{"prepare:p", "backend", "validate:v"}},
                        .change = [](domain::Plan& plan) { plan.flows[0].phases[1].limit = Millis{60'000}; }});
  LiveRun live;
  std::size_t taken = 0;
  const auto told = [&] {
    for (; taken < world.journal().size(); ++taken) live.take(world.journal()[taken]);
    return live.take_patch(true);
  };
  EXPECT_TRUE(says(told(), R"("flows":[{"flow":0,"outcome":"pending","reason":"","active_ms":0,"waited_ms":0,"phases":[{"phase":0,)"
                           R"("outcome":"open")"));
  world.capture(1, "p", {});
  world.exit(1);
  const Instant parked_at = world.journal().back().at;
  const std::string parked = told();
  const std::int64_t since = (parked_at - world.journal().front().at).count();
  EXPECT_TRUE(says(parked, R"("outcome":"satisfied","message":"")")) << parked;
  EXPECT_TRUE(
      says(parked, fmt::format(R"({{"phase":1,"outcome":"open","message":"","started_ms":{},"duration_ms":0,"deadline_ms":{}}}]}}])", since,
                               since + 60'000)))
      << parked;
  EXPECT_TRUE(says(live.whole_patch(true), R"({"phase":1,"outcome":"open")")) << "for somebody who has just come";
  EXPECT_TRUE(says(live.whole_patch(true, parked_at + Millis{25'000}), fmt::format(R"("at_ms":{},)", since + 25'000)))
      << "however long ago something happened last";
  EXPECT_TRUE(says(live.whole_patch(false, parked_at + Millis{25'000}), fmt::format(R"("at_ms":{},)", since))) << "nobody is at work";
  EXPECT_EQ(told(), "");
  world.advance(Millis{30'000});
  world.conclude(1, domain::WaitOutcome::failed, {}, "row 7 is no number");
  const std::string ended = told();
  EXPECT_TRUE(says(ended, R"("flow":0,"outcome":"failed","reason":"wait 'backend' failed: row 7 is no number","active_ms":200,)"
                          R"("waited_ms":30000)"))
      << ended;
  EXPECT_TRUE(says(ended, R"("outcome":"failed","message":"row 7 is no number")") && says(ended, R"("duration_ms":30000)")) << ended;
  EXPECT_FALSE(says(live.whole_patch(false), "flows")) << "nothing is open";
}

TEST_F(LiveRunTest, ParkedWaitsAreThoseWhoseDeadlinesComeFirst) {
  run::FlowWorld world({.flows = {{"prepare:p", "backend"}, {"queue"}, {"night"}}, .change = [](domain::Plan& plan) {
                          plan.flows[0].phases[1].limit = Millis{5'000};
                          plan.flows[2].phases[0].limit = Millis{60'000};
                        }});
  LiveRun live;
  std::size_t taken = 0;
  const auto parked = [&](std::size_t count_max) {
    for (; taken < world.journal().size(); ++taken) live.take(world.journal()[taken]);
    return live.parked(count_max);
  };
  using Places = std::vector<LiveRun::Place>;
  EXPECT_EQ(parked(9), (Places{{2, 0}, {1, 0}})) << "a phase of tests is no wait";
  world.pass(1, "p");
  world.exit(1);
  EXPECT_EQ(parked(9), (Places{{0, 1}, {2, 0}, {1, 0}}));
  EXPECT_EQ(parked(2), (Places{{0, 1}, {2, 0}}));
  world.conclude(0, domain::WaitOutcome::satisfied, {}, "", 2);
  EXPECT_EQ(parked(2), (Places{{0, 1}, {1, 0}}));
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
