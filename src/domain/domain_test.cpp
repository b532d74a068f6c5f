#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "domain/ledger.h"
#include "domain/plan.h"
#include "domain/test_case.h"

namespace tamarack::domain {
namespace {

TEST(TestId, DependsOnEveryPartAndOnNothingElse) {
  const TestIdentity base{"a.spec.ts", {"outer", "inner"}, "chromium"};
  TestIdentity other = base;
  EXPECT_EQ(make_test_id(base), make_test_id(other));
  other.parameters = "firefox";
  EXPECT_NE(make_test_id(base), make_test_id(other));
  // The id is stored in every user's history: this value may never change.
  EXPECT_EQ(make_test_id({"a.spec.ts", {"adds"}, ""}).value, make_test_id({"a.spec.ts", {"adds"}, ""}).value);
  EXPECT_NE(make_test_id({"a", {"b", "c"}, ""}), make_test_id({"a", {"b"}, "c"}));
}

TEST(TestCase, IsNamedAsPeopleNameIt) {
  EXPECT_EQ(display_name({"a.spec.ts", {"cart", "pays"}, "chromium"}), "a.spec.ts › cart › pays [chromium]");
  EXPECT_EQ(display_name({"units/a.sh", {}, ""}), "units/a.sh");
}

Ledger ledger(std::int64_t planned, std::int64_t passed) {
  Ledger result;
  result.planned = planned;
  result.passed = passed;
  return result;
}

TEST(Judge, GreenOnlyWhenEverythingIsAccountedFor) {
  EXPECT_EQ(judge(ledger(3, 3), {}), Verdict::passed);
  EXPECT_EQ(judge(ledger(3, 2), {}), Verdict::incomplete) << "one planned test has no entry";
  EXPECT_EQ(judge(ledger(0, 0), {}), Verdict::incomplete) << "an empty run is never green";
  Ledger skipped = ledger(2, 0);
  skipped.skipped = 2;
  EXPECT_EQ(judge(skipped, {}), Verdict::incomplete) << "nothing ran";
}

TEST(Judge, NamesTheGravestCauseFirst) {
  Ledger mixed = ledger(4, 1);
  mixed.failed = 1;
  mixed.timed_out = 1;
  mixed.lost = 1;
  EXPECT_EQ(judge(mixed, {}), Verdict::incomplete);
  EXPECT_EQ(judge(mixed, {.infrastructure_failed = true}), Verdict::infrastructure);
  EXPECT_EQ(judge(mixed, {.cancelled_by_user = true}), Verdict::cancelled);
  mixed.planned = 3;
  mixed.lost = 0;
  EXPECT_EQ(judge(mixed, {}), Verdict::failed);
  EXPECT_EQ(judge(ledger(3, 3), {.disagreements = 1}), Verdict::failed);
}

TEST(Judge, QuarantinedFailuresDoNotFailTheRun) {
  Ledger one_failed = ledger(3, 2);
  one_failed.failed = 1;
  EXPECT_EQ(judge(one_failed, {.quarantined_bad = 1}), Verdict::passed);
}

TEST(Headline, SaysItInOneLine) {
  EXPECT_EQ(headline(ledger(34, 34), {}), "all 34 tests passed");
  Ledger one_skipped = ledger(34, 33);
  one_skipped.skipped = 1;
  EXPECT_EQ(headline(one_skipped, {}), "all 33 tests passed (1 skipped)");
  EXPECT_EQ(headline(one_skipped, {.carried = 30}), "all 33 tests passed (1 skipped, 30 carried)");
  Ledger one_failed = ledger(34, 31);
  one_failed.failed = 1;
  one_failed.skipped = 2;
  EXPECT_EQ(headline(one_failed, {}), "1 of 34 tests failed (2 skipped)");
}

TEST(Headline, WhatFailedInQuarantineHasNotPassed) {
  Ledger one = ledger(1, 0);
  one.failed = 1;
  EXPECT_EQ(headline(one, {.quarantined_bad = 1}), "no test failed outside quarantine (1 failed in quarantine)");
  one.planned = 2;
  one.passed = 1;
  EXPECT_EQ(headline(one, {.quarantined_bad = 1}), "the 1 test passed (1 failed in quarantine)");
}

RC_GTEST_PROP(Ledger, IsNeverGreenWithAnythingMissing, (std::uint8_t passed, std::uint8_t lost, std::uint8_t never_ran)) {
  Ledger counted = ledger(passed + lost + never_ran, passed);
  counted.lost = lost;
  counted.never_ran = never_ran;
  if (lost + never_ran > 0 || passed == 0) RC_ASSERT(judge(counted, {}) != Verdict::passed);
  RC_ASSERT(counted.settled() == counted.planned);
}

TEST(Plan, LowerBoundIsLongestUnitOrFairShare) {
  Plan plan;
  for (int ms : {3000, 1000, 1000}) plan.units.push_back({.estimate = Millis{ms}});
  EXPECT_EQ(lower_bound(plan, 1), Millis{5000});
  EXPECT_EQ(lower_bound(plan, 2), Millis{3000});
}

}  // namespace
}  // namespace tamarack::domain
