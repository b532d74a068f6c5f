#include "report/held_back.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/example_view.h"

namespace tamarack::report {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(HeldBack, NamesTheCostliestFirst) {
  EXPECT_THAT(
      held_back(mixed_view()),
      ElementsAre("worker local/1 waited 3.1 s for lock 'db'", "starting the application took 4.2 s (2 times, 15 % of the workers' time)",
                  "the longest unit 'tests/slow.spec.ts' alone took 9.3 s of 14.0 s", "worker local/1 had nothing to do for 1.4 s",
                  "2 earlier attempts took 1.7 s before the one that counts"));
}

TEST(HeldBack, SaysNothingAboutSmallThings) {
  ReportView view = green_view();
  view.workers = {{"local/1", {{"framework_start", 0, 40, -1, ""}, {"waiting_lock", 50, 90, -1, ""}}, 0}, {"local/2", {}, 0}};
  view.units[0].duration_ms = view.units[1].duration_ms;
  EXPECT_THAT(held_back(view), IsEmpty());
}

TEST(HeldBack, OneWorkerIsNeverHeldBackByItsLongestUnit) {
  ReportView view = green_view();
  view.workers = {{"local/1", {}, 0}};
  EXPECT_THAT(held_back(view), IsEmpty());
}

TEST(HeldBack, AnEmptyRunIsNoReasonToDivideByZero) {
  EXPECT_THAT(held_back(ReportView{}), IsEmpty());
}

}  // namespace
}  // namespace tamarack::report
