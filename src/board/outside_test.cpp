#include "board/outside.h"

#include <gtest/gtest.h>

#include "tests/board/board_world.h"

namespace tamarack::board {
namespace {

using domain::WaitId;

class OutsideTest : public testing::Test {
 protected:
  void run_for(Millis time) {
    const io::Timer end = loop_.after(time, [this] { loop_.stop(); });
    loop_.run();
  }
  void run_until_sent(std::int64_t times) {
    for (int rounds = 0; prober_.times("send stop") < times && rounds < 1'000; ++rounds) run_for(Millis{10});
  }
  io::Loop loop_;
  DoubleProber prober_{loop_};
  std::vector<flow::Event> heard_;
  std::optional<Outside> outside_{std::in_place, loop_, prober_, [this](flow::Event event) { heard_.push_back(std::move(event)); },
                                  Millis{1}};
};

TEST_F(OutsideTest, AnAnswerComesBackWithItsNumber) {
  prober_.backends["b"] = [] { return says("DONE"); };
  outside_->ask({"b", 7});
  EXPECT_TRUE(heard_.empty());
  run_for(Millis{5});
  ASSERT_EQ(heard_.size(), 1U);
  const auto& answered = std::get<flow::Answered>(heard_[0]);
  EXPECT_EQ(answered.request, "b");
  EXPECT_EQ(answered.number, 7);
}

TEST_F(OutsideTest, ACancelIsSentUntilItIsAnswered) {
  int left = 2;
  prober_.send_answer = [&]() -> Result<> {
    if (left-- > 0) return make_error(ErrorCode::unavailable, "connection refused");
    return {};
  };
  outside_->cancel({"stop", WaitId{"w"}});
  outside_->cancel({"stop", WaitId{"w"}});  // said again while it is on its way
  run_until_sent(3);
  run_for(Millis{50});
  EXPECT_EQ(prober_.times("send stop"), 3);
  EXPECT_TRUE(heard_.empty()) << "it was answered";
}

TEST_F(OutsideTest, ACancelThatIsNeverAnsweredIsGivenUp) {
  prober_.send_answer = []() -> Result<> { return make_error(ErrorCode::unavailable, "connection refused"); };
  outside_->cancel({"stop", WaitId{"w"}});
  run_until_sent(cancel_tries_max);
  run_for(Millis{50});
  EXPECT_EQ(prober_.times("send stop"), cancel_tries_max);
  ASSERT_EQ(heard_.size(), 1U) << "a person has to know";
  const auto& given_up = std::get<flow::CancelUnanswered>(heard_[0]);
  EXPECT_EQ(given_up.request, "stop");
  EXPECT_EQ(given_up.wait, WaitId{"w"});
  EXPECT_EQ(given_up.why, "6 tries, the last: connection refused");
}

TEST_F(OutsideTest, WhoLeavesIsToldWhenNoCancelIsUnderWay) {
  int settled = 0;
  const auto count = [&] { ++settled; };
  outside_->when_cancelled(count);
  EXPECT_EQ(settled, 1) << "none is";
  outside_->cancel({"stop", WaitId{"w"}});
  outside_->cancel({"stop", WaitId{"v"}});
  outside_->when_cancelled(count);
  EXPECT_EQ(settled, 1);
  run_until_sent(2);
  run_for(Millis{20});
  EXPECT_EQ(settled, 2);
  outside_->cancel({"stop", WaitId{"w"}});
  outside_->when_cancelled(count);
  outside_->close();
  run_for(Millis{20});
  EXPECT_EQ(settled, 2) << "nothing comes after its end";
}

TEST_F(OutsideTest, APushThatWillNotBeHeardOfIsDoubted) {
  prober_.doubts["b"] = "notifications are off";
  outside_->watch("a");
  outside_->watch("b");
  run_for(Millis{5});
  ASSERT_EQ(heard_.size(), 1U);
  EXPECT_EQ(std::get<flow::PushDoubted>(heard_[0]).request, "b");
  EXPECT_EQ(std::get<flow::PushDoubted>(heard_[0]).why, "notifications are off");
}

TEST_F(OutsideTest, NothingIsHeardOrSentAfterItsEnd) {
  prober_.send_answer = []() -> Result<> { return make_error(ErrorCode::unavailable, "connection refused"); };
  prober_.backends["b"] = [] { return says("DONE"); };
  prober_.doubts["b"] = "notifications are off";
  outside_->watch("b");
  const auto pushed = prober_.pushed_of("b");
  pushed();
  EXPECT_EQ(heard_.size(), 1U);
  outside_->ask({"b", 1});
  outside_->cancel({"stop", WaitId{"w"}});
  outside_->close();
  pushed();
  run_for(Millis{30});
  EXPECT_EQ(heard_.size(), 1U);
  EXPECT_EQ(prober_.times("send stop"), 1);
  EXPECT_EQ(prober_.watches(), 0U);
}

}  // namespace
}  // namespace tamarack::board
