#include "plan/plan_text.h"

#include <gtest/gtest.h>

#include "plan/suite_builder.h"
#include "tests/golden/golden.h"

namespace tamarack::plan {
namespace {

domain::Discovery shop() {
  std::vector<SuiteTest> tests;
  for (int i = 0; i < 6; ++i) tests.push_back({.name = "checkout.spec.ts › guest › pays " + std::to_string(i) + " [chromium]"});
  tests.push_back({.name = "checkout.spec.ts › member › books [chromium]", .group = "m", .serial = true});
  tests.push_back({.name = "checkout.spec.ts › member › cancels [chromium]", .group = "m", .serial = true});
  tests.push_back({.name = "admin/users.spec.ts › lists", .tags = {"db"}, .group = "file"});
  tests.push_back({.name = "admin/users.spec.ts › deletes", .tags = {"db"}, .group = "file"});
  tests.push_back({.name = "setup.spec.ts › signs in"});
  return suite(tests);
}

domain::History some_history() {
  domain::History history;
  for (int i = 0; i < 6; ++i)
    remember(history, "checkout.spec.ts › guest › pays " + std::to_string(i) + " [chromium]", {2000 + 100 * i, 2100});
  remember(history, "checkout.spec.ts › member › books [chromium]", {5200});
  remember(history, "admin/users.spec.ts › lists", {7000});
  remember(history, "setup.spec.ts › signs in", {900});
  history.app_starts = {Millis{2500}};
  history.framework_starts = {Millis{1200}};
  return history;
}

std::string text_of(const domain::History& history, PlanOptions options, const PlanTextOptions& text_options) {
  const auto plan = make_plan(shop(), history, options).value();
  return plan_text(plan, explain_estimates(plan, history, options), what_if(shop(), history, options, 12, factoring).value(), text_options);
}

const Rules rules{.locks = {{.name = "db", .tag = "db"}}, .order = {{.before = "setup.spec.ts", .after = "checkout.spec.ts"}}};

TEST(PlanText, ShowsOrderPriceReasonAndWhatMoreWorkersWouldTake) {
  EXPECT_TRUE(matches_golden("plan_known.txt", text_of(some_history(), {.rules = rules, .workers = 2}, {.target = Millis{21'000}})));
}

TEST(PlanText, SaysThatAFirstRunGuesses) {
  EXPECT_TRUE(matches_golden(
      "plan_first_run.txt",
      text_of({}, {.policy = domain::Policy::timing, .workers = 2, .spec_bytes = {{"checkout.spec.ts", 9000}, {"setup.spec.ts", 600}}},
              {.units_max = 3, .target = Millis{100}})));
}

TEST(PlanText, ShowsFlowsWithTheirWaits) {
  std::vector<SuiteTest> tests{{.name = "quick.spec.ts › looks"}};
  for (const char* block : {"report", "export"}) {
    tests.push_back({.name = std::string("jobs.spec.ts › ") + block + " › asks [chromium]", .tags = {"prepare"}});
    tests.push_back({.name = std::string("jobs.spec.ts › ") + block + " › sees [chromium]", .tags = {"validate"}});
    tests.push_back({.name = std::string("jobs.spec.ts › ") + block + " › downloads [chromium]", .tags = {"validate"}});
  }
  const PlanOptions options{
      .rules = {.flows = {{.name = "analysis",
                           .limit = Millis{1'800'000},
                           .phases = {{.name = "prepare", .tag = "prepare"},
                                      {.name = "backend", .wish = "{}", .needs = {0}},
                                      {.name = "approval", .wish = "{}", .needs = {0}},
                                      {.name = "validate", .tag = "validate", .needs = {1, 2}, .limit = Millis{60'000}}}}}},
      .workers = 2,
      .expected_waits = {{"analysis/backend", Millis{95'000}}}};
  const auto plan = make_plan(suite(tests), {}, options).value();
  const auto predictions = what_if(suite(tests), {}, options, 2, factoring).value();
  EXPECT_TRUE(matches_golden(
      "plan_flows.txt", plan_text(plan, explain_estimates(plan, {}, options), predictions, {.expected_waits = options.expected_waits})));
}

}  // namespace
}  // namespace tamarack::plan
