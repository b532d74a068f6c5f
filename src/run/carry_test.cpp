#include "run/carry.h"

#include <gtest/gtest.h>

#include "run/world.h"

namespace tamarack::run {
namespace {

using domain::Outcome;
using domain::TestStatus;
using domain::Verdict;

TEST(Carry, WhatPassedStandsAndOnlyTheRestRunsAgain) {
  World earlier({.units = {{"a", "b"}, {"c"}}});
  earlier.pass(1, "a");
  earlier.fail(1, "b");
  earlier.exit(1, 1);
  earlier.pass(1, "c");
  earlier.exit(1);
  ASSERT_EQ(earlier.run().verdict, Verdict::failed);
  const Carried carried = carry_forward(earlier.run(), earlier.run().plan);
  EXPECT_EQ(carried.tests, (std::vector<CarriedTest>{{earlier.test("a"), Outcome::passed}, {earlier.test("c"), Outcome::passed}}));
  EXPECT_TRUE(leaves_work(carried, earlier.run().plan));

  World again({.units = {{"a", "b"}, {"c"}}, .carried = carried});
  EXPECT_EQ(again.outcome("a"), Outcome::passed);
  const auto& grant = std::get<GrantLease>(again.effects().back());
  ASSERT_EQ(grant.pieces.size(), 1U);
  EXPECT_EQ(grant.pieces.front().tests, std::vector{again.test("b")});
  again.pass(1, "b");
  again.exit(1);
  EXPECT_EQ(again.run().verdict, Verdict::passed);
  EXPECT_EQ(again.run().ledger.passed, 3) << "one complete ledger";
}

TEST(Carry, ASerialUnitStandsAsAWholeOrNotAtAll) {
  World earlier({.units = {{"a", "b"}, {"c"}}, .serial = true});
  earlier.pass(1, "a");
  earlier.fail(1, "b");
  earlier.exit(1, 1);
  earlier.pass(1, "c");
  earlier.exit(1);
  EXPECT_EQ(carry_forward(earlier.run(), earlier.run().plan).tests, (std::vector<CarriedTest>{{earlier.test("c"), Outcome::passed}}));
}

TEST(Carry, ATestTheEarlierRunDidNotKnowRuns) {
  World earlier({.units = {{"a"}}});
  earlier.pass(1, "a");
  earlier.exit(1);
  const World now({.units = {{"a", "b"}}});
  const Carried carried = carry_forward(earlier.run(), now.run().plan);
  EXPECT_EQ(carried.tests, (std::vector<CarriedTest>{{now.test("a"), Outcome::passed}}));
}

TEST(Carry, ABadVerdictIsNeverCarried) {
  const World first({.units = {{"a", "b"}}});
  const World world({.units = {{"a", "b"}}, .carried = {domain::RunId{"r-0"}, {{first.test("a"), Outcome::failed}}}});
  EXPECT_EQ(world.outcome("a"), Outcome::pending);
}

TEST(Carry, TheLedgerSaysWhatDidNotRun) {
  World earlier({.units = {{"a"}, {"b"}}});
  earlier.pass(1, "a");
  World again({.units = {{"a"}, {"b"}}, .carried = {domain::RunId{"r-0"}, {{earlier.test("a"), Outcome::passed}}}});
  EXPECT_EQ(again.run().circumstances.carried, 1);
  EXPECT_EQ(carried_from({again.test("a"), Outcome::passed, carried_reason(domain::RunId{"r-0"})}).value, "r-0");
  EXPECT_EQ(carried_from({again.test("a"), Outcome::never_ran, carried_reason(domain::RunId{"r-0"})}).value, "");
  EXPECT_EQ(carried_from({again.test("a"), Outcome::passed, "stands for another reason"}).value, "");
}

TEST(Carry, NothingLeftIsSaid) {
  World earlier({.units = {{"a"}}});
  earlier.pass(1, "a");
  earlier.exit(1);
  EXPECT_FALSE(leaves_work(carry_forward(earlier.run(), earlier.run().plan), earlier.run().plan));
}

}  // namespace
}  // namespace tamarack::run
