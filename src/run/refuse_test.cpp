// What an agent cannot have seen is refused and noted; what it is late with is neither.
#include <gtest/gtest.h>

#include "run/world.h"

namespace tamarack::run {
namespace {

using domain::Outcome;
using domain::Term;
using domain::TestIndex;
using domain::TestStatus;
using domain::Verdict;
using domain::WorkerId;

std::string names(const World& world) {
  std::string text;
  for (const MessageRefused& one : world.run().refused) text += (text.empty() ? "" : " ") + one.name;
  return text;
}

TestEnded result(const std::string& worker, std::uint32_t term, std::uint32_t test, TestStatus status = TestStatus::passed) {
  return {WorkerId{worker}, Term{term}, {.test = TestIndex{test}, .status = status}};
}

class RefuseTest : public testing::Test {
 protected:
  // local/1 works on both tests; 'spy' has a worker that nothing is left for.
  RefuseTest() {
    world_.feed(WorkerAppeared{WorkerId{"spy/1"}, domain::AgentId{"spy"}});
    world_.feed(WorkerBecameReady{WorkerId{"spy/1"}, Millis{0}});
  }
  World world_{{.units = {{"a", "b"}}, .run = {.lease_lifetime = Millis{1000}}}};
};

TEST_F(RefuseTest, ResultsOfALeaseThatIsAnothersDoNotCount) {
  world_.feed(result("spy/1", 1, 0));
  world_.feed(TestBegan{WorkerId{"spy/1"}, Term{1U}, TestIndex{0U}, 0});
  world_.feed(InvocationEnded{WorkerId{"spy/1"}, Term{1U}, false, {}, {}});
  EXPECT_EQ(names(world_), "foreign_lease foreign_lease foreign_lease");
  EXPECT_EQ(world_.outcome("a"), Outcome::pending);
  EXPECT_TRUE(world_.run().leases.contains(Term{1U})) << "it is not the spy's to end";
  EXPECT_EQ(refused_lines(world_.run()).front(), "agent 'spy' speaks of lease 1, which is worker local/1's");
}

TEST_F(RefuseTest, WhatNobodyWasGivenAndThePlanDoesNotHoldIsRefused) {
  world_.feed(result("local/1", 9, 0));
  world_.feed(result("local/1", 0, 0));
  world_.feed(result("local/1", 1, 7));
  world_.feed(ArtifactArrived{WorkerId{"local/1"}, Term{1U}, TestIndex{7U}, 0, {}});
  world_.feed(ArtifactArrived{WorkerId{"spy/1"}, Term{1U}, TestIndex{0U}, 0, {}});
  world_.feed(InvocationEnded{WorkerId{"local/1"}, Term{9U}, false, {}, {}});
  EXPECT_EQ(names(world_), "unknown_lease unknown_lease unknown_test unknown_test foreign_lease unknown_lease");
}

TEST_F(RefuseTest, ALateResultIsHonest) {
  world_.start(1, "a");
  world_.advance(Millis{2000});  // its lease is taken back, and 'spy' gets what was left
  ASSERT_TRUE(world_.run().leases.contains(Term{2U}));
  world_.feed(result("local/1", 1, 0));
  world_.feed(ArtifactArrived{WorkerId{"local/1"}, Term{1U}, TestIndex{0U}, 0, {}});
  world_.feed(InvocationEnded{WorkerId{"local/1"}, Term{1U}, false, {}, {}});
  EXPECT_EQ(names(world_), "");
  EXPECT_EQ(world_.outcome("a"), Outcome::pending) << "and not counted";
  const auto& last = std::get<TestFinished>(world_.journal().at(world_.journal().size() - 3).record);
  EXPECT_FALSE(last.counted);
}

// Around a restart of the server an honest agent may say it again.
TEST_F(RefuseTest, AResultAfterTheEndOfItsLeaseIsHonestAndNotCounted) {
  world_.pass(1, "a");
  world_.exit(1, 1);  // one is left: it goes out again, as lease 2
  ASSERT_TRUE(world_.run().leases.contains(Term{2U}));
  world_.feed(result("local/1", 1, 1));
  EXPECT_FALSE(std::get<TestFinished>(world_.journal().back().record).counted);
  world_.feed(ArtifactArrived{WorkerId{"local/1"}, Term{1U}, TestIndex{0U}, 0, {}});
  EXPECT_EQ(names(world_), "");
}

TEST_F(RefuseTest, AFloodFillsNoJournalAndLosesItsLink) {
  for (int i = 0; i < 9; ++i) {
    world_.feed(result("spy/1", 1, 0));
    EXPECT_FALSE(std::get<RefuseMessage>(world_.effects().back()).too_often);
  }
  for (int i = 0; i < 20; ++i) {
    world_.feed(result("spy/1", 1, 0));
    EXPECT_TRUE(std::get<RefuseMessage>(world_.effects().back()).too_often);
    EXPECT_EQ(std::get<RefuseMessage>(world_.effects().back()).agent.value, "spy");
  }
  EXPECT_EQ(world_.run().refused.size(), 10U);
  for (int i = 0; i < 300; ++i) world_.feed(AgentLied{domain::AgentId{fmt::format("x{}", i)}, "unreadable", "sent what cannot be read"});
  EXPECT_EQ(world_.run().refused.size(), 100U) << "however many names it takes";
  EXPECT_EQ(refused_lines(world_.run()).size(), 10U);
  EXPECT_EQ(refused_lines(world_.run()).back(), "and 91 more");
}

TEST_F(RefuseTest, TheVerdictIsWhatItWouldBeWithoutThem) {
  world_.feed(result("spy/1", 1, 0, TestStatus::failed));
  world_.feed(AgentLied{domain::AgentId{"spy"}, "unreadable", "sent what cannot be read"});
  world_.feed(AgentLied{{}, "unreadable", "it never said who it is"});
  world_.pass(1, "a");
  world_.pass(1, "b");
  world_.exit(1);
  EXPECT_EQ(world_.run().verdict, Verdict::passed);
  world_.feed(AgentLied{domain::AgentId{"spy"}, "wrong_bytes", "sent other bytes"});
  EXPECT_EQ(names(world_), "foreign_lease unreadable wrong_bytes") << "also what comes after the end is noted";
  struct Run folded;
  for (const Entry& entry : world_.journal()) apply(folded, entry);
  EXPECT_EQ(folded.refused.size(), 3U);
}

}  // namespace
}  // namespace tamarack::run
