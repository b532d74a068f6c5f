// A journal with flows, in every output: one entry each, its tests listed but not counted.
#include <gtest/gtest.h>

#include <pugixml.hpp>

#include "report/build_view.h"
#include "report/ctrf.h"
#include "report/github.h"
#include "report/junit.h"
#include "report/markdown.h"
#include "report/summary.h"
#include "report/view_query.h"
#include "run/flow_world.h"

namespace tamarack::report {
namespace {

using domain::WaitOutcome;

// flow-0 passes after a minute, flow-1's backend fails, flow-2's validation does; 'other' is of no flow.
class FlowReport : public testing::Test {
 protected:
  FlowReport()
      : world_(
            {.flows = {{"prepare:p", "backend", "validate:v"}, {"prepare:q", "queue", "validate:w"}, {"prepare:r", "night", "validate:x"}},
             .others = {"other"},
             .change = [](domain::Plan& plan) {
               for (domain::Flow& flow : plan.flows) flow.rule = "analysis";
               for (domain::TestCase& test : plan.tests) test.identity.spec = "report.spec.ts";
             }}) {
    for (const char* test : {"p", "q", "r", "other"}) {
      world_.capture(1, test, {});
      world_.exit(1);
    }
    world_.advance(Millis{60'000});
    world_.conclude(1, WaitOutcome::failed, {}, "status FAILED: no rows <in> table", 1);
    world_.conclude(1, WaitOutcome::satisfied, {}, "", 0);
    world_.capture(1, "v", {});
    world_.exit(1);
    world_.conclude(1, WaitOutcome::satisfied, {}, "", 2);
    world_.start(1, "x");
    domain::TestReport bad{.test = world_.test("x"), .status = domain::TestStatus::failed, .duration = Millis{300}};
    bad.errors = {{.message = "expected 3 rows, got 2", .file = "report.spec.ts", .line = 9}};
    world_.feed(run::TestEnded{run::World::worker(1), world_.term_of(1), bad});
    world_.exit(1, 1);
    view_ = build_view(world_.journal(), {.project = "shop", .started = world_.journal().front().at, .ended = world_.journal().back().at});
  }
  run::FlowWorld world_;
  ReportView view_;
};

TEST_F(FlowReport, HasAnEntryForEachAndAddsUp) {
  ASSERT_TRUE(world_.run().finished);
  EXPECT_EQ(view_.run.planned, 4);
  EXPECT_EQ(view_.run.headline, "2 of 4 tests and flows failed");
  ASSERT_EQ(view_.run.flows.size(), 3U);
  EXPECT_EQ(view_.run.flows[0].outcome, "passed");
  EXPECT_EQ(view_.run.flows[0].active_ms, 400);
  EXPECT_EQ(view_.run.flows[0].waited_ms, 60'000);
  EXPECT_EQ(view_.run.flows[1].reason, "wait 'queue' failed: status FAILED: no rows <in> table");
  EXPECT_EQ(view_.run.flows[1].phases[2].outcome, "");
  EXPECT_TRUE(view_.run.flows[1].phases[1].wait);
  EXPECT_EQ(ledger_equation(view_), "4 planned = 2 passed + 2 failed");
  EXPECT_EQ(pending_count(view_), 0);
  EXPECT_EQ(flows_line(view_), "3 flows: 1 passed, 2 failed; waited 3 m 00 s in all and held no worker meanwhile");
  EXPECT_EQ(bad_tests(view_).size(), 1U) << "what never ran because of its flow is not told again";
}

TEST_F(FlowReport, IsOneCaseOfJUnitEach) {
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(to_junit(view_).c_str()));
  const auto root = document.child("testsuites");
  EXPECT_EQ(root.attribute("tests").as_int(), 4);
  EXPECT_EQ(root.attribute("failures").as_int(), 2);
  EXPECT_EQ(root.select_nodes(".//testcase").size(), 4U);
  EXPECT_TRUE(document.select_node("//testcase[@name='p']").node().empty()) << "its tests are no cases";
  const auto passed = document.select_node("//testcase[@name='flow-0']").node();
  EXPECT_EQ(std::string(passed.attribute("classname").as_string()), "report.spec.ts");
  EXPECT_EQ(std::string(passed.attribute("time").as_string()), "0.400");
  EXPECT_EQ(std::string(passed.select_node("properties/property[@name='waited_seconds']/@value").attribute().value()), "60.000");
  EXPECT_EQ(passed.select_nodes("properties/property[@name='phase']").size(), 3U);
  const auto failed = document.select_node("//testcase[@name='flow-1']/failure").node();
  EXPECT_EQ(std::string(failed.attribute("message").as_string()), "wait 'queue' failed: status FAILED: no rows <in> table");
  EXPECT_NE(std::string(failed.text().as_string()).find("the last answer"), std::string::npos);
  const auto by_test = document.select_node("//testcase[@name='flow-2']/failure").node();
  EXPECT_NE(std::string(by_test.text().as_string()).find("expected 3 rows, got 2"), std::string::npos);
  const std::string told = document.select_node("//testcase[@name='flow-1']/system-out").node().text().as_string();
  EXPECT_NE(told.find("wait 'queue' failed after 60.000 s: status FAILED"), std::string::npos) << told;
  EXPECT_NE(told.find("phase 'validate' never began"), std::string::npos) << told;
}

TEST_F(FlowReport, IsOneEntryOfCtrfEach) {
  const std::string text = to_ctrf(view_);
  EXPECT_NE(text.find(R"("tests":4)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("name":"flow-1","status":"failed")"), std::string::npos) << text;
  EXPECT_EQ(text.find(R"("name":"w")"), std::string::npos);
  EXPECT_NE(text.find(R"("waited_ms":60000)"), std::string::npos);
}

TEST_F(FlowReport, IsALineForPeople) {
  const std::string summary = terminal_summary(view_, {.width = 120});
  EXPECT_NE(summary.find("flow flow-1  failed, waited 1 m 00 s\n     wait 'queue' failed: status FAILED"), std::string::npos) << summary;
  EXPECT_NE(summary.find("flows     3 flows: 1 passed, 2 failed; waited 3 m 00 s"), std::string::npos) << summary;
  const std::string markdown = to_markdown(view_, 60'000);
  EXPECT_NE(markdown.find("3 flows: 1 passed, 2 failed; waited 3 m 00 s in all"), std::string::npos);
  EXPECT_NE(markdown.find("- **flow-1** failed: wait 'queue' failed: status FAILED: no rows &lt;in&gt; table"), std::string::npos)
      << markdown;
  const std::string annotations = github_annotations(view_, "");
  EXPECT_NE(annotations.find("title=failed%3A flow flow-1::wait 'queue' failed"), std::string::npos) << annotations;
  EXPECT_EQ(annotations.find("flow flow-2"), std::string::npos) << "its test's error says it better";
}

// What validated days later was not what had prepared.
TEST(FlowReports, TellOfAFlowWhoseCodeChangedMeanwhile) {
  run::FlowWorld world({.flows = {{"prepare:p", "backend", "validate:v"}}});
  world.capture(1, "p", {});
  world.exit(1);
  world.conclude(1, WaitOutcome::satisfied, {}, "", 0);
  world.start(1, "v");
  domain::TestReport late{.test = world.test("v"), .status = domain::TestStatus::passed, .duration = Millis{300}};
  late.annotations = {{"drifted", "v.spec.ts has changed since the flow began"}};
  world.feed(run::TestEnded{run::World::worker(1), world.term_of(1), late});
  world.exit(1);
  const ReportView view = build_view(world.journal(), {.started = world.journal().front().at, .ended = world.journal().back().at});
  EXPECT_EQ(view.run.flows[0].outcome, "passed") << "it is told, not judged";
  EXPECT_EQ(flows_line(view), "1 flow: 1 passed, 1 drifted (code or application changed meanwhile)");
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(to_junit(view).c_str()));
  const auto drifted = document.select_node("//testcase/properties/property[@name='drifted']/@value").attribute();
  EXPECT_EQ(std::string(drifted.value()), "v.spec.ts has changed since the flow began");
  EXPECT_NE(to_ctrf(view).find(R"("drifted":["v.spec.ts has changed since the flow began"])"), std::string::npos);
  EXPECT_NE(terminal_summary(view, {.width = 120}).find("1 drifted"), std::string::npos);
  EXPECT_NE(to_markdown(view, 60'000).find("1 drifted"), std::string::npos);
}

TEST(FlowReports, ThoseOfARunThatGoesOnArePending) {
  run::FlowWorld world({.flows = {{"prepare:p", "backend", "validate:v"}}, .others = {"other"}, .change = [](domain::Plan& plan) {
                          plan.flows[0].phases[1].limit = Millis{60'000};
                        }});
  world.pass(1, "p");
  RunFacts facts{.project = "shop", .started = world.journal().front().at, .ended = world.journal().back().at};
  facts.at_work = true;
  const ReportView view = build_view(world.journal(), facts);
  EXPECT_EQ(view.run.flows[0].outcome, "pending");
  EXPECT_EQ(view.run.flows[0].phases[1].outcome, "open");
  EXPECT_EQ(view.run.flows[0].phases[1].deadline_ms, view.run.flows[0].phases[1].started_ms + 60'000);
  EXPECT_EQ(view.run.flows[0].phases[0].deadline_ms, 0);
  EXPECT_EQ(ledger_equation(view), "2 planned = 2 pending");
  EXPECT_EQ(view.run.headline, "0 of 2 tests and flows finished");
}

}  // namespace
}  // namespace tamarack::report
