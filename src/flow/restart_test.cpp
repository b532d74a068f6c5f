#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/world.h"

namespace tamarack::flow {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr Millis second{1'000};
constexpr Millis hour{3'600'000};

TEST(Restart, ADeadlineThatPassedMeanwhileIsKeptAndSaid) {
  World world;
  world.backends["j"] = [] { return json_answer(R"({"status":"RUNNING"})"); };
  world.park("w", wait_for(looked_at("j"), hour));
  world.backends["j"] = [] { return json_answer(R"({"status":"COMPLETED"})"); };
  world.restart(3 * hour);
  EXPECT_THAT(world.told("w"),
              StartsWith("timed_out: the deadline passed after 1 h 00 m, 2 h 00 m before anybody could look again; last seen: 'RUNNING'"));
}

TEST(Restart, AWaitGoesOnAndIsConfirmedByALook) {
  World world;
  world.backends["j"] = [] { return json_answer(R"({"status":"RUNNING"})"); };
  world.park("w", wait_for(looked_at("j"), hour));
  world.backends["j"] = [] { return json_answer(R"({"status":"COMPLETED"})"); };
  world.restart(hour / 2);
  EXPECT_EQ(world.ordered<Watch>().size(), 1U);
  world.advance(6 * second);
  EXPECT_EQ(world.told("w"), "satisfied: COMPLETED");
}

TEST(Restart, A404AfterTheFirstSightIsStillLostThen) {
  World world;
  world.backends["j"] = [] { return json_answer(R"({"status":"RUNNING"})"); };
  world.park("w", wait_for(looked_at("j"), hour));
  world.backends["j"] = [] { return HttpAnswer{.status = 404}; };
  world.restart();
  world.advance(6 * second);
  EXPECT_EQ(world.outcome("w"), "lost");
}

TEST(Restart, AnOutcomeIsToldUntilItIsTaken) {
  World world;
  world.submit("j");
  WaitSpec spec = wait_for(on_job("j"));
  spec.conditions.push_back(looked_at("x"));
  spec.conditions.back().cancel_request = "DELETE x";
  world.park("w", spec);
  world.report("j", {.status = "FAILED", .error = "boom"});
  world.restart();
  EXPECT_EQ(world.ordered<WaitOver>().size(), 1U);
  EXPECT_EQ(world.ordered<CancelRemote>().size(), 1U);
  world.feed(TakeWait{domain::WaitId{"w"}});
  world.feed(TakeWait{domain::WaitId{"w"}});
  world.restart();
  EXPECT_TRUE(world.ordered<WaitOver>().empty());
  EXPECT_TRUE(world.ordered<CancelRemote>().empty());
  EXPECT_EQ(world.facts<WaitTaken>(), 1U);
}

TEST(Restart, AWaitThatIsParkedAgainIsParkedOnce) {
  World world;
  world.park("w", wait_for(on_signal("k"), hour));
  const Instant deadline = world.wait("w").deadline;
  world.restart(60 * second);
  world.park("w", wait_for(on_signal("k"), hour));
  EXPECT_EQ(world.wait("w").deadline, deadline);
  EXPECT_EQ(world.facts<WaitParked>(), 1U);
}

TEST(Restart, AWallClockThatWasSetMovesNoDeadline) {
  for (const Millis jump : {-5 * hour, 5 * hour}) {
    World world;
    world.park("w", wait_for(on_signal("k"), 2 * hour));
    world.restart(hour, "boot-1", jump);
    EXPECT_EQ(world.told("w"), "parked");
    world.advance(hour - second);
    EXPECT_EQ(world.told("w"), "parked");
    world.advance(second);
    EXPECT_EQ(world.outcome("w"), "timed_out");
  }
}

TEST(Restart, OnAnotherBootTheWallDecidesButNeverBack) {
  World world;
  world.park("w", wait_for(on_signal("k"), 2 * hour));
  world.advance(hour);
  world.signal("other", "s");  // the newest instant in the journal
  const Instant before = world.now();
  world.restart(hour / 2, "boot-2", -10 * hour);
  EXPECT_EQ(world.now(), before);
  EXPECT_EQ(world.told("w"), "parked");
  world.restart(2 * hour, "boot-3");
  EXPECT_EQ(world.outcome("w"), "timed_out");
}

TEST(Restart, AnInstantThatGoesBackIsTakenAsTheLatest) {
  World world;
  world.advance(hour);
  world.submit("a");
  world.set_now(world.now() - hour);
  world.submit("b");
  EXPECT_GE(world.job("b").submitted, world.job("a").submitted);
}

TEST(Restart, HeartbeatsAreCountedFromIt) {
  World world;
  world.submit("j", {.heartbeat_every = Millis{10'000}});
  world.report("j", {.status = "RUNNING"});
  world.restart(hour);
  EXPECT_EQ(world.job("j").status, domain::JobStatus::running);
  world.advance(14 * second);
  EXPECT_EQ(world.job("j").status, domain::JobStatus::running);
  world.advance(second);
  EXPECT_EQ(world.job("j").status, domain::JobStatus::lost);
}

TEST(Restart, ACancelIsOrderedAgain) {
  World world;
  world.submit("j", {.processor = "p"});
  world.feed(ClaimJob{"x", {"p"}});
  world.report("j", {.status = "RUNNING", .epoch = 1});
  world.feed(CancelJob{domain::JobId{"j"}, "enough"});
  world.restart();
  EXPECT_EQ(world.ordered<StopJob>().size(), 1U);
}

TEST(Restart, FirstLooksAreSpread) {
  BoardOptions options;
  options.probes.host_burst = 1'000;
  options.probes.host_in_flight_max = 1'000;
  World world(options);
  for (int i = 0; i < 400; ++i) {
    const std::string request = fmt::format("j{}", i);
    world.backends[request] = [] { return json_answer(R"({"status":"RUNNING"})"); };
    world.park(request, wait_for(looked_at(request), hour));
  }
  world.restart(hour / 2);
  std::size_t most = 0;
  std::size_t before = world.ordered<Ask>().size();
  EXPECT_LT(before, 20U);
  for (int i = 0; i < 10; ++i) {
    world.advance(second / 2);
    const std::size_t asked = world.ordered<Ask>().size();
    most = std::max(most, asked - before);
    before = asked;
  }
  EXPECT_GE(before, 400U);
  EXPECT_LT(most, 80U);  // a uniform spread has 40 in each half second
}

TEST(Restart, WhatIsOverIsForgottenInTimeAndItsStreamEnds) {
  World world;
  world.signal("k", "s");
  world.park("w", wait_for(on_signal("k")));
  world.advance(wait_retention - second);
  EXPECT_EQ(world.outcome("w"), "satisfied");
  world.advance(2 * second);
  EXPECT_TRUE(world.board().waits.empty());
  EXPECT_EQ(world.facts<WaitForgotten>(), 1U);
  world.restart();
  EXPECT_TRUE(world.board().waits.empty());
}

TEST(Restart, LimitsOfTheBoardAreAnswered) {
  World world({.jobs_max = 1, .waits_max = 1, .mailboxes_max = 1});
  for (const char* id : {"a", "b"}) {
    world.submit(id);
    world.signal(id, "s");
    world.park(id, wait_for(on_job("a")));
  }
  EXPECT_EQ(world.ordered<SubmissionAnswered>().back().answer, Submission::full);
  EXPECT_EQ(world.ordered<SignalAnswered>().back().answer, SignalAnswer::full);
  EXPECT_EQ(world.ordered<ParkRefused>().size(), 1U);
}

TEST(Restart, EveryPrefixOfTheJournalCanBeGoneOnFrom) {
  World world;
  world.backends["x"] = [] { return json_answer(R"({"status":"RUNNING"})"); };
  world.submit("j", {.processor = "p", .idempotency_key = "k"});
  WaitSpec spec = wait_for(on_job("j"));
  spec.conditions.push_back(looked_at("x"));
  spec.conditions.push_back(on_signal("s"));
  world.park("w", spec);
  world.feed(ClaimJob{"e", {"p"}});
  world.signal("s", "s1");
  world.report("j", {.status = "FAILED", .epoch = 1, .error = "boom"});
  world.feed(TakeWait{domain::WaitId{"w"}});
  ASSERT_EQ(world.told("w"), "failed: 'j': boom");
  for (std::size_t length = 0; length <= world.journal().size(); ++length) {
    Board board;
    for (std::size_t i = 0; i < length; ++i) apply(board, world.journal()[i]);
    Random random(1);
    const Step next = step(std::move(board), Restarted{{world.now(), Millis{0}, ""}}, world.now(), random);
    EXPECT_GE(next.entries.size(), 1U);
  }
}

}  // namespace
}  // namespace tamarack::flow
