// What a run does after the coordinator was down: who came back, with what, and how long it waits for who did not.
#include <gtest/gtest.h>

#include "run/world.h"

namespace tamarack::run {
namespace {

using domain::AgentId;
using domain::Outcome;
using domain::Verdict;

// Started again with fewer workers, in a fresh container: nobody knows its former session any more.
TEST(AfterARestart, ALeaseOfAWorkerThatDidNotComeBackIsGivenToAnother) {
  World world({.units = {{"a"}, {"b"}}, .run = {.lease_lifetime = Millis{30'000}}, .workers = 2});
  world.restart(true);
  const domain::Term kept = world.term_of(1);
  for (int beat = 1; beat <= 5; ++beat) {
    world.feed(Heartbeat{AgentId{"local"}, {kept}});
    ASSERT_EQ(world.effects().size(), 1U) << "what it does not hold is ordered again";
    world.advance(Millis{5'000});
  }
  EXPECT_NE(world.term_of(2), domain::Term{}) << "the order may still be on its way";
  world.feed(Heartbeat{AgentId{"local"}, {kept}});
  world.advance(Millis{5'000});
  EXPECT_EQ(world.term_of(2), domain::Term{});
  EXPECT_EQ(world.term_of(1), kept) << "the one it holds goes on";
  world.pass(1, "a");
  world.exit(1);
  world.pass(1, "b");
  world.exit(1);
  EXPECT_EQ(world.run().verdict, Verdict::passed);
}

TEST(AfterARestart, ARunWaitsForAgentsAsLongAsEver) {
  World world({.units = {{"a"}}, .run = {.no_worker_max = Millis{60'000}}});
  world.feed(AgentLost{AgentId{"local"}, "it died"});
  world.advance(Millis{50'000});
  world.wait(Millis{600'000});
  world.restart(true);
  world.feed(Tick{});
  EXPECT_FALSE(world.run().finished) << "while the server was down no agent could come";
  world.advance(Millis{59'000});
  EXPECT_FALSE(world.run().finished);
  world.advance(Millis{2'000});
  EXPECT_EQ(world.outcome("a"), Outcome::never_ran);
}

std::vector<std::string> disagreed(const World& world) {
  std::vector<std::string> found;
  for (const Entry& entry : world.journal())
    if (const auto* one = std::get_if<Disagreed>(&entry.record))
      found.push_back(fmt::format("{}: {} ({})", one->name, one->message, one->unit));
  return found;
}

DisagreementSeen seen(std::uint32_t term, const std::string& message) {
  return {World::worker(1), domain::Term{term}, {"framework_error", message}};
}

TEST(AfterARestart, WhatWasWrongAroundTheTestsIsNotForgotten) {
  World world({.units = {{"a", "b"}}});
  world.pass(1, "a");
  world.feed(seen(1, "an after hook failed"));
  world.restart();
  world.come(1);
  world.pass(1, "b");
  world.exit(1);
  EXPECT_EQ(disagreed(world), std::vector<std::string>{"framework_error: an after hook failed (unit-0)"});
  EXPECT_EQ(world.run().verdict, Verdict::failed);
}

TEST(AfterARestart, WhatIsSaidAgainOfALeaseCountsOnce) {
  World world({.units = {{"a"}}});
  world.feed(seen(1, "an after hook failed"));
  world.feed(seen(1, "an after hook failed"));
  world.restart(true);
  world.pass(1, "a");
  world.feed(seen(1, "an after hook failed"));
  world.feed(InvocationEnded{World::worker(1),
                             domain::Term{1U},
                             false,
                             {.exit_code = 1},
                             {{"framework_error", "an after hook failed"}, {"framework_error", "another one"}}});
  EXPECT_EQ(disagreed(world).size(), 2U);
  EXPECT_EQ(world.run().circumstances.disagreements, 2);
}

TEST(AfterARestart, WhatIsSaidOfALeaseThatIsOverCountsNoMore) {
  World world({.units = {{"a"}}, .run = {.lease_lifetime = Millis{1000}, .no_worker_max = Millis{60'000}}});
  world.advance(Millis{2000});
  world.feed(seen(1, "its machine was asleep"));
  EXPECT_TRUE(disagreed(world).empty());
  world.feed(seen(9, "nobody was given this"));
  EXPECT_EQ(world.run().refused.size(), 1U);
}

}  // namespace
}  // namespace tamarack::run
