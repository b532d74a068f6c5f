// Stories of flows whose code or application changed while they waited, as the reports of their tests tell it.
#include <gtest/gtest.h>

#include "domain/ledger.h"
#include "run/flow_world.h"

namespace tamarack::run {
namespace {

using domain::Outcome;
using domain::PhaseOutcome;
using domain::TestStatus;
using domain::Verdict;
using domain::WaitOutcome;

const auto drift_is_invalid = [](domain::Plan& plan) { plan.flows[0].drift_is_invalid = true; };
const std::vector<domain::Annotation> drifted{{"slow", "why"}, {"drifted", "v.ts has changed since the flow began"}};

TEST(Drift, IsToldOrInvalidAsItIsAskedFor) {
  for (const bool is_invalid : {false, true}) {
    FlowWorld world({.flows = {three}, .others = {"other"}, .change = is_invalid ? drift_is_invalid : nullptr});
    prepare(world);
    world.pass(1, "other");
    world.exit(1);
    world.conclude(1, WaitOutcome::satisfied);
    world.capture(1, "v", {}, TestStatus::passed, drifted);
    world.exit(1);
    EXPECT_EQ(world.outcome("v"), Outcome::passed) << "its tests stay what they are";
    EXPECT_EQ(world.run().verdict, is_invalid ? Verdict::invalid : Verdict::passed);
    EXPECT_EQ(world.flow().outcome, is_invalid ? Outcome::failed : Outcome::passed);
    EXPECT_EQ(world.phase(2), is_invalid ? PhaseOutcome::invalid : PhaseOutcome::satisfied);
    EXPECT_EQ(world.flow().reason, is_invalid ? "phase 'validate' is invalid: drifted: v.ts has changed since the flow began" : "");
    EXPECT_EQ(headline(world.run().ledger, world.run().circumstances),
              is_invalid ? "invalid: 1 flow drifted while it waited" : "all 2 tests and flows passed");
    struct Run folded;
    for (const Entry& entry : world.journal()) apply(folded, entry);
    EXPECT_EQ(folded.flows, world.run().flows);
    EXPECT_EQ(folded.circumstances, world.run().circumstances);
  }
}

TEST(Drift, NeitherSuccessNorFailureIsBelieved) {
  FlowWorld world({.flows = {{"prepare:p", "backend", "validate:v,w"}}, .change = drift_is_invalid});
  prepare(world);
  world.conclude(1, WaitOutcome::satisfied);
  world.capture(1, "v", {}, TestStatus::failed, drifted);
  EXPECT_FALSE(world.run().finished) << "the phase ends with its last test";
  world.capture(1, "w", {}, TestStatus::passed, {drifted[1], {"drifted", "app_version was 1, now it is 2"}});
  world.exit(1, 1);
  EXPECT_EQ(world.phase(2), PhaseOutcome::invalid);
  EXPECT_EQ(world.flow().phases[2].message,
            "drifted: v.ts has changed since the flow began; app_version was 1, now it is 2; test 'v' failed");
  EXPECT_EQ(world.run().verdict, Verdict::invalid);
  EXPECT_EQ(world.run().ledger.failed, 1) << "the flow is one entry";
}

TEST(Drift, OnlyTheLastExecutionOfATestCounts) {
  FlowWorld world({.flows = {three}, .run = {.retries = 1}, .change = drift_is_invalid});
  prepare(world);
  world.conclude(1, WaitOutcome::satisfied);
  world.capture(1, "v", {}, TestStatus::failed, drifted);
  world.exit(1, 1);
  EXPECT_FALSE(world.run().finished);
  world.capture(1, "v", {});
  world.exit(1);
  EXPECT_EQ(world.flow().outcome, Outcome::flaky) << "the file was put back meanwhile";
}

}  // namespace
}  // namespace tamarack::run
