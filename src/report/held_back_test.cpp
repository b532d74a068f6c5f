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

FlowView parked(const std::string& name, std::int64_t from, std::int64_t length, const std::string& outcome = "satisfied") {
  return {.name = name, .phases = {{.name = "backend", .wait = true, .outcome = outcome, .started_ms = from, .duration_ms = length}}};
}

ReportView flow_view(std::vector<SpanView> spans) {
  ReportView view;
  view.run.wall_ms = 40'000;
  view.workers = {{"local/1", std::move(spans), 0}};
  return view;
}

TEST(HeldBack, AFlowThatNothingElseRunsBesideIsNamed) {
  ReportView view = flow_view({{"test", 0, 5'000, 0, ""}, {"test", 35'000, 40'000, 1, ""}});
  view.run.flows = {parked("orders", 5'000, 30'000), parked("never begun", 0, 0, "")};
  EXPECT_THAT(held_back(view),
              ElementsAre("for 30.0 s there was nothing to do but wait: flow 'orders' waited 30.0 s for 'backend'; no worker was held"));
  view.run.flows.push_back(parked("goes on", 36'000, 0, "open"));
  view.run.wall_ms = 45'000;
  EXPECT_THAT(held_back(view), ElementsAre("for 35.0 s there was nothing to do but wait: the last flow 'goes on' has waited 9.0 s for "
                                           "'backend'; no worker was held"));
}

TEST(HeldBack, WaitsAtTheSameTimeCostItOnceAndOnlyWhileNobodyWorks) {
  ReportView view = flow_view({{"test", 0, 4'000, 0, ""}, {"idle", 4'000, 9'000, -1, ""}, {"test", 20'000, 25'000, 1, ""}});
  for (std::int64_t i = 0; i < 4; ++i) view.run.flows.push_back(parked("flow-" + std::to_string(i), 1'000 * i, 30'000));
  EXPECT_THAT(held_back(view),
              ::testing::Contains("for 24.0 s there was nothing to do but wait: the last flow 'flow-3' waited 30.0 s for 'backend'; no "
                                  "worker was held"));
}

TEST(HeldBack, AWaitBesideOtherWorkIsNotWorthAWord) {
  ReportView view = flow_view({{"test", 0, 40'000, 0, ""}});
  view.run.flows = {parked("orders", 5'000, 30'000)};
  EXPECT_THAT(held_back(view), IsEmpty());
}

TEST(HeldBack, AnEmptyRunIsNoReasonToDivideByZero) {
  EXPECT_THAT(held_back(ReportView{}), IsEmpty());
}

}  // namespace
}  // namespace tamarack::report
