#include "report/ctrf.h"

#include <string_view>

#include "base/text.h"
#include "base/time.h"
#include "report/json_writer.h"
#include "report/view_query.h"

namespace tamarack::report {
namespace {

std::string_view status_of(std::string_view word) {
  if (word == "passed" || word == "flaky") return "passed";
  if (word == "failed" || word == "timed_out") return "failed";
  if (word == "skipped") return "skipped";
  return "other";
}

void write_lines(JsonWriter& json, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  json.key(name);
  json.begin_array();
  for (const std::string& line : split_lines(text)) json.value(line);
  json.end_array();
}

void write_if_any(JsonWriter& json, std::string_view name, const std::string& text) {
  if (!text.empty()) json.field(name, text);
}

void write_error(JsonWriter& json, const ErrorView& error) {
  write_if_any(json, "message", strip_ansi(error.message));
  write_if_any(json, "trace", strip_ansi(error.stack));
  write_if_any(json, "snippet", strip_ansi(error.snippet));
}

// An attachment whose bytes are only in the HTML report has no path, and the schema demands one.
void write_attachments(JsonWriter& json, const AttemptView& attempt) {
  bool is_open = false;
  for (const AttachmentView& attachment : attempt.attachments) {
    if (attachment.path.empty()) continue;
    if (!is_open) {
      json.key("attachments");
      json.begin_array();
      is_open = true;
    }
    json.begin_object();
    json.field("name", attachment.name);
    json.field("contentType", attachment.content_type);
    json.field("path", attachment.path);
    json.end_object();
  }
  if (is_open) json.end_array();
}

void write_attempt(JsonWriter& json, const AttemptView& attempt, std::int64_t number, std::int64_t run_start) {
  json.begin_object();
  json.field("attempt", number);
  json.field("status", status_of(attempt.status));
  json.field("duration", attempt.duration_ms);
  json.field("start", run_start + attempt.started_ms);
  json.field("stop", run_start + attempt.started_ms + attempt.duration_ms);
  if (!attempt.errors.empty()) {
    write_error(json, attempt.errors.front());
    if (attempt.errors.front().line > 0) json.field("line", attempt.errors.front().line);
  }
  write_lines(json, "stdout", attempt.output);
  write_lines(json, "stderr", attempt.errput);
  write_attachments(json, attempt);
  json.key("extra");
  json.begin_object();
  json.field("worker", attempt.worker);
  json.field("status", attempt.status);
  json.field("counted", attempt.counted);
  json.end_object();
  json.end_object();
}

void write_strings(JsonWriter& json, std::string_view name, const std::vector<std::string>& list) {
  json.key(name);
  json.begin_array();
  for (const std::string& one : list) json.value(one);
  json.end_array();
}

// The attempt the test itself stands for; those before it are its history.
std::size_t final_attempt(const TestView& test) {
  for (std::size_t i = test.attempts.size(); i > 0; --i)
    if (test.attempts[i - 1].counted) return i - 1;
  return test.attempts.size() - 1;
}

void write_test(JsonWriter& json, const TestView& test, std::int64_t run_start) {
  const std::size_t history = test.attempts.empty() ? 0 : final_attempt(test);
  const AttemptView* last = test.attempts.empty() ? nullptr : &test.attempts[history];
  json.begin_object();
  json.field("name", test_title(test));
  json.field("status", status_of(test.outcome));
  json.field("duration", test.duration_ms);
  if (last != nullptr) {
    json.field("start", run_start + last->started_ms);
    json.field("stop", run_start + last->started_ms + last->duration_ms);
  }
  std::vector<std::string> suite{test.spec};
  if (test.title_path.size() > 1) suite.insert(suite.end(), test.title_path.begin(), test.title_path.end() - 1);
  write_strings(json, "suite", suite);
  if (is_bad(test)) {
    if (const ErrorView* error = deciding_error(test))
      write_error(json, *error);
    else
      json.field("message", failure_head(test));
  }
  if (test.line > 0) json.field("line", test.line);
  json.field("rawStatus", test.outcome);
  if (!test.tags.empty()) write_strings(json, "tags", test.tags);
  json.field("type", "e2e");
  json.field("filePath", test.spec);
  if (history > 0) json.field("retries", static_cast<std::int64_t>(history));
  if (test.outcome == "flaky") json.field("flaky", true);
  if (last != nullptr) {
    json.field("threadId", last->worker);
    if (history > 0) {
      json.key("retryAttempts");
      json.begin_array();
      for (std::size_t i = 0; i < history; ++i) write_attempt(json, test.attempts[i], static_cast<std::int64_t>(i) + 1, run_start);
      json.end_array();
    }
    write_lines(json, "stdout", last->output);
    write_lines(json, "stderr", last->errput);
    write_attachments(json, *last);
    if (!last->steps.empty()) {
      json.key("steps");
      json.begin_array();
      for (const StepView& step : last->steps) {
        json.begin_object();
        json.field("name", step.title);
        json.field("status", step.failed ? "failed" : "passed");
        json.end_object();
      }
      json.end_array();
    }
  }
  json.key("extra");
  json.begin_object();
  json.field("id", test.id);  // CTRF's own `id` must be a UUID
  write_if_any(json, "parameters", test.parameters);
  write_if_any(json, "reason", test.reason);
  if (test.quarantined) json.field("quarantined", true);
  write_if_any(json, "carried_from", test.carried_from);
  json.end_object();
  json.end_object();
}

// One entry for a flow; its phases are its steps, and its tests are no entries of their own.
void write_flow(JsonWriter& json, const FlowView& flow, const ReportView& view) {
  json.begin_object();
  json.field("name", flow.name);
  json.field("status", status_of(flow.outcome));
  json.field("duration", flow.active_ms);
  write_strings(json, "suite", {place_of(flow, view)});
  if (is_bad(flow)) json.field("message", flow.reason.empty() ? outcome_words(flow.outcome) : flow.reason);
  json.field("rawStatus", flow.outcome);
  json.field("type", "e2e");
  if (flow.outcome == "flaky") json.field("flaky", true);
  json.key("steps");
  json.begin_array();
  for (const FlowPhaseView& phase : flow.phases) {
    json.begin_object();
    json.field("name", phase.name);
    json.field("status", phase.outcome == "satisfied" ? "passed" : phase.outcome.empty() ? "pending" : status_of(phase.outcome));
    json.end_object();
  }
  json.end_array();
  json.key("extra");
  json.begin_object();
  write_if_any(json, "flow", flow.rule);
  json.field("active_ms", flow.active_ms);
  json.field("waited_ms", flow.waited_ms);
  write_if_any(json, "reason", flow.reason);
  if (flow.quarantined) json.field("quarantined", true);
  write_if_any(json, "carried_from", flow.carried_from);
  if (const std::vector<std::string> drifts = drifts_of(flow, view); !drifts.empty()) write_strings(json, "drifted", drifts);
  json.key("phases");
  json.begin_array();
  for (const FlowPhaseView& phase : flow.phases) {
    json.begin_object();
    json.field("name", phase.name);
    json.field("kind", phase.wait ? "wait" : "tests");
    write_if_any(json, "outcome", phase.outcome);
    write_if_any(json, "message", phase.message);
    json.field("duration", phase.duration_ms);
    std::vector<std::string> ids;
    for (const std::int64_t test : phase.tests) ids.push_back(view.tests.at(static_cast<std::size_t>(test)).id);
    if (!ids.empty()) write_strings(json, "tests", ids);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  json.end_object();
}

void write_summary(JsonWriter& json, const ReportView& view) {
  const LedgerView& ledger = view.ledger;
  json.begin_object();
  json.field("tests", view.run.planned);
  json.field("passed", ledger.passed + ledger.flaky);
  json.field("failed", ledger.failed + ledger.timed_out);
  json.field("skipped", ledger.skipped);
  json.field("pending", std::int64_t{0});
  json.field("other", ledger.lost + ledger.cancelled + ledger.never_ran);
  json.field("flaky", ledger.flaky);
  json.field("start", view.run.started_at_ms);
  json.field("stop", view.run.started_at_ms + view.run.wall_ms);
  json.field("duration", view.run.wall_ms);
  json.key("extra");
  json.begin_object();
  json.field("verdict", view.run.verdict);
  json.field("headline", view.run.headline);
  json.field("exit_code", view.run.exit_code);
  json.field("timed_out", ledger.timed_out);
  json.field("lost", ledger.lost);
  json.field("cancelled", ledger.cancelled);
  json.field("never_ran", ledger.never_ran);
  json.field("carried", carried(view).tests);
  json.key("disagreements");
  json.begin_array();
  for (const DisagreementView& one : view.disagreements) {
    json.begin_object();
    json.field("name", one.name);
    json.field("message", one.message);
    write_if_any(json, "unit", one.unit);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  json.end_object();
}

}  // namespace

std::string to_ctrf(const ReportView& view) {
  JsonWriter json;
  json.begin_object();
  json.field("reportFormat", "CTRF");
  json.field("specVersion", "0.0.0");
  json.field("timestamp", iso8601(from_ms(view.run.started_at_ms + view.run.wall_ms)));
  json.field("generatedBy", "tamarack " + view.run.tamarack_version);
  json.key("results");
  json.begin_object();
  json.key("tool");
  json.begin_object();
  json.field("name", view.run.framework.empty() ? std::string("tamarack") : view.run.framework);
  json.end_object();
  json.key("summary");
  write_summary(json, view);
  json.key("tests");
  json.begin_array();
  for (const TestView& test : view.tests)
    if (test.flow < 0) write_test(json, test, view.run.started_at_ms);
  for (const FlowView& flow : view.run.flows) write_flow(json, flow, view);
  json.end_array();
  json.key("environment");
  json.begin_object();
  write_if_any(json, "reportName", view.run.project);
  write_if_any(json, "commit", view.run.commit);
  write_if_any(json, "branchName", view.run.branch);
  json.field("healthy", view.run.exit_code == 0);
  json.end_object();
  json.key("extra");
  json.begin_object();
  json.field("run_id", view.run.run_id);
  json.field("seed", view.run.seed);
  json.field("policy", view.run.policy);
  json.field("workers", view.run.workers);
  json.field("lower_bound_ms", view.run.lower_bound_ms);
  json.field("busy_ms", view.run.busy_ms);
  json.field("attempts", view.run.attempts);
  json.end_object();
  json.end_object();
  json.end_object();
  return std::move(json).take();
}

}  // namespace tamarack::report
