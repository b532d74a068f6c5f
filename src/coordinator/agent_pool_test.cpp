#include "coordinator/agent_pool.h"

#include <gtest/gtest.h>

#include "domain/access.h"

namespace tamarack::coordinator {
namespace {

using domain::AgentId;
using domain::RunId;

class AgentPoolTest : public testing::Test {
 protected:
  wire::AgentPoll poll_of(const std::string& name, const std::string& run = {}, const std::string& session = "s") {
    return {.agent = AgentId{name}, .session = session + name, .machine = "m", .workers = 2, .run = RunId{run}};
  }
  void polls(const std::string& name, const std::string& run = {}) {
    ASSERT_TRUE(pool_.polled(poll_of(name, run), std::string(domain::all_projects), now_));
  }
  void begin(const std::string& run, const RunWish& wish = {}) {
    RunWish whole = wish;
    whole.run = RunId{run};
    if (whole.project.empty()) whole.project = "shop";
    whole.asked = asked_ += Millis{1};
    pool_.run_began(whole);
  }
  // "a:r-1 b:r-2": who was told what.
  std::string assigned() {
    std::string text;
    for (const AgentPool::Assignment& one : pool_.assign(now_))
      text += (text.empty() ? "" : " ") + one.agent.value + ":" + (one.order.drain ? "drain" : one.order.run.value);
    return text;
  }

  // "a:r-1": who is to be sent home from where.
  std::string released() {
    std::string text;
    for (const AgentPool::Release& one : pool_.releases(now_)) text += (text.empty() ? "" : " ") + one.agent.value + ":" + one.run.value;
    return text;
  }
  void park(const std::string& run) {
    begin(run, {.hands_out = false, .parked_since = now_});
    now_ += AgentPool::parked_min;
  }

  AgentPool pool_;
  Instant now_ = from_ms(1'000'000);
  Instant asked_ = from_ms(0);
};

TEST_F(AgentPoolTest, FreeAgentsGoToTheRunWithTheFewest) {
  begin("r-1");
  polls("a");
  polls("b");
  EXPECT_EQ(assigned(), "a:r-1 b:r-1");
  begin("r-2");
  polls("c");
  EXPECT_EQ(assigned(), "c:r-2");
}

TEST_F(AgentPoolTest, WhoWaitsIsToldOnce) {
  polls("a");
  EXPECT_EQ(assigned(), "");
  begin("r-1");
  EXPECT_EQ(assigned(), "a:r-1");
  EXPECT_EQ(assigned(), "");
}

TEST_F(AgentPoolTest, ATokenOfAnotherProjectBringsNoWork) {
  begin("r-1", {.project = "shop"});
  ASSERT_TRUE(pool_.polled(poll_of("a"), "other", now_));
  EXPECT_EQ(assigned(), "");
  ASSERT_TRUE(pool_.polled(poll_of("b"), "shop", now_));
  EXPECT_EQ(assigned(), "b:r-1");
}

TEST_F(AgentPoolTest, ANameIsNotTakenOverWithAnotherToken) {
  ASSERT_TRUE(pool_.polled(poll_of("a"), "shop", now_));
  EXPECT_EQ(pool_.polled(poll_of("a", "", "foreign"), "other", now_).error().code, ErrorCode::conflict);
  ASSERT_TRUE(pool_.polled(poll_of("a"), "shop", now_)) << "the rightful one is not disturbed";
  now_ += AgentPool::away_after + Millis{1};
  EXPECT_TRUE(pool_.polled(poll_of("a", "", "foreign"), "other", now_)) << "it is gone";
}

TEST_F(AgentPoolTest, ARunOfAnotherProjectIsNotWorkedOnByClaimingIt) {
  begin("r-1", {.project = "shop", .workers_max = 2});
  ASSERT_TRUE(pool_.polled(poll_of("spy", "r-1"), "other", now_));
  EXPECT_EQ(pool_.agents_on(RunId{"r-1"}, now_), 0);
  EXPECT_FALSE(pool_.is_on(AgentId{"spy"}, "sspy", RunId{"r-1"}));
  polls("a");
  EXPECT_EQ(assigned(), "a:r-1") << "its places are not taken";
  EXPECT_TRUE(pool_.is_on(AgentId{"a"}, "sa", RunId{"r-1"}));
}

TEST_F(AgentPoolTest, ASessionOfAnotherNameIsNoReasonToStumble) {
  ASSERT_TRUE(pool_.polled(poll_of("a"), "shop", now_));
  ASSERT_TRUE(pool_.polled(poll_of("a", "", "newer"), "shop", now_));
  wire::AgentPoll stranger = poll_of("b");
  stranger.session = "sa";  // the one that was superseded
  EXPECT_TRUE(pool_.polled(stranger, "shop", now_));
  now_ += AgentPool::forgotten_after;
  EXPECT_FALSE(pool_.polled(poll_of("a"), "shop", now_)) << "and still not a's";
}

TEST_F(AgentPoolTest, LabelsAndTheLimitOfWorkersAreKept) {
  begin("r-1", {.workers_max = 4, .labels = {{"os", "mac"}}});
  polls("a");
  EXPECT_EQ(assigned(), "") << "it has no such label";
  for (const std::string name : {"b", "c", "d"}) {
    wire::AgentPoll poll = poll_of(name);
    poll.labels = {{"os", "mac"}, {"zone", "eu"}};
    ASSERT_TRUE(pool_.polled(poll, "shop", now_));
  }
  EXPECT_EQ(assigned(), "b:r-1 c:r-1") << "four workers are enough";
}

TEST_F(AgentPoolTest, AnOrderThatWasNeverHeardIsGivenAgain) {
  begin("r-1");
  polls("a");
  EXPECT_EQ(assigned(), "a:r-1");
  polls("a");
  EXPECT_EQ(assigned(), "a:r-1");
}

TEST_F(AgentPoolTest, ARunThatAnAgentGaveUpIsNotForItAgain) {
  begin("r-1");
  polls("a");
  EXPECT_EQ(assigned(), "a:r-1");
  polls("a", "r-1");
  EXPECT_EQ(assigned(), "");
  polls("a");
  EXPECT_EQ(assigned(), "");
  ASSERT_TRUE(pool_.polled(poll_of("a", "", "fresh"), std::string(domain::all_projects), now_));
  EXPECT_EQ(assigned(), "a:r-1") << "a new process may try";
}

TEST_F(AgentPoolTest, AnAgentThatIsAwayCountsForNoRun) {
  begin("r-1");
  polls("a");
  EXPECT_EQ(assigned(), "a:r-1");
  begin("r-2");
  now_ += AgentPool::away_after + Millis{1};
  polls("b");
  EXPECT_EQ(assigned(), "b:r-1") << "the older run has nobody any more";
  ASSERT_EQ(pool_.rows(now_).size(), 2U);
  EXPECT_TRUE(pool_.rows(now_)[0].away);
  EXPECT_FALSE(pool_.rows(now_)[1].away);
}

TEST_F(AgentPoolTest, OneThatHangsUpIsGivenNothingAndIsAwaySoon) {
  polls("a");
  pool_.hung_up(AgentId{"a"}, now_);
  begin("r-1", {.workers_max = 2});
  EXPECT_EQ(assigned(), "");
  EXPECT_FALSE(pool_.rows(now_)[0].away) << "it may have lost its connection only";
  now_ += AgentPool::away_after_hanging_up + Millis{1};
  EXPECT_TRUE(pool_.rows(now_)[0].away);
  polls("a");
  EXPECT_EQ(assigned(), "a:r-1");
}

TEST_F(AgentPoolTest, OneThatIsDrainedTakesNoNewRun) {
  polls("a");
  ASSERT_TRUE(pool_.drain(AgentId{"a"}, {.drain = true}));
  begin("r-0");
  begin("r-1");
  EXPECT_EQ(assigned(), "") << "it goes on asking";
  polls("a", "r-0");
  EXPECT_EQ(assigned(), "") << "and ends what it has";
  polls("a");
  EXPECT_EQ(assigned(), "");
  ASSERT_TRUE(pool_.drain(AgentId{"a"}, {.drain = false}));
  EXPECT_EQ(assigned(), "a:r-1") << "it is still there";
  EXPECT_FALSE(pool_.drain(AgentId{"nobody"}, {.drain = true}));
}

TEST_F(AgentPoolTest, OneThatIsToLeaveDoesSoOnceItIsIdle) {
  begin("r-0");
  polls("a", "r-0");
  ASSERT_TRUE(pool_.drain(AgentId{"a"}, {.drain = true, .leave = true}));
  EXPECT_EQ(assigned(), "") << "it still works";
  polls("a");
  EXPECT_EQ(assigned(), "a:drain");
  ASSERT_TRUE(pool_.drain(AgentId{"a"}, {.drain = false, .leave = true}));
  polls("a");
  EXPECT_EQ(assigned(), "") << "taken back";
}

TEST_F(AgentPoolTest, TheNewerOfTwoProcessesUnderOneNameIsMeant) {
  polls("a");
  ASSERT_TRUE(pool_.polled(poll_of("a", "", "newer"), std::string(domain::all_projects), now_));
  const auto refused = pool_.polled(poll_of("a"), std::string(domain::all_projects), now_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
}

TEST_F(AgentPoolTest, AnImpossiblePollIsRefused) {
  wire::AgentPoll poll = poll_of("a");
  poll.workers = 0;
  EXPECT_EQ(pool_.polled(poll, "shop", now_).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(pool_.polled(poll_of(""), "shop", now_).error().code, ErrorCode::invalid_argument);
}

TEST_F(AgentPoolTest, AnAgentOfAParkedRunStaysUntilSomebodyElseWantsIt) {
  begin("r-1");
  ASSERT_TRUE(pool_.polled(poll_of("a", "r-1"), "shop", now_));
  park("r-1");
  EXPECT_EQ(released(), "") << "the next phase finds it warm";
  begin("r-2");
  EXPECT_EQ(released(), "a:r-1");
  begin("r-2", {.hands_out = false});
  EXPECT_EQ(released(), "") << "there it would have nothing to do either";
  begin("r-2", {.labels = {{"os", "mac"}}});
  EXPECT_EQ(released(), "") << "it is not one of those that are wanted";
  begin("r-2", {.project = "other"});
  EXPECT_EQ(released(), "") << "nor may it work there";
}

TEST_F(AgentPoolTest, AShortWaitCostsNobodyItsAgents) {
  begin("r-1", {.hands_out = false, .parked_since = now_});
  polls("a", "r-1");
  begin("r-2");
  EXPECT_TRUE(pool_.is_a_run_parked());
  EXPECT_EQ(released(), "");
  now_ += AgentPool::parked_min - Millis{1};
  EXPECT_EQ(released(), "");
  now_ += Millis{1};
  EXPECT_EQ(released(), "a:r-1");
  begin("r-1");
  EXPECT_EQ(released(), "") << "its next phase has begun";
  EXPECT_FALSE(pool_.is_a_run_parked());
}

TEST_F(AgentPoolTest, NoMoreAreReleasedThanTheOtherRunTakes) {
  begin("r-1");
  for (const char* name : {"a", "b", "c"}) polls(name, "r-1");
  park("r-1");
  begin("r-2", {.workers_max = 4});
  EXPECT_EQ(released(), "a:r-1 b:r-1");
}

TEST_F(AgentPoolTest, OneThatWouldLeaveIsReleasedFromAParkedRun) {
  begin("r-1");
  wire::AgentPoll hasty = poll_of("a", "r-1");
  hasty.idle_max_ms = 10'000;
  ASSERT_TRUE(pool_.polled(hasty, "shop", now_));
  polls("b", "r-1");
  park("r-1");
  EXPECT_EQ(released(), "") << "it has not been idle for so long";
  now_ += Millis{10'000};
  EXPECT_EQ(released(), "a:r-1");
  ASSERT_TRUE(pool_.drain(AgentId{"b"}, {.drain = true}));
  EXPECT_EQ(released(), "b:r-1") << "the last that could run what comes after the wait stays";
}

TEST_F(AgentPoolTest, NobodyIsSentToAParkedRunAndWhoWasSentHomeMayComeAgain) {
  begin("r-1");
  polls("a", "r-1");
  park("r-1");
  wire::AgentPoll back = poll_of("a");
  back.sent_home = RunId{"r-1"};
  ASSERT_TRUE(pool_.polled(back, std::string(domain::all_projects), now_));
  EXPECT_EQ(assigned(), "");
  begin("r-1");
  EXPECT_EQ(assigned(), "a:r-1");
}

TEST_F(AgentPoolTest, WhoWorksElsewhereCouldCome) {
  begin("r-1", {.labels = {{"os", "mac"}}});
  begin("r-2");
  polls("a", "r-2");
  EXPECT_FALSE(pool_.are_agents_elsewhere(RunId{"r-1"}, now_)) << "it has no such label";
  wire::AgentPoll mac = poll_of("b", "r-2");
  mac.labels = {{"os", "mac"}};
  ASSERT_TRUE(pool_.polled(mac, "shop", now_));
  EXPECT_TRUE(pool_.are_agents_elsewhere(RunId{"r-1"}, now_));
  EXPECT_FALSE(pool_.are_agents_elsewhere(RunId{"r-2"}, now_)) << "it is there already";
  ASSERT_TRUE(pool_.drain(AgentId{"b"}, {.drain = true}));
  EXPECT_FALSE(pool_.are_agents_elsewhere(RunId{"r-1"}, now_)) << "it takes no new run";
  ASSERT_TRUE(pool_.drain(AgentId{"b"}, {.drain = false}));
  now_ += AgentPool::away_after + Millis{1};
  EXPECT_FALSE(pool_.are_agents_elsewhere(RunId{"r-1"}, now_)) << "nobody has heard of it";
}

}  // namespace
}  // namespace tamarack::coordinator
