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

}  // namespace
}  // namespace tamarack::run
