// A skip is a verdict only when no further try of the same test can come.
#include <gtest/gtest.h>

#include "run/world.h"

namespace tamarack::run {
namespace {

using domain::Outcome;
using domain::TestStatus;
using domain::Verdict;

// A describe whose beforeAll failed once, or a serial group: the first try passes over what the second one runs.
TEST(Skip, OfATestThatIsTriedAgainDecidesNothing) {
  World world({.units = {{"a", "b", "c"}}});
  world.end(1, "a", TestStatus::failed, 0, false);
  world.end(1, "b", TestStatus::skipped, 0, false);
  world.end(1, "c", TestStatus::skipped, 0, false);
  EXPECT_EQ(world.outcome("b"), Outcome::pending);
  world.end(1, "a", TestStatus::passed, 1);
  world.end(1, "b", TestStatus::passed, 1);
  world.end(1, "c", TestStatus::failed, 1);
  world.exit(1, 1);
  EXPECT_EQ(world.outcome("c"), Outcome::failed);
  EXPECT_EQ(world.run().verdict, Verdict::failed);
  EXPECT_EQ(world.run().ledger.failed, 1);
  EXPECT_EQ(world.run().ledger.skipped, 0);
}

TEST(Skip, WhoseFurtherTryNeverCameIsNoVerdict) {
  World world({.units = {{"a", "b"}}});
  world.pass(1, "a");
  world.end(1, "b", TestStatus::skipped, 0, false);
  world.exit(1);
  EXPECT_EQ(world.outcome("b"), Outcome::pending) << "it goes again";
  for (int i = 0; i < 2; ++i) {
    world.end(1, "b", TestStatus::skipped, 0, false);
    world.exit(1);
  }
  EXPECT_EQ(world.outcome("b"), Outcome::never_ran);
  EXPECT_EQ(world.run().verdict, Verdict::incomplete);
}

TEST(Skip, WhichIsFinalIsOne) {
  World world({.units = {{"a", "b"}}});
  world.end(1, "a", TestStatus::skipped);
  world.pass(1, "b");
  world.exit(1);
  EXPECT_EQ(world.outcome("a"), Outcome::skipped);
  EXPECT_EQ(world.run().verdict, Verdict::passed);
}

}  // namespace
}  // namespace tamarack::run
