// What may not run twice: a test that was cut off, an agent that fell silent, a lease of which nobody knows whether it arrived.
#include <gtest/gtest.h>

#include "run/flow_world.h"

namespace tamarack::run {
namespace {

using domain::Outcome;
using domain::Verdict;

TEST(Flow, ATestThatMayNotRunTwiceIsLostWhenItIsCutOff) {
  const auto once = [](domain::Plan& plan) { plan.flows[0].phases[0].never_twice = true; };
  FlowWorld world({.flows = {{"prepare:a,b", "backend", "validate:v"}}, .change = once});
  world.start(1, "a");
  world.exit(1, -1, true, 9);
  EXPECT_EQ(world.outcome("a"), Outcome::lost);
  EXPECT_TRUE(is_leased(world, "b")) << "it had not begun";
  world.pass(1, "b");
  world.exit(1);
  EXPECT_EQ(world.flow().outcome, Outcome::lost);
  EXPECT_EQ(world.run().verdict, Verdict::incomplete);
  FlowWorld silent({.flows = {three}, .run = {.lease_lifetime = Millis{5000}}, .workers = 2, .change = once});
  silent.advance(Millis{6000});
  EXPECT_EQ(silent.outcome("p"), Outcome::lost);
  EXPECT_FALSE(is_leased(silent, "p"));
  FlowWorld plain({.flows = {three}, .run = {.lease_lifetime = Millis{5000}}, .workers = 2});
  plain.advance(Millis{6000});
  EXPECT_TRUE(is_leased(plain, "p")) << "without the word, it is handed out again";
}

// Given, journaled, and then the coordinator died: whether the order was sent is not known, but the process that would have got it is.
TEST(Flow, WhatMayNotRunTwiceIsGivenAgainToTheOnlyProcessThatCouldHaveGotIt) {
  const auto once = [](domain::Plan& plan) { plan.flows[0].phases[0].never_twice = true; };
  const domain::AgentId agent{"local"};
  FlowWorld same({.flows = {three}, .change = once, .session = "s1"});
  const domain::Term term = same.term_of(1);
  same.restart(true);
  same.feed(Heartbeat{agent, {}, "s1"});
  ASSERT_EQ(same.orders<GrantLease>().size(), 1U);
  EXPECT_EQ(same.orders<GrantLease>().at(0).term, term) << "the same order: one that did arrive is known by its term";
  same.start(1, "p");
  same.restart(true);
  same.feed(Heartbeat{agent, {}, "s1"});
  EXPECT_EQ(same.outcome("p"), Outcome::lost) << "it had begun";
  for (const char* session : {"s1", ""}) {
    FlowWorld another({.flows = {three}, .change = once, .session = session});
    another.restart(true);
    another.feed(Heartbeat{agent, {}, session == std::string("s1") ? "s2" : ""});
    EXPECT_EQ(another.outcome("p"), Outcome::lost) << "the process before it may have begun";
  }
}

}  // namespace
}  // namespace tamarack::run
