#include "report/report_json.h"

#include "base/check.h"
#include "report/json_writer.h"

namespace tamarack::report {
namespace {

void write(JsonWriter& json, const std::string& text) { json.value(text); }

// Declared first, because a template finds only what stands before it.
void write(JsonWriter& json, const LedgerView& view);
void write(JsonWriter& json, const ErrorView& view);
void write(JsonWriter& json, const AttachmentView& view);
void write(JsonWriter& json, const StepView& view);
void write(JsonWriter& json, const AnnotationView& view);
void write(JsonWriter& json, const AttemptView& view);
void write(JsonWriter& json, const TestView& view);
void write(JsonWriter& json, const UnitView& view);
void write(JsonWriter& json, const SpanView& view);
void write(JsonWriter& json, const WorkerView& view);
void write(JsonWriter& json, const DisagreementView& view);
void write(JsonWriter& json, const RunView& view);
void write(JsonWriter& json, const ReportView& view);

template <class T>
void write_all(JsonWriter& json, std::string_view name, const std::vector<T>& list) {
  json.key(name);
  json.begin_array();
  for (const T& one : list) write(json, one);
  json.end_array();
}

// One function per struct of report_view.h, the fields in its order.
void write(JsonWriter& json, const LedgerView& view) {
  json.begin_object();
  json.field("passed", view.passed);
  json.field("failed", view.failed);
  json.field("flaky", view.flaky);
  json.field("skipped", view.skipped);
  json.field("timed_out", view.timed_out);
  json.field("lost", view.lost);
  json.field("cancelled", view.cancelled);
  json.field("never_ran", view.never_ran);
  json.end_object();
}

void write(JsonWriter& json, const ErrorView& view) {
  json.begin_object();
  json.field("message", view.message);
  json.field("stack", view.stack);
  json.field("file", view.file);
  json.field("line", view.line);
  json.field("column", view.column);
  json.field("snippet", view.snippet);
  json.end_object();
}

void write(JsonWriter& json, const AttachmentView& view) {
  json.begin_object();
  json.field("name", view.name);
  json.field("content_type", view.content_type);
  json.field("path", view.path);
  json.field("size", view.size);
  json.field("sha256", view.sha256);
  json.field("data_uri", view.data_uri);
  json.end_object();
}

void write(JsonWriter& json, const StepView& view) {
  json.begin_object();
  json.field("title", view.title);
  json.field("category", view.category);
  json.field("started_ms", view.started_ms);
  json.field("duration_ms", view.duration_ms);
  json.field("failed", view.failed);
  json.end_object();
}

void write(JsonWriter& json, const AnnotationView& view) {
  json.begin_object();
  json.field("type", view.type);
  json.field("description", view.description);
  json.end_object();
}

void write(JsonWriter& json, const AttemptView& view) {
  json.begin_object();
  json.field("number", view.number);
  json.field("worker", view.worker);
  json.field("status", view.status);
  json.field("started_ms", view.started_ms);
  json.field("duration_ms", view.duration_ms);
  write_all(json, "errors", view.errors);
  json.field("output", view.output);
  json.field("errput", view.errput);
  json.field("app_log", view.app_log);
  write_all(json, "attachments", view.attachments);
  write_all(json, "steps", view.steps);
  json.field("counted", view.counted);
  json.end_object();
}

void write(JsonWriter& json, const TestView& view) {
  json.begin_object();
  json.field("id", view.id);
  json.field("spec", view.spec);
  write_all(json, "title_path", view.title_path);
  json.field("parameters", view.parameters);
  json.field("line", view.line);
  write_all(json, "tags", view.tags);
  write_all(json, "annotations", view.annotations);
  json.field("outcome", view.outcome);
  json.field("reason", view.reason);
  json.field("quarantined", view.quarantined);
  json.field("duration_ms", view.duration_ms);
  json.field("unit", view.unit);
  write_all(json, "attempts", view.attempts);
  json.end_object();
}

void write(JsonWriter& json, const UnitView& view) {
  json.begin_object();
  json.field("index", view.index);
  json.field("title", view.title);
  json.field("spec", view.spec);
  json.field("tests", view.tests);
  json.field("estimate_ms", view.estimate_ms);
  json.field("duration_ms", view.duration_ms);
  json.field("worker", view.worker);
  json.end_object();
}

void write(JsonWriter& json, const SpanView& view) {
  json.begin_object();
  json.field("kind", view.kind);
  json.field("start_ms", view.start_ms);
  json.field("end_ms", view.end_ms);
  json.field("test", view.test);
  json.field("label", view.label);
  json.end_object();
}

void write(JsonWriter& json, const WorkerView& view) {
  json.begin_object();
  json.field("name", view.name);
  write_all(json, "spans", view.spans);
  json.field("busy_ms", view.busy_ms);
  json.end_object();
}

void write(JsonWriter& json, const DisagreementView& view) {
  json.begin_object();
  json.field("name", view.name);
  json.field("message", view.message);
  json.field("unit", view.unit);
  json.end_object();
}

void write(JsonWriter& json, const RunView& view) {
  json.begin_object();
  json.field("run_id", view.run_id);
  json.field("project", view.project);
  json.field("framework", view.framework);
  json.field("policy", view.policy);
  json.field("verdict", view.verdict);
  json.field("headline", view.headline);
  json.field("exit_code", view.exit_code);
  json.field("seed", view.seed);
  json.field("started_at_ms", view.started_at_ms);
  json.field("wall_ms", view.wall_ms);
  json.field("lower_bound_ms", view.lower_bound_ms);
  json.field("busy_ms", view.busy_ms);
  json.field("workers", view.workers);
  json.field("planned", view.planned);
  json.field("attempts", view.attempts);
  write_all(json, "held_back", view.held_back);
  json.field("branch", view.branch);
  json.field("commit", view.commit);
  json.field("machine", view.machine);
  json.field("command", view.command);
  json.field("tamarack_version", view.tamarack_version);
  json.end_object();
}

void write(JsonWriter& json, const ReportView& view) {
  json.begin_object();
  json.field("version", view.version);
  json.key("run");
  write(json, view.run);
  json.key("ledger");
  write(json, view.ledger);
  write_all(json, "disagreements", view.disagreements);
  write_all(json, "tests", view.tests);
  write_all(json, "units", view.units);
  write_all(json, "workers", view.workers);
  json.end_object();
}
// Bytes the texts take, roughly: a string that grows by doubling would hold a big report twice.
std::size_t expected_bytes(const ReportView& view) {
  std::size_t bytes = 4096 + view.units.size() * 200;
  for (const TestView& test : view.tests) {
    bytes += 400;
    for (const AttemptView& attempt : test.attempts) {
      bytes += 300 + attempt.output.size() + attempt.errput.size() + attempt.app_log.size() + attempt.steps.size() * 120;
      for (const ErrorView& error : attempt.errors) bytes += 200 + error.message.size() + error.stack.size() + error.snippet.size();
      for (const AttachmentView& attachment : attempt.attachments) bytes += 300 + attachment.data_uri.size();
    }
  }
  for (const WorkerView& worker : view.workers) bytes += 100 + worker.spans.size() * 100;
  return bytes;
}

constexpr std::string_view data_opening = R"(<script type="application/json" id="tamarack-report">)";
constexpr std::string_view data_closing = "</script>";

}  // namespace

std::string to_json(const ReportView& view) {
  JsonWriter json;
  json.reserve(expected_bytes(view));
  write(json, view);
  return std::move(json).take();
}

std::string embed_report(std::string_view report_html_template, const ReportView& view) {
  const std::size_t opening = report_html_template.find(data_opening);
  CHECK(opening != std::string_view::npos, "the report page has no element {}", data_opening);
  const std::size_t from = opening + data_opening.size();
  const std::size_t to = report_html_template.find(data_closing, from);
  CHECK(to != std::string_view::npos, "the report page's data element is not closed");
  const std::string json = to_json(view);
  std::string page;
  page.reserve(report_html_template.size() + json.size() + json.size() / 16);
  page.append(report_html_template, 0, from);
  // Inside a script element "</script" and "<!--" end or change the element wherever they stand; JSON knows another spelling of '<'.
  std::size_t copied = 0;
  for (std::size_t at = json.find('<'); at != std::string::npos; at = json.find('<', copied)) {
    page.append(json, copied, at - copied).append("\\u003c");
    copied = at + 1;
  }
  page.append(json, copied);
  page.append(report_html_template, to);
  return page;
}

}  // namespace tamarack::report
