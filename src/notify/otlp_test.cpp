#include "notify/otlp.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/text.h"
#include "domain/trace_ids.h"
#include "notify/test_news.h"

namespace tamarack::notify {
namespace {

using domain::run_span_id;
using domain::test_span_id;
using domain::trace_id_of;

bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos &&
         text.find_first_not_of('0') != std::string_view::npos;
}

std::string attribute(const boost::json::value& holder, std::string_view key) {
  for (const boost::json::value& one : holder.at("attributes").as_array())
    if (at(one, "/key") == key)
      return at(one, "/value/stringValue") != "(nothing)" ? at(one, "/value/stringValue") : at(one, "/value/intValue");
  return "(nothing)";
}

// All spans of all requests by name, each request checked against what the encoding demands.
std::map<std::string, boost::json::value> spans_of(const std::vector<std::string>& bodies) {
  std::map<std::string, boost::json::value> spans;
  std::set<std::string> ids;
  for (const std::string& body : bodies) {
    const boost::json::value json = parsed(body);
    EXPECT_EQ(attribute(json.at_pointer("/resourceSpans/0/resource"), "service.name"), "tamarack");
    EXPECT_EQ(at(json, "/resourceSpans/0/scopeSpans/0/scope/name"), "tamarack");
    for (const boost::json::value& span : json.at_pointer("/resourceSpans/0/scopeSpans/0/spans").as_array()) {
      EXPECT_TRUE(is_hex(at(span, "/traceId"), 32)) << at(span, "/traceId");
      EXPECT_TRUE(is_hex(at(span, "/spanId"), 16)) << at(span, "/spanId");
      EXPECT_TRUE(ids.insert(at(span, "/spanId")).second) << "twice";
      EXPECT_TRUE(span.at("kind").is_int64()) << "enums are numbers";
      EXPECT_TRUE(span.at("startTimeUnixNano").is_string()) << "64-bit integers are texts";
      EXPECT_LE(parse_integer(at(span, "/startTimeUnixNano")), parse_integer(at(span, "/endTimeUnixNano")));
      for (const boost::json::value& one : span.at("attributes").as_array())
        if (const boost::json::value* number = one.at("value").as_object().if_contains("intValue")) {
          EXPECT_TRUE(number->is_string());
        }
      spans.emplace(at(span, "/name"), span);
    }
  }
  return spans;
}

TEST(Otlp, shows_run_unit_test_and_attempts) {
  const std::vector<std::string> bodies = otlp_traces(test_view(report::mixed_view()), test_news());
  ASSERT_EQ(bodies.size(), 1U);
  auto spans = spans_of(bodies);
  const std::string run_id = "r-20261121-102418-3f9a";

  const boost::json::value& run = spans.at("RUN shop");
  EXPECT_EQ(at(run, "/traceId"), trace_id_of(run_id));
  EXPECT_EQ(at(run, "/parentSpanId"), "(nothing)");
  EXPECT_EQ(at(run, "/kind"), "2") << "SERVER, as the convention for pipeline runs says";
  EXPECT_EQ(at(run, "/startTimeUnixNano"), "1795256658250000000");
  EXPECT_EQ(at(run, "/endTimeUnixNano"), "1795256672250000000");
  EXPECT_EQ(attribute(run, "cicd.pipeline.result"), "error") << "incomplete: the system's fault";
  EXPECT_EQ(attribute(run, "error.type"), "incomplete");
  EXPECT_EQ(at(run, "/status/code"), "2");

  // Tests name a unit of the report; the ones of example_view.h all name the first.
  const boost::json::value& unit = spans.at("tests/slow.spec.ts");
  EXPECT_EQ(at(unit, "/parentSpanId"), run_span_id(run_id));
  EXPECT_EQ(attribute(unit, "cicd.pipeline.task.type"), "test");
  EXPECT_EQ(attribute(unit, "cicd.pipeline.task.run.id"), run_id + "/0");
  EXPECT_EQ(attribute(unit, "cicd.pipeline.task.run.result"), "failure");

  const boost::json::value& failed = spans.at("tests/checkout.spec.ts › guest › pays it's 100% [chromium]");
  EXPECT_EQ(at(failed, "/spanId"), test_span_id(run_id, "00000000000000a2"));
  EXPECT_EQ(at(failed, "/parentSpanId"), at(unit, "/spanId"));
  EXPECT_EQ(at(failed, "/startTimeUnixNano"), "1795256662250000000") << "the first attempt's start";
  EXPECT_EQ(at(failed, "/endTimeUnixNano"), "1795256664350000000") << "the last attempt's end";
  EXPECT_EQ(attribute(failed, "test.case.result.status"), "fail");
  EXPECT_EQ(attribute(failed, "test.suite.name"), "tests/checkout.spec.ts");
  EXPECT_EQ(attribute(failed, "tamarack.attempts"), "2");
  EXPECT_EQ(at(failed, "/status/message"), "Error: expect(locator).toHaveText(expected)");
  EXPECT_EQ(attribute(spans.at("tests/search.spec.ts › finds"), "test.case.result.status"), "pass") << "flaky";
  EXPECT_EQ(at(spans.at("tests/checkout.spec.ts › old"), "/status/code"), "(nothing)") << "quarantined failures are no errors of the run";
  EXPECT_EQ(at(spans.at("attempt 1"), "/parentSpanId"), at(failed, "/spanId"));
  EXPECT_FALSE(spans.contains("tests/crash.spec.ts › after")) << "it never ran";
}

TEST(Otlp, sends_bounded_requests_and_failures_first) {
  report::ReportView view = failed_view(2'000);
  for (std::size_t i = 0; i < 1'000; ++i) view.tests[i].outcome = "passed";
  const std::vector<std::string> bodies = otlp_traces(view, test_news(), {.spans_per_request = 300, .tests_max = 1'500});
  EXPECT_EQ(bodies.size(), 6U) << "1 run, 1 unit, 1500 tests";
  const auto spans = spans_of(bodies);
  EXPECT_EQ(spans.size(), 1'502U);
  EXPECT_EQ(attribute(spans.at("RUN shop"), "tamarack.tests.left_out"), "500");
  EXPECT_TRUE(spans.contains("tests/a1999.spec.ts › a <b> & c")) << "failed: never left out before one that passed";
  EXPECT_FALSE(spans.contains("tests/a999.spec.ts › a <b> & c"));
  const std::vector<std::string> by_bytes = otlp_traces(view, test_news(), {.request_bytes = 50'000});
  EXPECT_GT(by_bytes.size(), 20U);
  for (const std::string& body : by_bytes) EXPECT_LT(body.size(), 60'000U);
}

TEST(Otlp, is_valid_whatever_the_tests_print) {
  report::ReportView view = failed_view(3, "\xff\x1b[31m\x01\"\\" + std::string(10'000, 'x'));
  view.tests[0].unit = -5;
  view.tests[1].unit = 99;
  view.tests[2].attempts[0].started_ms = -4;
  view.tests[2].attempts[0].duration_ms = -9;
  view.run.started_at_ms = 0;
  spans_of(otlp_traces(view, test_news()));
  spans_of(otlp_traces({}, {}));
}

}  // namespace
}  // namespace tamarack::notify
