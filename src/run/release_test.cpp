// Nobody holds a worker while flows wait: agents are sent home from a run that only waits, without blame, and come again when it goes on.
#include <gtest/gtest.h>

#include "run/flow_world.h"

namespace tamarack::run {
namespace {

using domain::AgentId;
using domain::Outcome;
using domain::Verdict;
using domain::WaitOutcome;

const AgentId agent{"local"};

// A run whose one flow is parked, with an agent of one session.
class Release : public testing::Test {
 protected:
  static FlowWorldOptions options() { return {.flows = {three}, .run = {.no_worker_max = Millis{60'000}}, .workers = 2, .session = "s1"}; }
  void SetUp() override { prepare(world_); }
  void release() { world_.feed(ReleaseAsked{agent}); }
  void come_again(const std::string& session) {
    for (int w = 1; w <= 2; ++w) world_.feed(WorkerAppeared{World::worker(w), agent, session});
  }
  void be_ready(const std::string& session) {
    for (int w = 1; w <= 2; ++w) world_.feed(WorkerBecameReady{World::worker(w), Millis{0}, session});
  }
  WorkerPhase phase_of(int w) const { return world_.run().workers.at(World::worker(w)).phase; }

  FlowWorld world_{options()};
};

TEST_F(Release, SendsHomeFromARunThatOnlyWaitsWithoutBlame) {
  ASSERT_TRUE(only_waits(world_.run()));
  release();
  ASSERT_EQ(world_.orders<SendHome>().size(), 1U);
  EXPECT_EQ(world_.orders<SendHome>()[0].agent, agent);
  EXPECT_EQ(phase_of(1), WorkerPhase::ended);
  EXPECT_EQ(phase_of(2), WorkerPhase::ended);
  world_.feed(AgentLost{agent, "it went home"});
  world_.advance(Millis{3'600'000});
  EXPECT_FALSE(world_.run().finished);
  EXPECT_EQ(world_.run().circumstances, domain::Circumstances{.flows = 1}) << "nothing is anybody's fault";
}

TEST_F(Release, TheRunGoesOnWithAgentsThatComeAgain) {
  release();
  world_.feed(AgentLost{agent, "it went home"});
  world_.conclude(1, WaitOutcome::satisfied);
  EXPECT_TRUE(world_.run().leases.empty());
  EXPECT_FALSE(only_waits(world_.run())) << "it wishes for workers";
  come_again("s2");
  EXPECT_EQ(phase_of(1), WorkerPhase::starting);
  be_ready("s2");
  ASSERT_TRUE(is_leased(world_, "v"));
  world_.capture(1, "v", {});
  world_.exit(1);
  EXPECT_EQ(world_.run().verdict, Verdict::passed);
  EXPECT_EQ(world_.run().attempts, 2) << "prepare ran once";
}

TEST_F(Release, NothingIsHandedToWorkersThatAreOnTheirWayHome) {
  release();
  world_.conclude(1, WaitOutcome::satisfied);
  EXPECT_FALSE(is_leased(world_, "v"));
  be_ready("s1");
  world_.feed(WorkerFailed{World::worker(1), false, "it died", {}, "s1"});
  EXPECT_FALSE(is_leased(world_, "v")) << "what crossed the order to go home means nothing";
  EXPECT_FALSE(world_.run().circumstances.infrastructure_failed);
  world_.feed(WorkerAppeared{World::worker(1), agent, "s1"});
  EXPECT_EQ(phase_of(1), WorkerPhase::ended) << "a link that was opened again is no return";
}

TEST_F(Release, TheOrderIsRepeatedToTheSessionThatWasSentHomeAndToNoOther) {
  release();
  world_.restart(true);
  world_.feed(Heartbeat{agent, {}, "s1"});
  EXPECT_EQ(world_.orders<SendHome>().size(), 1U) << "the order may have died with the coordinator";
  come_again("s2");
  world_.feed(Heartbeat{agent, {}, "s2"});
  EXPECT_TRUE(world_.orders<SendHome>().empty());
  be_ready("s2");
  world_.feed(Heartbeat{agent, {}, "s2"});
  EXPECT_TRUE(world_.orders<SendHome>().empty());
  release();
  EXPECT_EQ(world_.orders<SendHome>().size(), 1U) << "and it may be released again";
}

TEST_F(Release, WaitsForWorkersThatStartOrAreSilent) {
  world_.feed(AgentAway{agent, "quiet", true});
  release();
  EXPECT_TRUE(world_.orders<SendHome>().empty());
  world_.feed(AgentBack{agent});
  world_.feed(WorkerFailed{World::worker(2), false, "its application died", {}, "s1"});
  release();
  EXPECT_TRUE(world_.orders<SendHome>().empty()) << "one is starting again";
  world_.feed(WorkerBecameReady{World::worker(2), Millis{0}, "s1"});
  release();
  EXPECT_EQ(world_.orders<SendHome>().size(), 1U);
}

TEST_F(Release, IsNothingWhereThereIsWork) {
  world_.conclude(1, WaitOutcome::satisfied);
  release();
  EXPECT_TRUE(world_.orders<SendHome>().empty());
  EXPECT_TRUE(is_leased(world_, "v"));
  FlowWorld plain({.others = {"a"}, .workers = 2, .session = "s1"});
  plain.feed(ReleaseAsked{agent});
  EXPECT_TRUE(plain.orders<SendHome>().empty()) << "it is not parked: the last test runs";
  FlowWorld local({.flows = {three}, .workers = 1});
  prepare(local);
  local.feed(ReleaseAsked{agent});
  EXPECT_TRUE(local.orders<SendHome>().empty()) << "one without sessions could not be told from its return";
}

TEST_F(Release, ARunIsNotGivenUpWhileThoseWhoCouldComeWorkElsewhere) {
  release();
  world_.conclude(1, WaitOutcome::satisfied);
  for (int minute = 0; minute < 30; ++minute) {
    world_.wait(Millis{60'000});
    world_.feed(Tick{.agents_elsewhere = true});
  }
  EXPECT_EQ(world_.outcome("v"), Outcome::pending);
  world_.advance(Millis{59'000});
  EXPECT_EQ(world_.outcome("v"), Outcome::pending);
  world_.advance(Millis{2'000});
  EXPECT_EQ(world_.outcome("v"), Outcome::never_ran) << "nobody is there any more who could come";
}

// Else the first that is back would be handed everything, as if nobody else came.
TEST(ReleasedWorkers, AreCountedOnWhenWorkIsCutIntoChunks) {
  FlowWorld world({.flows = {{"a:p1", "b", "c:v1"}, {"a:p2", "b", "c:v2"}, {"a:p3", "b", "c:v3"}, {"a:p4", "b", "c:v4"}},
                   .run = {.no_worker_max = Millis{60'000}},
                   .workers = 2,
                   .session = "s1"});
  for (const int w : {1, 2}) {
    const LeaseState lease = world.run().leases.at(world.term_of(w));
    for (const schedule::Piece& piece : lease.pieces)
      for (const domain::TestIndex test : piece.tests) world.pass(w, world.run().plan.tests[test.value].identity.title_path.back());
  }
  for (const int w : {1, 2}) world.exit(w);
  ASSERT_TRUE(only_waits(world.run()));
  world.feed(ReleaseAsked{agent});
  for (int flow = 0; flow < 4; ++flow) world.conclude(1, WaitOutcome::satisfied, {}, {}, flow);
  world.feed(WorkerAppeared{World::worker(1), agent, "s2"});
  world.feed(WorkerBecameReady{World::worker(1), Millis{0}, "s2"});
  ASSERT_EQ(world.run().leases.size(), 1U);
  EXPECT_EQ(world.run().leases.begin()->second.pieces.size(), 1U) << "of four, as with both";
}

}  // namespace
}  // namespace tamarack::run
