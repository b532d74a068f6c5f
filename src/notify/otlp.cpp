#include "notify/otlp.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "domain/trace_ids.h"
#include "notify/otlp_flows.h"
#include "notify/otlp_span.h"
#include "notify/plain.h"
#include "report/json_writer.h"
#include "report/view_query.h"

namespace tamarack::notify {
namespace {

std::string nanoseconds(std::int64_t ms) {
  return ms <= 0 ? "0" : fmt::format("{}000000", ms);
}

void write_attributes(report::JsonWriter& json, const std::vector<Attribute>& attributes) {
  json.key("attributes");
  json.begin_array();
  for (const Attribute& one : attributes) {
    if (!one.is_number && one.text.empty()) continue;
    json.begin_object();
    json.field("key", one.key);
    json.key("value");
    json.begin_object();
    if (one.is_number)
      json.field("intValue", std::to_string(one.number));
    else
      json.field("stringValue", one.text);
    json.end_object();
    json.end_object();
  }
  json.end_array();
}

std::string_view pipeline_result(const std::string& verdict) {
  if (verdict == "passed") return "success";
  if (verdict == "failed") return "failure";
  if (verdict == "timed_out") return "timeout";
  return verdict == "cancelled" ? "cancellation" : "error";
}

Stretch stretch_of(const report::TestView& test) {
  Stretch stretch;
  for (const report::AttemptView& attempt : test.attempts)
    stretch.add(std::max<std::int64_t>(0, attempt.started_ms), std::max<std::int64_t>(0, attempt.started_ms + attempt.duration_ms));
  return stretch;
}

class Trace {
 public:
  Trace(const report::ReportView& view, const News& news, const OtlpLimits& limits)
      : view_(view), news_(news), limits_(limits), trace_(domain::trace_id_of(view.run.run_id)) {}

  std::vector<std::string> bodies() {
    const std::vector<const report::TestView*> tests = chosen();
    const FlowSpans flows = flow_spans(view_, news_.run_url, limits_.tests_max);
    add(run_span(tests.size(), flows.left_out));
    for (const Span& span : flows.spans) add(span);
    add_units(tests, flows);
    for (const report::TestView* test : tests) add_test(*test);
    finish_body();
    return std::move(bodies_);
  }

 private:
  // Tests that ran, those that failed first: they are what a trace is opened for.
  std::vector<const report::TestView*> chosen() {
    std::vector<const report::TestView*> tests;
    for (const report::TestView& test : view_.tests)
      if (!test.attempts.empty()) tests.push_back(&test);
    ran_ = tests.size();
    std::stable_partition(tests.begin(), tests.end(), [](const report::TestView* test) { return report::is_bad(*test); });
    tests.resize(std::min(tests.size(), limits_.tests_max));
    return tests;
  }

  Span run_span(std::size_t shown, std::size_t flows_left_out) const {
    const report::RunView& run = view_.run;
    Span span{.id = domain::run_span_id(run.run_id),
              .name = cut_line("RUN " + run.project, name_bytes_max),
              .kind = kind_server,
              .end_ms = run.wall_ms};
    span.attributes = {text_of("cicd.pipeline.name", run.project),
                       text_of("cicd.pipeline.run.id", run.run_id),
                       text_of("cicd.pipeline.run.url.full", news_.run_url),
                       text_of("cicd.pipeline.action.name", "RUN"),
                       text_of("cicd.pipeline.result", pipeline_result(run.verdict)),
                       text_of("tamarack.verdict", run.verdict),
                       text_of("tamarack.headline", run.headline),
                       text_of("tamarack.seed", run.seed),
                       number_of("tamarack.tests.planned", run.planned),
                       number_of("tamarack.workers", run.workers),
                       number_of("tamarack.lower_bound_ms", run.lower_bound_ms)};
    if (shown < ran_) span.attributes.push_back(number_of("tamarack.tests.left_out", static_cast<std::int64_t>(ran_ - shown)));
    if (flows_left_out > 0) span.attributes.push_back(number_of("tamarack.flows.left_out", static_cast<std::int64_t>(flows_left_out)));
    span.status = is_green(view_) ? status_ok : status_error;
    if (!is_green(view_)) {
      span.message = run.headline;
      span.attributes.push_back(text_of("error.type", run.verdict));
    }
    return span;
  }

  // A unit's span reaches from its first test to its last: the report knows no lease by itself. One of a flow lies below its phase.
  void add_units(const std::vector<const report::TestView*>& tests, const FlowSpans& flows) {
    std::map<std::int64_t, Stretch> stretches;
    std::map<std::int64_t, bool> bad;
    for (const report::TestView* test : tests) {
      const Stretch stretch = stretch_of(*test);
      stretches[test->unit].add(stretch.start, stretch.end);
      bad[test->unit] = bad[test->unit] || report::counts_against_run(*test);
    }
    for (const auto& [index, stretch] : stretches) {
      if (index < 0 || static_cast<std::size_t>(index) >= view_.units.size()) continue;
      const report::UnitView& unit = view_.units[static_cast<std::size_t>(index)];
      const auto phase = flows.phase_of_unit.find(index);
      Span span{.id = domain::unit_span_id(view_.run.run_id, index),
                .parent = phase == flows.phase_of_unit.end() ? domain::run_span_id(view_.run.run_id) : phase->second,
                .name = cut_line(unit.title, name_bytes_max),
                .start_ms = stretch.start,
                .end_ms = stretch.end};
      span.attributes = {text_of("cicd.pipeline.task.name", unit.title),
                         text_of("cicd.pipeline.task.run.id", fmt::format("{}/{}", view_.run.run_id, index)),
                         text_of("cicd.pipeline.task.run.url.full", news_.run_url),
                         text_of("cicd.pipeline.task.type", "test"),
                         text_of("cicd.pipeline.task.run.result", bad[index] ? "failure" : "success"),
                         text_of("cicd.worker.name", unit.worker),
                         text_of("test.suite.name", unit.spec),
                         number_of("tamarack.unit.tests", unit.tests),
                         number_of("tamarack.unit.estimate_ms", unit.estimate_ms)};
      if (bad[index]) {
        span.status = status_error;
        span.attributes.push_back(text_of("error.type", "failed"));
      }
      add(span);
    }
  }

  void add_test(const report::TestView& test) {
    const std::string id = domain::test_span_id(view_.run.run_id, test.id);
    const Stretch stretch = stretch_of(test);
    const bool has_unit = test.unit >= 0 && static_cast<std::size_t>(test.unit) < view_.units.size();
    Span span{.id = id,
              .parent = has_unit ? domain::unit_span_id(view_.run.run_id, test.unit) : domain::run_span_id(view_.run.run_id),
              .name = cut_line(report::test_name(test), name_bytes_max),
              .start_ms = stretch.start,
              .end_ms = stretch.end};
    const std::string_view result = task_result(test.outcome);
    span.attributes = {text_of("test.case.name", report::test_name(test)),
                       text_of("test.suite.name", test.spec),
                       text_of("tamarack.test.id", test.id),
                       text_of("tamarack.outcome", test.outcome),
                       text_of("code.file.path", test.spec),
                       number_of("code.line.number", test.line),
                       number_of("tamarack.attempts", static_cast<std::int64_t>(test.attempts.size()))};
    // The convention knows two words; a skipped test has neither.
    if (result != "skip") span.attributes.push_back(text_of("test.case.result.status", result == "success" ? "pass" : "fail"));
    if (test.quarantined) span.attributes.push_back(text_of("tamarack.quarantined", "true"));
    if (const report::AttemptView* attempt = report::deciding_attempt(test))
      span.attributes.push_back(text_of("cicd.worker.name", attempt->worker));
    if (report::is_bad(test)) {
      span.attributes.push_back(text_of("error.type", test.outcome));
      if (report::counts_against_run(test)) span.status = status_error;
      span.message = report::failure_head(test);
    }
    add(span);
    if (test.attempts.size() < 2) return;
    for (const report::AttemptView& attempt : test.attempts) add_attempt(test, attempt, id);
  }

  void add_attempt(const report::TestView& test, const report::AttemptView& attempt, const std::string& parent) {
    Span span{.id = domain::attempt_span_id(view_.run.run_id, test.id, attempt.number),
              .parent = parent,
              .name = fmt::format("attempt {}", attempt.number),
              .start_ms = std::max<std::int64_t>(0, attempt.started_ms),
              .end_ms = std::max<std::int64_t>(0, attempt.started_ms + attempt.duration_ms)};
    span.attributes = {number_of("tamarack.attempt", attempt.number), text_of("tamarack.outcome", attempt.status),
                       text_of("cicd.worker.name", attempt.worker)};
    if (!attempt.errors.empty()) span.attributes.push_back(text_of("exception.message", report::error_head(attempt.errors.front())));
    if (attempt.status != "passed" && attempt.status != "skipped") span.attributes.push_back(text_of("error.type", attempt.status));
    add(span);
  }

  void add(const Span& span) {
    if (spans_ == 0) begin_body();
    report::JsonWriter json;
    json.begin_object();
    json.field("traceId", trace_);
    json.field("spanId", span.id);
    if (!span.parent.empty()) json.field("parentSpanId", span.parent);
    json.field("name", span.name);
    json.field("kind", static_cast<std::int64_t>(span.kind));
    json.field("startTimeUnixNano", nanoseconds(view_.run.started_at_ms + span.start_ms));
    json.field("endTimeUnixNano", nanoseconds(view_.run.started_at_ms + std::max(span.start_ms, span.end_ms)));
    write_attributes(json, span.attributes);
    json.key("status");
    json.begin_object();
    if (span.status != 0) json.field("code", static_cast<std::int64_t>(span.status));
    if (span.status == status_error && !span.message.empty()) json.field("message", cut_line(span.message, text_bytes_max));
    json.end_object();
    json.end_object();
    if (spans_ > 0) body_ += ',';
    body_ += std::move(json).take();
    ++spans_;
    if (spans_ >= limits_.spans_per_request || body_.size() >= limits_.request_bytes) finish_body();
  }

  void begin_body() {
    const report::RunView& run = view_.run;
    report::JsonWriter resource;
    resource.begin_object();
    write_attributes(resource, {text_of("service.name", "tamarack"), text_of("service.version", run.tamarack_version),
                                text_of("cicd.pipeline.name", run.project), text_of("cicd.pipeline.run.id", run.run_id),
                                text_of("vcs.ref.head.name", run.branch), text_of("vcs.ref.head.revision", run.commit),
                                text_of("vcs.change.id", news_.pull_request > 0 ? std::to_string(news_.pull_request) : ""),
                                text_of("tamarack.framework", run.framework), text_of("tamarack.ci.url", news_.ci_url)});
    resource.end_object();
    report::JsonWriter scope;
    scope.begin_object();
    scope.field("name", "tamarack");
    scope.field("version", run.tamarack_version);
    scope.end_object();
    body_ = fmt::format(R"({{"resourceSpans":[{{"resource":{},"scopeSpans":[{{"scope":{},"spans":[)", std::move(resource).take(),
                        std::move(scope).take());
  }
  void finish_body() {
    if (spans_ == 0) return;
    bodies_.push_back(std::move(body_) + "]}]}]}");
    body_.clear();
    spans_ = 0;
  }

  const report::ReportView& view_;
  const News& news_;
  const OtlpLimits& limits_;
  std::string trace_;
  std::size_t ran_ = 0;
  std::size_t spans_ = 0;  // in body_
  std::string body_;
  std::vector<std::string> bodies_;
};

}  // namespace

std::vector<std::string> otlp_traces(const report::ReportView& view, const News& news, const OtlpLimits& limits) {
  return Trace(view, news, limits).bodies();
}

}  // namespace tamarack::notify
