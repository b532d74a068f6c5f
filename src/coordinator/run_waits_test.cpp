// The waits of a run on a board: parked once however often they are ordered, concluded, dropped, and left to nobody.
#include "coordinator/run_waits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/board/board_world.h"

namespace tamarack::coordinator {
namespace {

using domain::RunId;
using domain::WaitId;
using domain::WaitOutcome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Millis second{1'000};
const RunId this_run{"r-1"};
const std::string wish = R"({"conditions": [{"signal": "done-{job_id}", "capture": {"rows": "$.rows"}}], "timeout_ms": 60000})";

// One flow: tests, then a wait.
domain::Plan plan_of(const std::string& what) {
  domain::Plan plan;
  domain::Flow flow{.name = "report"};
  flow.phases.push_back({.name = "prepare", .tests = {domain::TestIndex{0U}}});
  flow.phases.push_back({.name = "backend", .wish = what});
  plan.flows.push_back(std::move(flow));
  return plan;
}

class RunWaitsTest : public testing::Test {
 protected:
  void SetUp() override {
    world_.callbacks.on_wait_over = [this](const WaitId& wait) { is_ours_ = waits_ && waits_->over(wait); };
    ASSERT_TRUE(world_.start());
    begin_run();
  }
  // As after a restart of what works on the run: the board knows what it knew.
  void begin_run(RunWaits::Adapt adapt = {}) {
    waits_.emplace(
        world_.loop(), world_.host(), this_run,
        [this](const run::WaitConcluded& concluded) {
          EXPECT_FALSE(is_inside_) << "concluded from inside of begin";
          concluded_.push_back(concluded);
        },
        std::move(adapt));
  }
  void order(Millis limit = Millis{0}, const std::string& what = wish, std::vector<domain::Capture> captures = {{"job_id", "7"}}) {
    is_inside_ = true;
    waits_->begin(plan_of(what), {.flow = 0, .phase = 1, .captures = std::move(captures), .limit = limit});
    is_inside_ = false;
  }
  void begin(Millis limit = Millis{0}, const std::string& what = wish, std::vector<domain::Capture> captures = {{"job_id", "7"}}) {
    order(limit, what, std::move(captures));
    world_.settle();
  }
  // The wait that a run has parked.
  const flow::Wait& wait(const std::string& run = "r-1") { return world_.wait(run + "-0-1"); }
  Millis limit() { return wait().deadline - wait().parked; }
  // "timed_out: the deadline …" of each.
  std::vector<std::string> concluded() const {
    std::vector<std::string> all;
    for (const run::WaitConcluded& one : concluded_)
      all.push_back(fmt::format("{}/{} {}: {}", one.flow, one.phase, to_string(one.outcome), one.message));
    return all;
  }
  template <class T>
  std::int64_t facts() const {
    return std::count_if(world_.entries.begin(), world_.entries.end(),
                         [](const flow::Entry& entry) { return std::holds_alternative<T>(entry.record); });
  }

  board::BoardWorld world_;
  std::optional<RunWaits> waits_;
  std::vector<run::WaitConcluded> concluded_;
  bool is_inside_ = false;
  bool is_ours_ = false;  // the wait that was over last
};

TEST_F(RunWaitsTest, AWaitThatIsOrderedAgainIsParkedOnce) {
  order();
  order();
  world_.settle();
  world_.advance(10 * second);
  begin_run();
  begin();
  EXPECT_EQ(facts<flow::WaitParked>(), 1);
  EXPECT_EQ(limit(), 60 * second);
  EXPECT_EQ(wait().parked, world_.host().now() - 10 * second) << "its deadline did not move";
  EXPECT_EQ(wait().spec.owner, "run r-1");
  EXPECT_EQ(wait().spec.name, "report › backend") << "what has no name is called by its place";
  EXPECT_EQ(wait().spec.conditions.at(0).target, "done-7") << "the captures fill its places";
  EXPECT_THAT(concluded(), IsEmpty());
}

TEST_F(RunWaitsTest, WhatItCameToIsConcludedAndTaken) {
  begin();
  world_.signal("done-7", "s", R"({"rows": 3})");
  world_.settle();
  ASSERT_THAT(concluded(), ElementsAre(HasSubstr("0/1 satisfied")));
  EXPECT_TRUE(is_ours_);
  EXPECT_EQ(concluded_[0].captures, (std::vector<domain::Capture>{{"rows", "3"}}));
  EXPECT_EQ(concluded_[0].excerpt, wait().excerpt);
  EXPECT_FALSE(wait().taken) << "the run has not written it down yet";
  waits_->taken({.flow = 0, .phase = 1});
  waits_->taken({.flow = 0, .phase = 0});
  world_.settle();
  EXPECT_TRUE(wait().taken);
}

TEST_F(RunWaitsTest, APhaseThatWasOverBeforeItIsOrderedIsConcluded) {
  begin();
  waits_.reset();  // the run is not worked on when its wait ends
  world_.signal("done-7", "s", R"({"rows": 3})");
  world_.settle();
  EXPECT_THAT(concluded(), IsEmpty());
  begin_run();
  begin();
  EXPECT_THAT(concluded(), ElementsAre(HasSubstr("0/1 satisfied")));
  EXPECT_EQ(facts<flow::WaitParked>(), 1);
}

TEST_F(RunWaitsTest, AWaitOfSomebodyElseIsNotOfThisRun) {
  EXPECT_FALSE(waits_->over(WaitId{"r-2-0-1"}));
  begin();
  world_.park("other", board::wait_for({board::on_signal("k")}));
  world_.signal("k", "s");
  world_.settle();
  EXPECT_FALSE(is_ours_);
  EXPECT_FALSE(waits_->over(WaitId{"r-1-0-0"})) << "nothing of that phase is parked";
  EXPECT_THAT(concluded(), IsEmpty());
}

TEST_F(RunWaitsTest, AWishThatCannotBeReadIsInvalidAndParksNothing) {
  begin({}, R"({"conditions": [{"http": {"url": "/jobs"}}]})");
  EXPECT_THAT(concluded(), ElementsAre(testing::AllOf(HasSubstr("0/1 invalid: "), HasSubstr("conditions[0].http.url"))));
  EXPECT_EQ(facts<flow::WaitParked>(), 0);
  concluded_.clear();
  begin({}, R"({"conditions": [{"http": {"url": "/jobs"}}]})", {{"app_url", "\"http://app:8000\""}});
  EXPECT_THAT(concluded(), IsEmpty()) << "its tests said where their application is";
  EXPECT_EQ(wait().spec.conditions.at(0).target, "http://app:8000/jobs");
}

TEST_F(RunWaitsTest, ACaptureThatIsMissingIsInvalidWithItsName) {
  begin({}, wish, {{"jobId", "7"}});
  EXPECT_THAT(concluded(), ElementsAre(testing::AllOf(HasSubstr("0/1 invalid: "), HasSubstr("job_id"), HasSubstr("jobId"))));
}

TEST_F(RunWaitsTest, WhereThereAreTooManyWaitsItIsInvalid) {
  world_.stop();
  world_.options.waits_max = 0;
  ASSERT_TRUE(world_.start());
  begin_run();
  begin();
  EXPECT_THAT(concluded(), ElementsAre("0/1 invalid: there are too many waits already"));
}

TEST_F(RunWaitsTest, TheSmallerOfItsOwnTimeAndTheFlowsCounts) {
  for (const auto& [left, wanted] : {std::pair{0 * second, 60 * second}, {20 * second, 20 * second}, {600 * second, 60 * second}}) {
    world_.stop();
    world_.memory() = store::MemoryFlow{};
    ASSERT_TRUE(world_.start());
    begin_run();
    begin(left);
    EXPECT_EQ(limit(), wanted) << left.count();
  }
}

TEST_F(RunWaitsTest, TheDeadlineConcludesIt) {
  begin(20 * second);
  world_.advance(19 * second);
  EXPECT_THAT(concluded(), IsEmpty());
  world_.advance(second);
  EXPECT_THAT(concluded(), ElementsAre(HasSubstr("0/1 timed_out: the deadline passed after 20.0 s")));
}

TEST_F(RunWaitsTest, WaitsOfTheSameNameBeforeSayWhenToLook) {
  for (const int took : {10, 20, 30}) {
    flow::WaitSpec spec = board::wait_for({board::on_signal("past")});
    spec.name = "report › backend";
    world_.park(fmt::format("past-{}", took), std::move(spec));
    world_.settle();
    world_.advance(took * second);
    world_.signal("past", fmt::format("s-{}", took));
    world_.settle();
  }
  begin();
  EXPECT_EQ(wait().spec.pace.past, world_.host().durations().quantiles("report › backend"));
  EXPECT_EQ(wait().spec.pace.past.at(1), 20 * second);
}

TEST_F(RunWaitsTest, WhatIsNewToTheBoardHasNoPast) {
  begin();
  EXPECT_THAT(wait().spec.pace.past, IsEmpty());
}

TEST_F(RunWaitsTest, AdaptSeesEachSpecBeforeItIsParked) {
  begin_run([](flow::WaitSpec& spec) { spec.conditions.at(0).target = "shop/" + spec.conditions.at(0).target; });
  begin();
  EXPECT_EQ(wait().spec.conditions.at(0).target, "shop/done-7");
}

TEST_F(RunWaitsTest, ADropCancelsAndSaysNoMore) {
  begin();
  waits_->drop({.flow = 0, .phase = 1, .reason = "the flow ended"});
  waits_->drop({.flow = 0, .phase = 1, .reason = "said again"});
  waits_->drop({.flow = 0, .phase = 0, .reason = "never parked"});
  world_.settle();
  EXPECT_EQ(world_.told("r-1-0-1"), "cancelled: the flow ended");
  EXPECT_TRUE(wait().taken);
  EXPECT_FALSE(is_ours_);
  EXPECT_THAT(concluded(), IsEmpty());
}

TEST_F(RunWaitsTest, DropAllLeavesNothingOfThisRunBehind) {
  begin();
  RunWaits other(world_.loop(), world_.host(), RunId{"r-11"}, [](const run::WaitConcluded&) { ADD_FAILURE() << "it goes on"; });
  other.begin(plan_of(wish), {.flow = 0, .phase = 1, .captures = {{"job_id", "7"}}});
  world_.settle();
  begin_run();  // the order to drop it was lost with a kill: this one knows of no wait
  waits_->drop_all("its run is over");
  world_.settle();
  EXPECT_EQ(world_.told("r-1-0-1"), "cancelled: its run is over");
  EXPECT_TRUE(wait().taken);
  EXPECT_EQ(world_.told("r-11-0-1"), "parked");
  EXPECT_THAT(concluded(), IsEmpty());
}

TEST_F(RunWaitsTest, NothingIsConcludedAfterItsEnd) {
  order({}, "{}");
  waits_.reset();
  world_.settle();
  EXPECT_THAT(concluded(), IsEmpty());
}

}  // namespace
}  // namespace tamarack::coordinator
