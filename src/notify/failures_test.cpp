// Flows that a wait ended, told by every renderer as failed tests are.
#include "notify/failures.h"

#include <gtest/gtest.h>

#include "notify/cloud_event.h"
#include "notify/github.h"
#include "notify/slack.h"
#include "notify/test_news.h"

namespace tamarack::notify {
namespace {

report::FlowView flow_of(const std::string& name, const std::string& outcome, const std::string& wait_outcome,
                         const std::string& message = {}) {
  report::FlowView flow{.name = name, .rule = "analysis", .outcome = outcome, .waited_ms = 30'000};
  const std::string words = wait_outcome == "timed_out" ? "timed out" : wait_outcome;
  flow.reason = "wait 'backend' " + words + (message.empty() ? "" : ": " + message);
  flow.phases = {{.name = "prepare", .outcome = "satisfied", .tests = {0}},
                 {.name = "backend", .wait = true, .outcome = wait_outcome, .message = message, .excerpt = R"({"status":"FAILED"})"},
                 {.name = "validate", .tests = {1}}};
  return flow;
}

// One flow whose backend failed, one that lost it, one whose deadline passed, one of which a test failed, and one that passed.
report::ReportView flow_view() {
  report::ReportView view = test_view(report::green_view());
  view.run.verdict = "failed";
  view.run.headline = "4 of 5 flows failed";
  view.run.planned = 5;
  view.ledger = {.passed = 1, .failed = 2, .timed_out = 1, .lost = 1};
  view.tests[0].flow = 0;
  view.tests[1].flow = 0;
  view.tests[1].outcome = "never_ran";
  report::AttemptView attempt = report::attempt_view(1, "ci-1/1", "failed", 100, 50);
  attempt.errors = {report::error_view("Error: 2 rows", "tests/report.spec.ts", 9, 1)};
  view.tests.push_back(report::test_view("t9", "tests/report.spec.ts", {"shows"}, "failed", {attempt}));
  view.tests.back().flow = 3;
  view.run.flows = {flow_of("orders", "failed", "failed", "row 7 is <no> number"),
                    flow_of("returns", "lost", "lost", "404 after it was seen"), flow_of("night", "timed_out", "timed_out"),
                    flow_of("test", "failed", "satisfied"), flow_of("good", "passed", "satisfied")};
  return view;
}

TEST(Failures, FlowsThatAWaitEndedStandBesideTestsAndAreToldOnce) {
  report::ReportView view = flow_view();
  std::string names;
  for (const Failure& one : failures_of(view)) names += name_of(one) + "|" + outcome_of(one) + "|" + error_of(one) + "\n";
  EXPECT_EQ(names,
            "tests/report.spec.ts › shows|failed|Error: 2 rows\nflow orders|failed|wait 'backend' failed: row 7 is <no> number\n"
            "flow returns|lost|wait 'backend' lost: 404 after it was seen\nflow night|timed_out|wait 'backend' timed out\n");
  view.tests.back().quarantined = true;
  const auto failures = failures_of(view);
  ASSERT_EQ(failures.size(), 5U) << "a test in quarantine does not tell of a flow that counts";
  EXPECT_FALSE(counts_against_run(failures.back())) << "what counts comes first";
  view.run.flows[3].quarantined = true;
  EXPECT_EQ(failures_of(view).size(), 4U);
}

TEST(Failures, OfAFlowAreInTheWebhook) {
  const boost::json::value event = parsed(cloud_event(flow_view(), test_news()));
  EXPECT_EQ(at(event, "/data/failures_total"), "4");
  EXPECT_EQ(at(event, "/data/failures/0/test_id"), "t9");
  EXPECT_EQ(at(event, "/data/failures/0/flow"), "(nothing)");
  EXPECT_EQ(at(event, "/data/failures/1"),
            R"({"test_id":"","name":"orders","outcome":"failed","error":"wait 'backend' failed: row 7 is <no> number","quarantined":false,)"
            R"("flow":true,"wait":"backend","wait_outcome":"failed","waited_ms":30000})");
  EXPECT_EQ(at(event, "/data/failures/3/wait_outcome"), "timed_out");
}

TEST(Failures, OfAFlowAreInTheSlackMessage) {
  const std::string lines = at(slack_message(flow_view(), test_news()), "/blocks/1/text/text");
  EXPECT_NE(
      lines.find("• `flow orders` failed: wait 'backend' failed: row 7 is &lt;no&gt; number\n"
                 "• `flow returns` lost: wait 'backend' lost: 404 after it was seen\n• `flow night` timed out: wait 'backend' timed out"),
      std::string::npos)
      << lines;
}

TEST(Failures, OfAFlowAreInTheCheckAndTheStatus) {
  const boost::json::value check = parsed(check_run(flow_view(), test_news(), "tamarack/shop").bodies[0]);
  EXPECT_EQ(at(check, "/output/annotations/1/title"), "failed: flow orders");
  EXPECT_EQ(at(check, "/output/annotations/1/path"), "cart.spec.ts") << "the test that started it";
  EXPECT_EQ(at(check, "/output/annotations/1/message"), "wait 'backend' failed: row 7 is <no> number");
  EXPECT_EQ(at(check, "/output/annotations/1/raw_details"), R"({"status":"FAILED"})");
  EXPECT_NE(at(check, "/output/summary").find("- **night** timed out: wait 'backend' timed out"), std::string::npos);
  EXPECT_EQ(at(commit_status(flow_view(), test_news(), "x"), "/description"),
            "4 of 5 flows failed: flow orders, wait 'backend' failed: row 7 is <no> number");
  EXPECT_EQ(at(commit_status(failed_view(2), test_news(), "x"), "/description"), "2 tests failed") << "tests have their own places";
}

TEST(Failures, ARunOfFlowsBeginsWithFlows) {
  report::ReportView view = flow_view();
  view.run.headline = "";
  EXPECT_EQ(at(commit_status(view, test_news(Event::run_started), "x"), "/description"), "5 flows planned");
  EXPECT_EQ(at(slack_message(view, test_news(Event::run_started)), "/blocks/0/text/text"),
            ":hourglass_flowing_sand: shop: run started, 5 flows planned");
}

}  // namespace
}  // namespace tamarack::notify
