#include <gtest/gtest.h>

#include "run/world.h"

namespace tamarack::run {
namespace {

using domain::Outcome;
using domain::TestStatus;
using domain::Verdict;

// Everything turns out twice as fast as it was thought to be: the other worker is nearly done, whatever the clock says of its share.
TEST(RunMachine, JudgesWhatOthersStillHaveToDoByWhatTheyReported) {
  domain::Plan plan{.workers = 2, .cost = {.framework_start = Millis{1'000}, .from_history = true}, .units_share_invocation = true};
  for (std::size_t u = 0; u < 12; ++u) {
    plan.tests.push_back({.identity = {fmt::format("unit-{}", u), {fmt::format("t{}", u)}, ""}});
    plan.units.push_back({.index = domain::UnitIndex{u}, .tests = {domain::TestIndex{u}}, .estimate = Millis{20'000}});
  }
  World world(plan, {.lease_lifetime = Millis{900'000}}, 2, {});
  const auto chunk = [&](int worker) { return world.run().leases.at(world.term_of(worker)).pieces.size(); };
  ASSERT_EQ(chunk(1), 5U);
  ASSERT_EQ(chunk(2), 5U);
  world.advance(Millis{52'000});
  for (const char* title : {"t5", "t6", "t7", "t8"}) world.pass(2, title);
  for (const char* title : {"t0", "t1", "t2", "t3", "t4"}) world.pass(1, title);
  world.exit(1);
  EXPECT_EQ(chunk(1), 1U) << "the last one is left for the other, who is about to come";
}

// A first run guesses that a start costs half a second. Once one was seen to cost three times as much, smaller chunks are not worth it.
TEST(RunMachine, CutsChunksByWhatAStartWasSeenToCost) {
  domain::Plan plan{.workers = 2, .cost = {.framework_start = Millis{500}}, .units_share_invocation = true};
  for (std::size_t u = 0; u < 16; ++u) {
    const domain::TestIndex test{u};
    plan.tests.push_back({.identity = {fmt::format("unit-{}", u), {fmt::format("t{}", u)}, ""}});
    plan.units.push_back({.index = domain::UnitIndex{u}, .tests = {test}, .estimate = Millis{1'000}});
  }
  const auto next_chunk = [&](Millis framework_start) {
    World world(plan, {}, 2, {});
    EXPECT_EQ(world.run().leases.at(world.term_of(1)).pieces.size(), 4U) << "half of its share";
    for (const char* title : {"t0", "t1", "t2", "t3"}) world.pass(1, title);
    world.feed(InvocationEnded{World::worker(1), world.term_of(1), false, {.framework_start = framework_start}, {}});
    return world.run().leases.at(world.term_of(1)).pieces.size();
  };
  EXPECT_EQ(next_chunk(Millis{0}), 3U);
  EXPECT_EQ(next_chunk(Millis{1'500}), 8U) << "all there is";
}

TEST(RunMachine, FinishesGreenWhenEveryTestPassed) {
  World world({.units = {{"a", "b"}, {"c"}}});
  world.pass(1, "a");
  world.pass(1, "b");
  EXPECT_FALSE(world.run().finished) << "the invocation has not ended: it may still disagree";
  world.exit(1);
  world.pass(1, "c");
  world.exit(1);
  ASSERT_TRUE(world.run().finished);
  EXPECT_EQ(world.run().verdict, Verdict::passed);
}

TEST(RunMachine, AKilledFrameworkCostsOnlyTheTestInFlight) {
  World world({.units = {{"a", "b", "c"}}});
  world.pass(1, "a");
  world.start(1, "b");
  world.exit(1, -1, true, 9);
  EXPECT_EQ(world.outcome("a"), Outcome::passed);
  const auto& grant = std::get<GrantLease>(world.effects().back());
  EXPECT_EQ(grant.pieces.front().tests, (std::vector{world.test("b"), world.test("c")})) << "a keeps its verdict";
  world.pass(1, "b");
  world.pass(1, "c");
  world.exit(1);
  EXPECT_EQ(world.run().verdict, Verdict::passed) << "a death is nobody's failure";
}

TEST(RunMachine, ATestThatKillsItsProcessAgainAndAgainIsNamedAndGivenUp) {
  World world({.units = {{"bomb", "b"}}, .run = {.lost_max = 3}});
  for (int death = 0; death < 3; ++death) {
    world.start(1, "bomb");
    world.exit(1, -1, true, 11);
  }
  EXPECT_EQ(world.outcome("bomb"), Outcome::lost);
  world.pass(1, "b");
  world.exit(1);
  EXPECT_EQ(world.run().verdict, Verdict::incomplete);
}

TEST(RunMachine, FewerTestsThanPlannedIsNeverGreen) {
  World world({.units = {{"a", "b"}}});
  world.pass(1, "a");
  world.exit(1, 0);
  world.exit(1, 0);
  EXPECT_EQ(world.outcome("b"), Outcome::pending) << "the first invocation got somewhere";
  world.exit(1, 0);
  EXPECT_EQ(world.outcome("b"), Outcome::never_ran);
  EXPECT_EQ(world.run().verdict, Verdict::incomplete);
}

TEST(RunMachine, AFrameworkThatStopsAtTheFirstFailureStillRunsTheRest) {
  World world({.units = {{"a", "b", "c", "d"}}});
  world.fail(1, "a");
  world.exit(1, 1);
  world.fail(1, "b");
  world.exit(1, 1);
  world.pass(1, "c");
  world.pass(1, "d");
  world.exit(1);
  EXPECT_EQ(world.run().ledger.failed, 2);
  EXPECT_EQ(world.run().ledger.passed, 2);
  EXPECT_EQ(world.run().verdict, Verdict::failed);
}

TEST(RunMachine, WhatCannotBeRunDoesNotTakeTheOthersOfItsChunkAlong) {
  World world({.units = {{"a"}, {"broken"}, {"c"}}, .share_invocation = true});
  world.exit(1, 4);  // "file not found": the framework ran nothing at all
  const auto leased = [&] { return std::get<GrantLease>(world.effects().back()).pieces; };
  ASSERT_EQ(leased().size(), 1U) << "each is tried by itself now";
  world.pass(1, "a");
  world.exit(1);
  ASSERT_EQ(leased().size(), 1U);
  world.exit(1, 4);
  EXPECT_EQ(world.outcome("broken"), Outcome::never_ran);
  world.pass(1, "c");
  world.exit(1);
  EXPECT_EQ(world.run().ledger.passed, 2);
  EXPECT_EQ(world.run().verdict, Verdict::incomplete);
}

TEST(RunMachine, ARetriedTestThatPassesIsFlaky) {
  World world({.units = {{"a", "b"}}, .run = {.retries = 1}});
  world.fail(1, "a");
  world.pass(1, "b");
  world.exit(1, 1);
  EXPECT_EQ(std::get<GrantLease>(world.effects().back()).pieces.front().tests, std::vector{world.test("a")});
  world.pass(1, "a");
  world.exit(1);
  EXPECT_EQ(world.outcome("a"), Outcome::flaky);
  EXPECT_EQ(world.run().verdict, Verdict::passed);
}

TEST(RunMachine, TheRetryBudgetIsKept) {
  World world({.units = {{"a"}}, .run = {.retries = 2}});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(world.outcome("a"), Outcome::pending);
    world.fail(1, "a");
    world.exit(1, 1);
  }
  EXPECT_EQ(world.outcome("a"), Outcome::failed);
  EXPECT_EQ(world.run().verdict, Verdict::failed);
}

TEST(RunMachine, TheFrameworksOwnRetryMakesItFlakyWithoutOurBudget) {
  World world({.units = {{"a"}}});
  world.start(1, "a");
  world.end(1, "a", TestStatus::failed, 0, false);
  EXPECT_EQ(world.outcome("a"), Outcome::pending);
  world.end(1, "a", TestStatus::passed, 1);
  EXPECT_EQ(world.outcome("a"), Outcome::flaky);
}

TEST(RunMachine, ASerialChainIsRetriedWhole) {
  World world({.units = {{"a", "b", "c"}}, .run = {.retries = 1}, .serial = true});
  world.pass(1, "a");
  world.fail(1, "b");
  world.end(1, "c", TestStatus::skipped);
  world.exit(1, 1);
  EXPECT_EQ(std::get<GrantLease>(world.effects().back()).pieces.front().tests.size(), 3U);
  world.pass(1, "a");
  world.pass(1, "b");
  world.pass(1, "c");
  world.exit(1);
  EXPECT_EQ(world.outcome("a"), Outcome::passed) << "the first verdict stays";
  EXPECT_EQ(world.outcome("b"), Outcome::flaky);
  EXPECT_EQ(world.outcome("c"), Outcome::passed);
  EXPECT_EQ(world.run().ledger.planned, world.run().ledger.settled());
}

TEST(RunMachine, ALateResultIsRecordedAndNotCounted) {
  World world({.units = {{"a"}}, .run = {.lease_lifetime = Millis{5000}}, .workers = 2});
  const domain::Term stale = world.term_of(1);
  world.advance(Millis{6000});
  EXPECT_NE(world.term_of(2), stale) << "the other worker has it now, under a new term";
  domain::TestReport late{.test = world.test("a"), .status = TestStatus::failed};
  world.feed(TestEnded{World::worker(1), stale, late});
  EXPECT_EQ(world.outcome("a"), Outcome::pending);
  EXPECT_FALSE(std::get<TestFinished>(world.journal().back().record).counted);
  world.pass(2, "a");
  world.exit(2);
  EXPECT_EQ(world.run().verdict, Verdict::passed);
}

TEST(RunMachine, FailFastStopsWhatIsInFlightAndListsWhatNeverRan) {
  World world({.units = {{"a"}, {"b"}, {"c"}}, .run = {.fail_fast = 1}, .workers = 2});
  world.start(2, "b");
  world.fail(1, "a");
  EXPECT_EQ(world.outcome("c"), Outcome::never_ran);
  EXPECT_TRUE(
      std::any_of(world.effects().begin(), world.effects().end(), [](const Effect& e) { return std::holds_alternative<StopLease>(e); }));
  world.exit(1, 1);
  world.exit(2, 130);
  EXPECT_EQ(world.outcome("b"), Outcome::cancelled);
  EXPECT_EQ(world.run().verdict, Verdict::failed);
}

TEST(RunMachine, AnInterruptedTamarackGoesOnWithWhatIsLeft) {
  World world({.units = {{"a", "b"}, {"c"}}, .workers = 2});
  world.pass(1, "a");
  world.start(1, "b");
  run::Run folded;
  for (const Entry& entry : world.journal()) apply(folded, entry);
  EXPECT_EQ(folded.ledger, world.run().ledger);
  Step resumed = step(std::move(folded), Resumed{}, from_ms(1'800'000'100'000));
  EXPECT_TRUE(resumed.run.leases.empty());
  ASSERT_EQ(resumed.run.queue.waiting.size(), 2U);
  EXPECT_EQ(resumed.run.queue.waiting[0].tests, std::vector{world.test("b")}) << "a is finished and never runs again";
}

TEST(RunMachine, ALeaseThatNeverArrivedIsSentAgain) {
  World world({.units = {{"a"}}});
  world.feed(Heartbeat{domain::AgentId{"local"}, {}});
  EXPECT_EQ(std::get<GrantLease>(world.effects().at(0)).term, world.term_of(1));
  world.feed(Heartbeat{domain::AgentId{"local"}, {world.term_of(1)}});
  EXPECT_TRUE(world.effects().empty());
}

TEST(RunMachine, WithoutWorkersItEndsAndSaysSo) {
  World world({.units = {{"a"}}});
  world.feed(WorkerFailed{World::worker(1), true, "the application did not start", "port in use"});
  EXPECT_TRUE(world.run().finished);
  EXPECT_EQ(world.outcome("a"), Outcome::never_ran);
  EXPECT_EQ(world.run().verdict, Verdict::infrastructure);
}

TEST(RunMachine, TheTimeLimitIsTheRunsOwnVerdict) {
  World world({.units = {{"a"}, {"b"}}, .run = {.lease_lifetime = Millis{600'000}, .timeout = Millis{60'000}}});
  world.start(1, "a");
  world.advance(Millis{61'000});
  EXPECT_EQ(world.outcome("b"), Outcome::never_ran);
  world.exit(1, 143);
  EXPECT_EQ(world.outcome("a"), Outcome::timed_out);
  EXPECT_EQ(world.run().verdict, Verdict::timed_out);
}

// ---- found by the simulation (tests/simulation)

TEST(RunMachine, AFailedTestWhoseRetryIsPassedOverStaysFailed) {
  World world({.units = {{"a"}}, .run = {.retries = 1}});
  world.fail(1, "a");
  world.exit(1, 1);
  world.exit(1, -1, true, 9);
  world.exit(1, -1, true, 9);
  EXPECT_EQ(world.outcome("a"), Outcome::failed) << "it ran and failed; never_ran would hide that";
  EXPECT_EQ(world.run().verdict, Verdict::failed);
}

TEST(RunMachine, ASettledTestThatKillsItsChainDoesNotKeepTheRunForEver) {
  World world({.units = {{"bomb", "b"}}, .run = {.lost_max = 1}, .serial = true});
  for (int death = 0; death < 3 && !world.run().finished; ++death) {
    world.start(1, "bomb");
    world.exit(1, -1, true, 11);
  }
  EXPECT_EQ(world.outcome("bomb"), Outcome::lost);
  EXPECT_EQ(world.outcome("b"), Outcome::never_ran) << "the chain cannot be run without its killer";
  EXPECT_TRUE(world.run().finished);
}

TEST(RunMachine, AWorkerWhoseApplicationIsGoneForGoodGetsNothingMore) {
  World world({.units = {{"a"}, {"b"}}, .workers = 2});
  const domain::Term held = world.term_of(1);
  world.feed(WorkerFailed{World::worker(1), true, "the application ended", ""});
  // Its framework ends a moment later, and says so under the old term.
  world.feed(InvocationEnded{World::worker(1), held, true, {}, {}});
  EXPECT_EQ(world.term_of(1), domain::Term{});
  EXPECT_EQ(world.run().workers.at(World::worker(1)).phase, WorkerPhase::ended);
}

TEST(RunMachine, AWorkerWhoseApplicationStartsAgainGetsNothingUntilItIsUp) {
  World world({.units = {{"a"}}});
  world.feed(WorkerFailed{World::worker(1), false, "the application ended", ""});
  world.exit(1, 143, true);
  EXPECT_EQ(world.term_of(1), domain::Term{});
  world.feed(WorkerBecameReady{World::worker(1), Millis{10}});
  EXPECT_NE(world.term_of(1), domain::Term{});
  EXPECT_EQ(world.run().tests.at(0).skipped_over, 0) << "nobody passed over it: its application was dead";
}

TEST(RunMachine, ATestThatTakesItsApplicationDownIsBlamed) {
  World world({.units = {{"bomb"}}, .run = {.lost_max = 2}, .workers = 2});
  for (int w = 1; w <= 2; ++w) {
    world.start(w, "bomb");
    world.feed(WorkerFailed{World::worker(w), true, "the application ended", ""});
  }
  EXPECT_EQ(world.outcome("bomb"), Outcome::lost);
}

TEST(RunMachine, WhatIsFoundAboutADeadApplicationAfterARestartIsNobodysVerdict) {
  World world({.units = {{"a"}}});
  world.start(1, "a");
  world.feed(WorkerFailed{World::worker(1), false, "the application ended", ""});
  world.end(1, "a", TestStatus::failed);
  EXPECT_EQ(world.outcome("a"), Outcome::pending);
  EXPECT_EQ(world.run().tests.at(0).failures, 0);
}

TEST(RunMachine, ASilentWorkerIsAskedUntilItSaysThatItsLeaseIsOver) {
  World world({.units = {{"a"}}, .run = {.lease_lifetime = Millis{5000}}});
  const domain::Term lost = world.term_of(1);
  world.advance(Millis{6000});
  // The lease and the order to stop it were lost on the way; the agent holds nothing and does not know that anything is asked of it.
  world.feed(Heartbeat{domain::AgentId{"local"}, {}});
  ASSERT_EQ(world.effects().size(), 1U);
  EXPECT_EQ(std::get<StopLease>(world.effects().at(0)).term, lost);
  world.feed(InvocationEnded{World::worker(1), lost, true, {}, {}});
  EXPECT_NE(world.term_of(1), domain::Term{}) << "it is back and works";
}

TEST(RunMachine, TheShareOfAWorkerThatNeverCameIsTakenInTheEnd) {
  World world({.units = {{"a"}, {"b"}}, .shares = 2});
  world.pass(1, "a");
  world.exit(1);
  world.pass(1, "b");
  world.exit(1);
  EXPECT_EQ(world.run().verdict, Verdict::passed);
}

TEST(RunMachine, NoMoreWorkersHoldALeaseThanWereAskedFor) {
  World world({.units = {{"a"}, {"b"}, {"c"}}, .run = {.workers_max = 1}, .workers = 3});
  for (const char* title : {"a", "b", "c"}) {
    ASSERT_EQ(world.run().leases.size(), 1U) << title;
    world.pass(1, title);
    world.exit(1);
  }
  EXPECT_EQ(world.run().verdict, Verdict::passed);
  EXPECT_EQ(World({.units = {{"a"}, {"b"}, {"c"}}, .run = {.workers_max = 2}, .workers = 3}).run().leases.size(), 2U);
}

TEST(RunMachine, WhatHadFinishedIsNotStartedAgainInTheJournal) {
  World world({.units = {{"a", "b"}}});
  world.pass(1, "a");
  const std::size_t entries = world.journal().size();
  world.start(1, "a");  // a recovered event file tells everything from the beginning
  EXPECT_EQ(world.journal().size(), entries);
}

TEST(RunMachine, AnAgentThatIsQuietKeepsItsLeasesAndGetsNothingNew) {
  World world({.units = {{"a"}, {"b"}, {"c"}}, .workers = 2});
  world.pass(2, "b");
  world.feed(AgentAway{domain::AgentId{"local"}, "quiet", true});
  world.exit(2);
  EXPECT_EQ(world.run().leases.size(), 2U) << "a worker that answers works on";
  world.pass(2, "c");
  world.exit(2);
  EXPECT_TRUE(world.run().leases.contains(world.term_of(1))) << "the test may be running on";
  world.pass(1, "a");
  world.exit(1);
  EXPECT_EQ(world.run().verdict, Verdict::passed);
}

TEST(RunMachine, AnIdleWorkerOfAQuietAgentIsBackAtOnce) {
  World world({.units = {{"a"}}, .run = {.retries = 1}, .workers = 2});
  world.feed(AgentAway{domain::AgentId{"local"}, "quiet", true});
  EXPECT_EQ(world.run().workers.at(World::worker(2)).phase, WorkerPhase::silent);
  world.feed(AgentBack{domain::AgentId{"local"}});
  EXPECT_EQ(world.run().workers.at(World::worker(2)).phase, WorkerPhase::idle);
}

TEST(RunMachine, AnAgentThatLostItsConnectionLosesItsLeasesWithoutBlame) {
  World world({.units = {{"a"}}, .run = {.no_worker_max = Millis{60'000}}});
  const domain::Term old = world.term_of(1);
  world.start(1, "a");
  world.feed(AgentAway{domain::AgentId{"local"}, "cut off", false});
  EXPECT_TRUE(world.run().leases.empty());
  EXPECT_EQ(world.run().tests.at(0).blamed, 0);
  world.feed(AgentBack{domain::AgentId{"local"}});
  EXPECT_TRUE(world.run().leases.empty()) << "it may still be running the old lease";
  world.feed(TestEnded{World::worker(1), old, {.test = world.test("a"), .status = TestStatus::passed}});
  EXPECT_EQ(world.outcome("a"), Outcome::pending) << "a late result is recorded, never counted";
  world.feed(InvocationEnded{World::worker(1), old, false, {}, {}});
  world.pass(1, "a");
  world.exit(1);
  EXPECT_EQ(world.run().verdict, Verdict::passed);
}

TEST(RunMachine, AgentsThatOutliveTheCoordinatorKeepTheirLeases) {
  World world({.units = {{"a", "b"}}, .run = {.lease_lifetime = Millis{5000}}});
  world.pass(1, "a");
  const domain::Term term = world.term_of(1);
  world.feed(Resumed{true});
  world.advance(Millis{4000});
  EXPECT_EQ(world.term_of(1), term) << "a fresh expiry, counted from the restart";
  world.pass(1, "b");
  world.exit(1);
  EXPECT_EQ(world.run().verdict, Verdict::passed);
  EXPECT_EQ(world.run().attempts, 2) << "nothing ran again";
}

TEST(RunMachine, ARunWithoutWorkersWaitsAsLongAsItMay) {
  World world({.units = {{"a"}}, .run = {.no_worker_max = Millis{60'000}}});
  world.feed(AgentLost{domain::AgentId{"local"}, "it died"});
  world.advance(Millis{59'000});
  EXPECT_FALSE(world.run().finished);
  world.advance(Millis{2'000});
  EXPECT_EQ(world.outcome("a"), Outcome::never_ran);
  EXPECT_EQ(world.run().verdict, Verdict::incomplete);
}

}  // namespace
}  // namespace tamarack::run
