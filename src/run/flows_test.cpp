// Stories of flows: what begins when, what a phase or a wait that ends badly means to the rest, and what is known after a restart.
#include <gtest/gtest.h>

#include "run/carry.h"
#include "run/flow_world.h"

namespace tamarack::run {
namespace {

using domain::Capture;
using domain::Outcome;
using domain::PhaseOutcome;
using domain::TestStatus;
using domain::Verdict;
using domain::WaitOutcome;

void validate(FlowWorld& world) {
  world.capture(1, "v", {});
  world.exit(1);
}

TEST(Flow, PreparesWaitsAndValidatesAsOneEntry) {
  FlowWorld world({.flows = {three}, .others = {"other"}});
  EXPECT_EQ(world.run().ledger.planned, 2) << "the flow, and the test of no flow";
  EXPECT_TRUE(is_leased(world, "p"));
  prepare(world, {{"job_id", "\"j-1\""}});
  EXPECT_TRUE(is_leased(world, "other")) << "nobody holds a worker while the flow waits";
  EXPECT_EQ(world.run().ledger.passed, 0);
  world.pass(1, "other");
  world.exit(1);
  EXPECT_TRUE(world.run().leases.empty());
  EXPECT_FALSE(world.run().finished) << "a parked run is not finished";
  world.advance(Millis{60'000});
  world.conclude(1, WaitOutcome::satisfied, {{"result", "42"}});
  ASSERT_TRUE(is_leased(world, "v"));
  const auto lease = world.orders<GrantLease>().at(0);
  const std::vector<LeaseCaptures> wanted{{{world.test("v")}, {{"job_id", "\"j-1\""}, {"result", "42"}}}};
  EXPECT_EQ(lease.captures, wanted);
  world.feed(Heartbeat{domain::AgentId{"local"}, {}});
  EXPECT_EQ(world.orders<GrantLease>().at(0).captures, wanted) << "a repeated order is the same order";
  validate(world);
  EXPECT_EQ(world.run().verdict, Verdict::passed);
  EXPECT_EQ(world.run().ledger.passed, 2);
  const FlowEnded ended = world.facts<FlowEnded>().at(0);
  EXPECT_EQ(ended.active, Millis{400});
  EXPECT_EQ(ended.waited, Millis{60'000});
}

// Half of the guessed work would be held back to even out the end; but the end is not now: as many validates are still to come.
TEST(Flow, WhatWaitsBringLaterMakesTheChunksOfNowLarger) {
  FlowWorld world({.flows = {{"a:p1", "b", "c:v1"}, {"a:p2", "b", "c:v2"}, {"a:p3", "b", "c:v3"}, {"a:p4", "b", "c:v4"}}, .workers = 2});
  EXPECT_EQ(world.run().later, Millis{4'000});
  ASSERT_EQ(world.run().leases.size(), 2U);
  for (const auto& [term, lease] : world.run().leases) EXPECT_EQ(lease.pieces.size(), 2U) << "of four, on two workers";
  for (const char* title : {"p1", "p2"}) world.capture(1, title, {}, TestStatus::failed);
  world.exit(1);
  EXPECT_EQ(world.run().later, Millis{2'000}) << "what their flows had before them comes no more";
}

TEST(Flow, OrdersItsWaitWithWhatWasCaptured) {
  FlowWorld world({.flows = {three}, .run = {.lease_lifetime = Millis{900'000}}, .change = [](domain::Plan& plan) {
                     plan.given = {{"base", "\"http://a\""}, {"job_id", "\"old\""}};
                     plan.flows[0].limit = Millis{600'000};
                     plan.flows[0].phases[1].limit = Millis{60'000};
                   }});
  world.advance(Millis{580'000});
  world.capture(1, "p", {{"job_id", "\"a\""}, {"job_id", "\"b\""}});
  const auto orders = world.orders<BeginWait>();
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].captures, (std::vector<Capture>{{"base", "\"http://a\""}, {"job_id", "\"b\""}})) << "the last of a name counts";
  EXPECT_EQ(orders[0].limit, Millis{20'000}) << "what is left of the flow's own limit is less";
}

TEST(Flow, AWaitThatWasSatisfiedInTimeLetsTheRestRunHoweverLate) {
  FlowWorld world({.flows = {three}, .change = [](domain::Plan& plan) { plan.flows[0].limit = Millis{60'000}; }});
  prepare(world);
  world.feed(AgentAway{domain::AgentId{"local"}, "quiet", true});
  world.conclude(1, WaitOutcome::satisfied);
  world.advance(Millis{3'600'000});
  world.feed(AgentBack{domain::AgentId{"local"}});
  validate(world);
  EXPECT_EQ(world.run().verdict, Verdict::passed);
}

TEST(Flow, WhoseLimitPassedBeforeAWaitBeganIsTimedOut) {
  FlowWorld world({.flows = {three}, .run = {.lease_lifetime = Millis{600'000}}, .change = [](domain::Plan& plan) {
                     plan.flows[0].limit = Millis{60'000};
                   }});
  world.advance(Millis{61'000});
  prepare(world);
  EXPECT_TRUE(world.orders<BeginWait>().empty());
  EXPECT_EQ(world.flow().outcome, Outcome::timed_out);
  EXPECT_EQ(world.outcome("v"), Outcome::never_ran);
  EXPECT_EQ(world.run().verdict, Verdict::timed_out);
  EXPECT_EQ(world.flow().reason, "wait 'backend' timed out: the flow's limit of 1 m 00 s had passed before it began");
}

struct WaitEnds {
  WaitOutcome wait;
  Outcome flow;
  Verdict verdict;
  const char* said;
};
class FlowWhoseWait : public testing::TestWithParam<WaitEnds> {};

TEST_P(FlowWhoseWait, EndsSoEndsSo) {
  FlowWorld world({.flows = {three}, .others = {"other"}});
  prepare(world);
  world.pass(1, "other");
  world.exit(1);
  world.conclude(1, GetParam().wait, {}, "the backend's own words");
  EXPECT_EQ(world.flow().outcome, GetParam().flow);
  EXPECT_EQ(world.run().verdict, GetParam().verdict);
  EXPECT_EQ(world.outcome("p"), Outcome::passed) << "its tests stay what they are";
  EXPECT_EQ(world.outcome("v"), Outcome::never_ran);
  EXPECT_EQ(world.run().ledger.never_ran, 0) << "and count for nothing";
  EXPECT_EQ(world.run().ledger.settled(), 2);
  const auto settled = world.facts<TestSettled>();
  ASSERT_EQ(settled.size(), 1U);
  EXPECT_EQ(settled[0].reason, std::string("flow 'flow-0': wait 'backend' ") + GetParam().said + ": the backend's own words");
}

INSTANTIATE_TEST_SUITE_P(Each, FlowWhoseWait,
                         testing::Values(WaitEnds{WaitOutcome::failed, Outcome::failed, Verdict::failed, "failed"},
                                         WaitEnds{WaitOutcome::timed_out, Outcome::timed_out, Verdict::timed_out, "timed out"},
                                         WaitEnds{WaitOutcome::lost, Outcome::lost, Verdict::incomplete, "was lost"},
                                         WaitEnds{WaitOutcome::cancelled, Outcome::cancelled, Verdict::incomplete, "was cancelled"},
                                         WaitEnds{WaitOutcome::invalid, Outcome::failed, Verdict::invalid, "is invalid"}),
                         [](const auto& one) { return std::string(to_string(one.param.wait)); });

TEST(Flow, WhatIsSaidTwiceOfAWaitCountsOnce) {
  FlowWorld world({.flows = {three}});
  prepare(world);
  world.conclude(1, WaitOutcome::satisfied, {{"result", "1"}});
  const std::size_t entries = world.journal().size();
  world.conclude(1, WaitOutcome::failed, {{"result", "2"}});
  world.conclude(0, WaitOutcome::failed);
  world.conclude(7, WaitOutcome::failed);
  world.conclude(1, WaitOutcome::failed, {}, "", 9);
  EXPECT_EQ(world.journal().size(), entries);
  validate(world);
  EXPECT_EQ(world.run().verdict, Verdict::passed);
}

TEST(Flow, WithoutTheCaptureItWasMadeForIsInvalid) {
  const auto wish = [](domain::Plan& plan) { plan.flows[0].phases[0].captures = {{"job_id", "string"}}; };
  FlowWorld typo({.flows = {three}, .change = wish});
  prepare(typo, {{"jobId", "\"j-1\""}});
  EXPECT_EQ(typo.phase(0), PhaseOutcome::invalid);
  EXPECT_TRUE(typo.orders<BeginWait>().empty()) << "nothing is waited for";
  EXPECT_EQ(typo.run().verdict, Verdict::invalid);
  EXPECT_EQ(typo.flow().reason,
            "phase 'prepare' is invalid: expected its tests to capture 'job_id' (string), captured was only 'jobId' (string)");
  FlowWorld number({.flows = {three}, .change = wish});
  prepare(number, {{"job_id", "17"}});
  EXPECT_EQ(number.run().verdict, Verdict::invalid);
  EXPECT_EQ(number.flow().reason, "phase 'prepare' is invalid: expected its tests to capture 'job_id' (string), got number 17");
  EXPECT_EQ(number.run().ledger.failed, 1);
}

TEST(Flow, ATestThatWasSkippedSkipsItsFlow) {
  FlowWorld world({.flows = {three}, .others = {"other"}});
  world.capture(1, "p", {}, TestStatus::skipped);
  world.exit(1);
  EXPECT_EQ(world.flow().outcome, Outcome::skipped);
  EXPECT_EQ(world.outcome("v"), Outcome::skipped);
  world.pass(1, "other");
  world.exit(1);
  EXPECT_EQ(world.run().verdict, Verdict::passed);
}

TEST(Flow, WhosePreparationFailsDoesNotWait) {
  FlowWorld world({.flows = {{"prepare:a,b", "backend", "validate:v"}}});
  world.fail(1, "a");
  EXPECT_EQ(world.flow().outcome, Outcome::pending) << "a phase ends when all of its tests have";
  world.pass(1, "b");
  world.exit(1, 1);
  EXPECT_EQ(world.flow().outcome, Outcome::failed);
  EXPECT_EQ(world.flow().reason, "phase 'prepare': test 'a' failed");
  EXPECT_EQ(world.run().ledger.failed, 1);
  EXPECT_EQ(world.run().verdict, Verdict::failed);
}

TEST(Flow, RetriesByPhaseAndNeverPreparesAgain) {
  FlowWorld world({.flows = {three}, .run = {.retries = 2}, .change = [](domain::Plan& plan) {
                     plan.flows[0].phases[0].retries = 0;
                     plan.flows[0].phases[2].retries = 1;
                   }});
  prepare(world);
  world.conclude(1, WaitOutcome::satisfied);
  world.fail(1, "v");
  world.exit(1, 1);
  EXPECT_TRUE(is_leased(world, "v"));
  EXPECT_FALSE(is_leased(world, "p"));
  world.pass(1, "v");
  world.exit(1);
  EXPECT_EQ(world.flow().outcome, Outcome::flaky);
  EXPECT_EQ(world.run().ledger.flaky, 1);
  FlowWorld strict({.flows = {three}, .run = {.retries = 2}, .change = [](domain::Plan& plan) { plan.flows[0].phases[0].retries = 0; }});
  strict.fail(1, "p");
  EXPECT_EQ(strict.outcome("p"), Outcome::failed);
}

TEST(Flow, OnlyTheCapturesOfTheLastExecutionOfATestCount) {
  FlowWorld world({.flows = {three}, .run = {.retries = 1}});
  world.capture(1, "p", {{"job_id", "1"}, {"half", "true"}}, TestStatus::failed);
  world.exit(1, 1);
  world.capture(1, "p", {{"job_id", "2"}});
  EXPECT_EQ(world.orders<BeginWait>().at(0).captures, (std::vector<Capture>{{"job_id", "2"}}));
}

TEST(Flow, FailFastCountsFlowsAndDropsWhatIsParked) {
  FlowWorld world({.flows = {three, {"prepare:q", "queue", "validate:w"}}, .others = {"other"}, .run = {.fail_fast = 1}});
  prepare(world);
  world.pass(1, "q");
  world.exit(1);
  EXPECT_TRUE(is_leased(world, "other"));
  world.conclude(1, WaitOutcome::failed);
  EXPECT_EQ(world.run().stopping, StopCause::fail_fast);
  EXPECT_EQ(world.orders<DropWait>().at(0).flow, 1);
  EXPECT_EQ(world.flow(1).outcome, Outcome::cancelled);
  EXPECT_EQ(world.flow(1).reason, "it waited for 'queue': the run was stopped (fail_fast)");
  world.exit(1, 130);
  EXPECT_EQ(world.run().verdict, Verdict::failed);
}

TEST(Flow, AStopEndsFlowsByTheRulesOfTests) {
  const FlowWorldOptions two{.flows = {three, {"prepare:q", "queue", "validate:w"}}, .run = {.timeout = Millis{60'000}}};
  FlowWorld user(two);
  prepare(user);
  user.feed(StopAsked{StopCause::user, "interrupted"});
  EXPECT_EQ(user.flow(0).outcome, Outcome::cancelled);
  user.exit(1, 130);
  EXPECT_EQ(user.flow(1).outcome, Outcome::never_ran) << "it had not begun";
  EXPECT_EQ(user.run().verdict, Verdict::cancelled);
  EXPECT_EQ(user.run().ledger.settled(), 2);
  FlowWorld late(two);
  prepare(late);
  late.pass(1, "q");
  late.exit(1);
  late.advance(Millis{61'000});
  EXPECT_EQ(late.flow(0).outcome, Outcome::timed_out);
  EXPECT_EQ(late.run().verdict, Verdict::timed_out);
  FlowWorld between(two);
  between.start(1, "p");
  between.feed(StopAsked{StopCause::user, "interrupted"});
  between.end(1, "p", TestStatus::passed);
  EXPECT_TRUE(between.orders<BeginWait>().empty()) << "nothing begins any more";
  EXPECT_EQ(between.flow(0).outcome, Outcome::cancelled);
}

TEST(Flow, ARestartGoesOnWhereItWas) {
  FlowWorld world({.flows = {three}});
  prepare(world, {{"job_id", "7"}});
  world.restart();
  ASSERT_EQ(world.orders<BeginWait>().size(), 1U) << "the order may have been lost with the old process";
  EXPECT_EQ(world.orders<BeginWait>()[0].captures, (std::vector<Capture>{{"job_id", "7"}}));
  world.conclude(1, WaitOutcome::satisfied, {{"result", "1"}});
  world.restart();
  EXPECT_TRUE(world.orders<BeginWait>().empty());
  world.conclude(1, WaitOutcome::satisfied, {{"result", "1"}});
  world.come(1);
  validate(world);
  EXPECT_EQ(world.run().verdict, Verdict::passed);
  EXPECT_EQ(world.run().attempts, 2) << "nothing ran again";
}

TEST(Flow, PatienceForWorkersBeginsWhenThereIsWork) {
  FlowWorld world({.flows = {three}, .run = {.no_worker_max = Millis{60'000}}});
  prepare(world);
  world.feed(AgentLost{domain::AgentId{"local"}, "it went home"});
  world.advance(Millis{3'600'000});
  EXPECT_FALSE(world.run().finished) << "nobody is missed";
  world.conclude(1, WaitOutcome::satisfied);
  world.advance(Millis{59'000});
  EXPECT_FALSE(world.run().finished);
  world.advance(Millis{2'000});
  EXPECT_EQ(world.outcome("v"), Outcome::never_ran);
  EXPECT_EQ(world.run().verdict, Verdict::incomplete);
}

TEST(Flow, WithoutWorkersForGoodParkedFlowsEndToo) {
  FlowWorld world({.flows = {three}});
  prepare(world);
  world.feed(AgentLost{domain::AgentId{"local"}, "it died"});
  EXPECT_EQ(world.orders<DropWait>().size(), 1U);
  EXPECT_EQ(world.flow().outcome, Outcome::never_ran);
  EXPECT_EQ(world.run().verdict, Verdict::incomplete);
}

TEST(Flow, ParallelPhasesJoin) {
  const auto parallel = [](domain::Plan& plan) {
    plan.flows[0].phases[1].needs = {};
    plan.flows[0].phases[2].needs = {};
    plan.flows[0].phases[3].needs = {0, 1, 2};
  };
  const std::vector<std::string> phases{"one:a", "two:b", "approval", "last:c"};
  FlowWorld world({.flows = {phases}, .workers = 2, .change = parallel});
  EXPECT_TRUE(is_leased(world, "a"));
  EXPECT_TRUE(is_leased(world, "b"));
  world.pass(1, "a");
  world.exit(1);
  world.conclude(2, WaitOutcome::satisfied);
  EXPECT_FALSE(is_leased(world, "c"));
  world.pass(2, "b");
  EXPECT_TRUE(is_leased(world, "c"));
  FlowWorld bad({.flows = {phases}, .workers = 2, .change = parallel});
  bad.start(2, "b");
  bad.fail(1, "a");
  EXPECT_EQ(bad.flow().outcome, Outcome::failed);
  EXPECT_EQ(bad.orders<DropWait>().size(), 1U);
  bad.exit(1, 1);
  EXPECT_FALSE(bad.run().finished) << "a lease is live";
  bad.exit(2, -1, true, 9);
  EXPECT_EQ(bad.outcome("b"), Outcome::cancelled);
  EXPECT_EQ(bad.run().verdict, Verdict::failed);
  EXPECT_EQ(bad.run().ledger.settled(), 1);
}

TEST(Flow, WhoseEndCutsOffTheRetryOfAChainLeavesNothingOfItInTheQueue) {
  FlowWorld world(
      {.flows = {{"one:a,b", "two:c"}}, .others = {"other"}, .run = {.retries = 1}, .workers = 2, .change = [](domain::Plan& plan) {
         plan.flows[0].phases[1].needs = {};
         plan.flows[0].phases[1].retries = 0;
         plan.units[0].serial = plan.tests[0].serial = plan.tests[1].serial = true;
       }});
  world.pass(1, "a");
  world.fail(1, "b");
  world.feed(WorkerFailed{World::worker(1), true, "the application ended", ""});
  ASSERT_EQ(world.run().queue.waiting.front().tests.size(), 2U) << "a waits to run again before b";
  world.fail(2, "c");
  EXPECT_EQ(world.outcome("b"), Outcome::failed);
  EXPECT_FALSE(is_leased(world, "a"));
  world.exit(2, 1);
  ASSERT_TRUE(is_leased(world, "other"));
  EXPECT_FALSE(is_leased(world, "a"));
}

TEST(Flow, WhatComesAfterAUnitOfAFlowWaitsForIt) {
  FlowWorld world(
      {.flows = {three}, .others = {"other"}, .change = [](domain::Plan& plan) { plan.units[2].after = {domain::UnitIndex{1U}}; }});
  prepare(world);
  EXPECT_FALSE(is_leased(world, "other"));
  EXPECT_EQ(world.outcome("other"), Outcome::pending) << "that is no deadlock";
  world.conclude(1, WaitOutcome::failed);
  EXPECT_TRUE(is_leased(world, "other"));
}

TEST(Flow, IsExcusedWhenOnlyTestsInQuarantineFailed) {
  const FlowWorldOptions plain{.flows = {three}, .others = {"other"}};
  FlowWorldOptions options = plain;
  options.run.quarantined = {flow_plan(plain).tests[0].id.value};
  FlowWorld world(options);
  world.fail(1, "p");
  world.exit(1, 1);
  world.pass(1, "other");
  world.exit(1);
  EXPECT_EQ(world.run().circumstances.quarantined_bad, 1);
  EXPECT_EQ(world.run().verdict, Verdict::passed);
  FlowWorld waiting(options);
  prepare(waiting);
  waiting.conclude(1, WaitOutcome::failed);
  EXPECT_EQ(waiting.run().circumstances.quarantined_bad, 0) << "a backend that fails is not in quarantine";
}

TEST(Flow, IsCarriedAsAWholeOrNotAtAll) {
  const FlowWorldOptions options{.flows = {three, {"prepare:q", "queue", "validate:w"}}, .others = {"other"}};
  FlowWorld earlier(options);
  prepare(earlier);
  earlier.pass(1, "q");
  earlier.exit(1);
  earlier.fail(1, "other");
  earlier.exit(1, 1);
  earlier.conclude(1, WaitOutcome::satisfied);
  validate(earlier);
  earlier.conclude(1, WaitOutcome::failed, {}, "", 1);
  ASSERT_TRUE(earlier.run().finished);
  const Carried carried = carry_forward(earlier.run(), earlier.run().plan);
  EXPECT_EQ(carried.flows, (std::vector<CarriedFlow>{{0, Outcome::passed}}));
  EXPECT_EQ(carried.tests, (std::vector<CarriedTest>{{earlier.test("p"), Outcome::passed}, {earlier.test("v"), Outcome::passed}}));
  FlowWorldOptions again = options;
  again.carried = carried;
  FlowWorld world(again);
  EXPECT_EQ(world.run().circumstances.carried, 1);
  EXPECT_EQ(world.flow(0).outcome, Outcome::passed);
  EXPECT_TRUE(is_leased(world, "q")) << "what had passed of a flow that failed runs again";
  domain::Plan other = earlier.run().plan;
  other.flows[0].phases[1].wish = "{\"timeout_ms\":1}";
  EXPECT_TRUE(carry_forward(earlier.run(), other).flows.empty());
}

TEST(Flow, FoldsToTheSameRun) {
  FlowWorld world({.flows = {three, {"prepare:q", "queue", "validate:w"}}, .others = {"other"}});
  prepare(world, {{"job_id", "1"}});
  world.pass(1, "q");
  world.exit(1);
  world.conclude(1, WaitOutcome::lost, {}, "no heartbeat", 1);
  world.conclude(1, WaitOutcome::satisfied, {{"x", "1"}});
  struct Run folded;
  for (const Entry& entry : world.journal()) apply(folded, entry);
  EXPECT_EQ(folded.flows, world.run().flows);
  EXPECT_EQ(folded.tests, world.run().tests);
  EXPECT_EQ(folded.ledger, world.run().ledger);
  EXPECT_EQ(folded.queue, world.run().queue);
  EXPECT_EQ(folded.waits_open, world.run().waits_open);
}

TEST(Flow, WaitsAreCalledByTheirPlace) {
  EXPECT_EQ(wait_id_of(domain::RunId{"r-20261121-3f9a"}, 3, 1).value, "r-20261121-3f9a-3-1");
}

}  // namespace
}  // namespace tamarack::run
