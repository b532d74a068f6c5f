#include "notify/otlp_flows.h"

#include <gtest/gtest.h>

#include "domain/trace_ids.h"
#include "notify/otlp.h"
#include "notify/test_news.h"

namespace tamarack::notify {
namespace {

using domain::flow_span_id;
using domain::phase_span_id;
using domain::run_span_id;
using domain::unit_span_id;

constexpr const char* run_id = "r-20261121-102418-3f9a";

// One that passed after it had waited for two minutes, one whose backend failed, one that never began. Of the four tests 0 to 2 ran.
report::ReportView flow_view() {
  report::ReportView view = test_view(report::green_view());
  view.tests.clear();
  view.units.clear();
  for (std::int64_t i = 0; i < 4; ++i) {
    view.tests.push_back(report::test_view("t" + std::to_string(i), "report.spec.ts", {"test " + std::to_string(i)}, "passed",
                                           {report::attempt_view(1, "ci-1/1", "passed", 130'000 * (i % 2) + 100, 50)}));
    view.tests.back().unit = i;
    view.tests.back().flow = i / 2;
    view.units.push_back({.index = i, .title = "unit " + std::to_string(i), .spec = "report.spec.ts", .tests = 1, .worker = "ci-1/1"});
  }
  view.tests[3].attempts.clear();
  view.tests[3].outcome = "never_ran";
  const auto prepare = [](std::int64_t test) {
    return report::FlowPhaseView{.name = "prepare", .outcome = "satisfied", .duration_ms = 1'000, .tests = {test}};
  };
  report::FlowView good{.name = "analysis › a.spec.ts", .rule = "analysis", .outcome = "passed", .active_ms = 100, .waited_ms = 120'000};
  good.phases = {prepare(0),
                 {.name = "backend",
                  .wait = true,
                  .source = "http",
                  .outcome = "satisfied",
                  .started_ms = 1'000,
                  .duration_ms = 120'000,
                  .deadline_ms = 601'000},
                 {.name = "validate", .outcome = "satisfied", .started_ms = 121'000, .duration_ms = 10'000, .tests = {1}}};
  report::FlowView bad{.name = "analysis › b.spec.ts", .rule = "analysis", .outcome = "failed", .active_ms = 50, .waited_ms = 30'000};
  bad.reason = "wait 'backend' failed: matrix is singular";
  bad.phases = {prepare(2),
                {.name = "backend",
                 .wait = true,
                 .source = "redis, signal",
                 .outcome = "failed",
                 .message = "matrix is singular",
                 .started_ms = 1'000,
                 .duration_ms = 30'000},
                {.name = "validate", .tests = {3}}};
  report::FlowView never{.name = "analysis › c.spec.ts", .rule = "analysis", .outcome = "never_ran", .phases = {{.name = "prepare"}}};
  view.run.flows = {good, bad, never};
  view.run.wall_ms = 140'000;
  return view;
}

// The spans of all requests, each after its parent.
std::vector<boost::json::value> spans_of(const std::vector<std::string>& bodies) {
  std::vector<boost::json::value> spans;
  for (const std::string& body : bodies) {
    const boost::json::value json = parsed(body);
    for (const auto& span : json.at_pointer("/resourceSpans/0/scopeSpans/0/spans").as_array()) spans.push_back(span);
  }
  return spans;
}

boost::json::value span_of(const std::vector<boost::json::value>& spans, const std::string& id) {
  for (const boost::json::value& span : spans)
    if (at(span, "/spanId") == id) return span;
  ADD_FAILURE() << "no span " << id;
  return {};
}

std::string attribute(const boost::json::value& span, std::string_view key) {
  for (const boost::json::value& one : span.at("attributes").as_array())
    if (at(one, "/key") == key)
      return one.at("value").as_object().contains("intValue") ? at(one, "/value/intValue") : at(one, "/value/stringValue");
  return "(nothing)";
}

TEST(OtlpFlows, show_where_the_time_of_a_flow_went) {
  const auto spans = spans_of(otlp_traces(flow_view(), test_news()));
  const std::string name = "analysis › a.spec.ts";
  const auto flow = span_of(spans, flow_span_id(run_id, name));
  EXPECT_EQ(at(flow, "/name"), name);
  EXPECT_EQ(at(flow, "/parentSpanId"), run_span_id(run_id));
  EXPECT_EQ(at(flow, "/startTimeUnixNano"), "1795256658250000000");
  EXPECT_EQ(at(flow, "/endTimeUnixNano"), "1795256789250000000") << "131 s later, with its last phase";
  EXPECT_EQ(attribute(flow, "cicd.pipeline.task.name"), name);
  EXPECT_EQ(attribute(flow, "cicd.pipeline.task.run.id"), std::string(run_id) + "/f0");
  EXPECT_EQ(attribute(flow, "cicd.pipeline.task.run.result"), "success");
  EXPECT_EQ(attribute(flow, "tamarack.outcome"), "passed");
  EXPECT_EQ(attribute(flow, "tamarack.flow.rule"), "analysis");
  EXPECT_EQ(attribute(flow, "tamarack.flow.active_ms"), "100");
  EXPECT_EQ(attribute(flow, "tamarack.flow.waited_ms"), "120000");
  EXPECT_EQ(attribute(flow, "tamarack.reason"), "(nothing)");
  EXPECT_EQ(at(flow, "/status/code"), "(nothing)");

  const auto wait = span_of(spans, phase_span_id(run_id, name, "backend"));
  EXPECT_EQ(at(wait, "/name"), "backend");
  EXPECT_EQ(at(wait, "/parentSpanId"), at(flow, "/spanId"));
  EXPECT_EQ(at(wait, "/startTimeUnixNano"), "1795256659250000000");
  EXPECT_EQ(at(wait, "/endTimeUnixNano"), "1795256779250000000");
  EXPECT_EQ(attribute(wait, "cicd.pipeline.task.type"), "wait");
  EXPECT_EQ(attribute(wait, "tamarack.wait.source"), "http");
  EXPECT_EQ(attribute(wait, "tamarack.wait.timeout_ms"), "600000");
  EXPECT_EQ(attribute(wait, "tamarack.outcome"), "satisfied");
  EXPECT_EQ(attribute(wait, "cicd.pipeline.task.run.result"), "success");
}

TEST(OtlpFlows, have_units_and_tests_below_their_phases) {
  const auto spans = spans_of(otlp_traces(flow_view(), test_news()));
  const auto validate = span_of(spans, phase_span_id(run_id, "analysis › a.spec.ts", "validate"));
  EXPECT_EQ(attribute(validate, "cicd.pipeline.task.type"), "test");
  EXPECT_EQ(attribute(validate, "tamarack.wait.source"), "(nothing)");
  EXPECT_EQ(at(span_of(spans, unit_span_id(run_id, 1)), "/parentSpanId"), at(validate, "/spanId"));
  EXPECT_EQ(at(span_of(spans, domain::test_span_id(run_id, "t1")), "/parentSpanId"), unit_span_id(run_id, 1))
      << "what the application traced below its TRACEPARENT stays where it was";
  std::set<std::string> known{"(nothing)"};
  for (const auto& span : spans) {
    EXPECT_TRUE(known.contains(at(span, "/parentSpanId"))) << at(span, "/name") << " comes before its parent";
    EXPECT_TRUE(known.insert(at(span, "/spanId")).second) << at(span, "/name") << " comes twice";
  }
}

TEST(OtlpFlows, name_what_ended_them) {
  report::ReportView view = flow_view();
  const std::string name = "analysis › b.spec.ts";
  auto spans = spans_of(otlp_traces(view, test_news()));
  auto flow = span_of(spans, flow_span_id(run_id, name));
  auto wait = span_of(spans, phase_span_id(run_id, name, "backend"));
  EXPECT_EQ(attribute(flow, "error.type"), "failed");
  EXPECT_EQ(attribute(flow, "tamarack.reason"), "wait 'backend' failed: matrix is singular");
  EXPECT_EQ(at(flow, "/status/code"), "2");
  EXPECT_EQ(at(flow, "/status/message"), "wait 'backend' failed: matrix is singular");
  EXPECT_EQ(attribute(wait, "tamarack.wait.source"), "redis, signal");
  EXPECT_EQ(attribute(wait, "tamarack.wait.timeout_ms"), "(nothing)") << "an old run says none";
  EXPECT_EQ(at(wait, "/status/message"), "matrix is singular");
  EXPECT_EQ(spans.size(), 1 + 2 + 5 + 3 + 3U) << "run, flows that began, phases that began, units and tests that ran";

  view.run.flows[1].quarantined = true;
  spans = spans_of(otlp_traces(view, test_news()));
  flow = span_of(spans, flow_span_id(run_id, name));
  wait = span_of(spans, phase_span_id(run_id, name, "backend"));
  EXPECT_EQ(at(flow, "/status/code") + at(wait, "/status/code"), "(nothing)(nothing)") << "it is no error of the run";
  EXPECT_EQ(attribute(flow, "error.type"), "failed");
}

TEST(OtlpFlows, that_were_cut_off_last_until_the_end) {
  report::ReportView view = flow_view();
  view.run.flows[1].phases[1].outcome = "open";
  const auto spans = spans_of(otlp_traces(view, test_news()));
  const auto wait = span_of(spans, phase_span_id(run_id, "analysis › b.spec.ts", "backend"));
  EXPECT_EQ(at(wait, "/endTimeUnixNano"), "1795256798250000000");
}

TEST(OtlpFlows, are_bounded_and_failures_come_first) {
  report::ReportView view = flow_view();
  const auto spans = spans_of(otlp_traces(view, test_news(), {.tests_max = 1}));
  EXPECT_EQ(attribute(span_of(spans, run_span_id(run_id)), "tamarack.flows.left_out"), "1");
  EXPECT_EQ(at(span_of(spans, flow_span_id(run_id, "analysis › b.spec.ts")), "/name"), "analysis › b.spec.ts");
  EXPECT_EQ(at(span_of(spans, unit_span_id(run_id, 0)), "/parentSpanId"), run_span_id(run_id)) << "its flow has no span";
  view.run.flows[0].phases[0].tests = {-3, 99};
  (void)otlp_traces(view, test_news());
}

}  // namespace
}  // namespace tamarack::notify
