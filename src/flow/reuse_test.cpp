// A backend that uses an id again for other work, or takes a status back: what a wait can tell, and what it must be asked to look at.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/world.h"

namespace tamarack::flow {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr Millis second{1'000};

class Reuse : public testing::Test {
 protected:
  Reuse() {
    world_.backends["j"] = [this] { return Answer(json_answer(body_)); };
  }
  // What is looked at from now on, and that something has changed.
  void say(const std::string& status, const std::string& of) {
    body_ = fmt::format(R"({{"status":"{}","order":"{}"}})", status, of);
    world_.feed(Pushed{"j"});
  }
  static Condition done_and_mine() {
    ReadRules rules;
    rules.until = {{"$.status", Comparison::equals, "\"COMPLETED\""}, {"$.order", Comparison::equals, "\"o-1\""}};
    return looked_at("j", rules);
  }

  World world_;
  std::string body_ = R"({"status":"RUNNING","order":"o-1"})";
};

TEST_F(Reuse, ByItsStatusAloneOtherWorkOfTheSameIdCannotBeTold) {
  world_.park("w", wait_for(looked_at("j")));
  say("RUNNING", "o-2");
  say("COMPLETED", "o-2");
  EXPECT_EQ(world_.told("w"), "satisfied: COMPLETED") << "why a second field has to be asked for";
}

TEST_F(Reuse, ASecondFieldMustHoldInTheSameAnswer) {
  world_.park("w", wait_for(done_and_mine(), 60 * second));
  say("COMPLETED", "o-2");
  EXPECT_EQ(world_.told("w"), "parked") << "done, but it is other work";
  say("RUNNING", "o-1");
  EXPECT_EQ(world_.told("w"), "parked") << "each held once, never both";
  say("COMPLETED", "o-1");
  EXPECT_EQ(world_.outcome("w"), "satisfied");
}

TEST_F(Reuse, WorkThatNeverComesBackTimesOutWithTheAnswerThatShowsIt) {
  world_.park("w", wait_for(done_and_mine(), 60 * second));
  say("COMPLETED", "o-2");
  world_.advance(61 * second);
  EXPECT_THAT(world_.told("w"), StartsWith("timed_out: "));
  EXPECT_THAT(world_.wait("w").excerpt, HasSubstr(R"("order":"o-2")"));
}

TEST_F(Reuse, AFieldThatDiffersEndsItAtOnceWhateverTheStatus) {
  for (const char* status : {"RUNNING", "COMPLETED"}) {
    ReadRules rules = status_rules();
    rules.fail_when = {{"$.order", Comparison::differs, "\"o-1\""}};
    const std::string id = std::string("w-") + status;
    say("RUNNING", "o-1");
    world_.park(id, wait_for(looked_at("j", rules)));
    EXPECT_EQ(world_.told(id), "parked");
    say(status, "o-2");
    EXPECT_THAT(world_.told(id), StartsWith("failed: ")) << status;
    EXPECT_THAT(world_.told(id), HasSubstr("$.order")) << status;
  }
}

TEST_F(Reuse, AStatusThatIsTakenBackWasNotHeldAndCountsAgainFromOne) {
  Condition condition = looked_at("j");
  condition.hold_times = 2;
  world_.park("w", wait_for(condition));
  say("COMPLETED", "o-1");
  say("RUNNING", "o-2");
  say("COMPLETED", "o-2");
  EXPECT_EQ(world_.told("w"), "parked");
  std::string story;
  for (const Note& note : world_.wait("w").notes) story += note.noted.text + " ";
  EXPECT_THAT(story, HasSubstr("COMPLETED RUNNING COMPLETED")) << "the way back is in the evidence";
}

TEST_F(Reuse, WhatGoesBackAfterTheEndChangesNothingAlsoAfterARestart) {
  world_.park("w", wait_for(looked_at("j")));
  say("COMPLETED", "o-1");
  const auto asked = world_.asked["j"];
  say("PENDING", "o-2");
  world_.restart(second);
  world_.advance(60 * second);
  EXPECT_EQ(world_.told("w"), "satisfied: COMPLETED");
  EXPECT_EQ(world_.asked["j"], asked) << "nobody looks any more";
}

}  // namespace
}  // namespace tamarack::flow
