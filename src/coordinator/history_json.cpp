#include "coordinator/history_json.h"

#include "insight/flakiness.h"
#include "report/json_writer.h"

namespace tamarack::coordinator {
namespace {

void write_figures(report::JsonWriter& out, const domain::Figures& figures) {
  out.field("runs", figures.runs);
  out.field("passed", figures.passed);
  out.field("failed", figures.failed);
  out.field("flaky", figures.flaky);
  out.field("failure_rate", figures.failure_rate());
  out.field("flip_rate", figures.flip_rate());
  out.field("flaky_rate", figures.flaky_rate());
  out.field("p50_ms", figures.p50.count());
  out.field("p95_ms", figures.p95.count());
  out.field("trend", figures.trend.value_or(0.0));  // 0: too few durations; a ratio is never 0
}

// Empty: no finished run has it yet.
std::string instant_text(domain::Outcome last, Instant at) {
  return last == domain::Outcome::pending ? std::string() : iso8601(at);
}

void write_quarantine(report::JsonWriter& out, const store::TestRow& row, const FindQuarantine& find_quarantine) {
  const std::optional<QuarantineNote> note = find_quarantine ? find_quarantine(row) : std::nullopt;
  out.key("quarantine");
  if (!note) return out.null();
  out.begin_object();
  out.field("owner", note->owner);
  out.field("reason", note->reason);
  out.field("expires_at", note->expires + "T23:59:59.999Z");
  out.end_object();
}

// The object is left open.
void begin_test(report::JsonWriter& out, const store::TestRow& row, const FindQuarantine& find_quarantine) {
  out.begin_object();
  out.field("test_id", row.test.value);
  out.field("spec", row.identity.spec);
  out.key("title_path");
  out.begin_array();
  for (const std::string& title : row.identity.title_path) out.value(title);
  out.end_array();
  out.field("parameters", row.identity.parameters);
  write_figures(out, row.figures);
  out.field("last_outcome", to_string(row.last_outcome));
  out.field("last_run_id", row.last_run.value);
  out.field("last_at", instant_text(row.last_outcome, row.last_at));
  write_quarantine(out, row, find_quarantine);
}

void write_execution(report::JsonWriter& out, const domain::Execution& one) {
  out.begin_object();
  out.field("run_id", one.run.value);
  out.field("at", iso8601(one.at));
  out.field("branch", one.branch);
  out.field("commit", one.commit);
  out.field("outcome", to_string(one.outcome));
  out.field("duration_ms", one.duration.count());
  out.field("attempts", one.attempts);
  out.field("error", one.error);
  out.field("counted", one.counted);
  out.end_object();
}

void end_list(report::JsonWriter& out, const std::string& next) {
  out.end_array();
  if (!next.empty()) out.field("next", next);
  out.end_object();
}

}  // namespace

std::string tests_json(const store::TestPage& page, const FindQuarantine& find_quarantine) {
  report::JsonWriter out;
  out.begin_object();
  out.key("tests");
  out.begin_array();
  for (const store::TestRow& row : page.tests) {
    begin_test(out, row, find_quarantine);
    out.end_object();
  }
  end_list(out, page.next);
  return std::move(out).take();
}

std::string test_json(const store::TestRow& row, const std::vector<domain::Execution>& executions, const FindQuarantine& find_quarantine) {
  report::JsonWriter out;
  begin_test(out, row, find_quarantine);
  out.key("executions");
  out.begin_array();
  for (const domain::Execution& one : executions) write_execution(out, one);
  out.end_array();
  out.key("branches");
  out.begin_array();
  for (const auto& [branch, figures] : insight::figures_by_branch(executions)) {
    out.begin_object();
    out.field("branch", branch);
    write_figures(out, figures);
    out.end_object();
  }
  out.end_array();
  out.end_object();
  return std::move(out).take();
}

std::string specs_json(const store::SpecPage& page) {
  report::JsonWriter out;
  out.begin_object();
  out.key("specs");
  out.begin_array();
  for (const store::SpecRow& row : page.specs) {
    out.begin_object();
    out.field("spec", row.spec);
    out.field("tests", row.tests);
    out.field("runs", row.runs);
    out.field("failed", row.failed);
    out.field("flaky", row.flaky);
    out.field("p50_ms", row.p50.count());
    out.field("last_outcome", to_string(row.last_outcome));
    out.field("last_at", instant_text(row.last_outcome, row.last_at));
    out.end_object();
  }
  end_list(out, page.next);
  return std::move(out).take();
}

}  // namespace tamarack::coordinator
