#include "coordinator/flow_json.h"

#include <fmt/format.h>

#include <algorithm>

#include "coordinator/flow_scope.h"

namespace tamarack::coordinator {
namespace {

void text_if(report::JsonWriter& out, std::string_view name, const std::string& text) {
  if (!text.empty()) out.field(name, text);
}

void write_progress(report::JsonWriter& out, std::int32_t progress) {
  out.key("progress");
  if (progress < 0)
    out.null();
  else
    out.value(static_cast<std::int64_t>(progress));
}

bool has_result(const flow::Job& job) {
  return !job.result.empty() || !job.result_location.empty();
}

void write_status(report::JsonWriter& out, const flow::Job& job, WithResult with_result) {
  out.field("job_id", job.id.value);
  out.field("project", project_of(job));
  out.field("kind", job.request.kind);
  out.field("status", domain::to_string(job.status));
  out.field("stage", job.stage);
  write_progress(out, job.progress);
  text_if(out, "processor", shown_name(job.request.processor));
  text_if(out, "executor", job.executor);
  text_if(out, "error", job.error);
  text_if(out, "reason", job.reason);
  if (job.cancel_asked) out.field("cancel_asked", true);
  out.field("submitted_at", iso8601(job.submitted));
  out.field("updated_at", iso8601(job.changed));
  if (is_final(job.status)) out.field("ended_at", iso8601(job.ended));
  out.field("status_url", fmt::format("/api/v1/jobs/{}/status", job.id.value));
  if (has_result(job)) out.field("result_url", fmt::format("/api/v1/jobs/{}/result", job.id.value));
  text_if(out, "result_location", job.result_location);
  if (with_result == WithResult::no || job.result.empty()) return;
  out.key("result");
  out.raw(job.result);
}

void write_step(report::JsonWriter& out, const JobStep& step) {
  out.field("seq", step.seq);
  out.field("at", iso8601(step.at));
  out.field("status", domain::to_string(step.status));
  out.field("stage", step.stage);
  write_progress(out, step.progress);
  text_if(out, "executor", step.executor);
}

void write_captures(report::JsonWriter& out, const std::vector<flow::Captured>& captures) {
  out.key("captures");
  out.begin_object();
  for (const flow::Captured& one : captures) {
    out.key(one.name);
    out.raw(one.json);
  }
  out.end_object();
}

void write_conditions(report::JsonWriter& out, const flow::Wait& wait) {
  out.key("conditions");
  out.begin_array();
  for (std::size_t i = 0; i < wait.spec.conditions.size(); ++i) {
    const flow::Condition& condition = wait.spec.conditions[i];
    const flow::ConditionState& state = wait.conditions.at(i);
    out.begin_object();
    out.field("name", condition.name);
    out.field("source", to_string(condition.source));
    out.field("target", condition.source == flow::SourceKind::signal ? shown_name(condition.target) : condition.target);
    out.field("status", state.status);
    out.field("over", state.over);
    if (state.over) out.field("outcome", domain::to_string(state.outcome));
    text_if(out, "message", state.message);
    out.end_object();
  }
  out.end_array();
}

void write_notes(report::JsonWriter& out, const flow::Wait& wait) {
  out.key("notes");
  out.begin_array();
  for (const flow::Note& note : wait.notes) {
    out.begin_object();
    out.field("at", iso8601(note.at));
    out.field("what", to_string(note.noted.what));
    out.field("condition", static_cast<std::int64_t>(note.noted.condition));
    out.field("text", note.noted.text);
    out.field("excerpt", note.noted.excerpt);
    out.end_object();
  }
  out.end_array();
}

void write_wait(report::JsonWriter& out, const flow::Wait& wait, const WaitLook& look) {
  const Instant until = wait.over ? wait.ended : look.now;
  out.field("wait_id", wait.id.value);
  out.field("project", project_of(wait));
  out.field("name", wait.spec.name);
  out.field("owner", project_of(wait).empty() ? wait.spec.owner : shown_name(wait.spec.owner));
  out.field("state", wait.over ? "over" : "parked");
  if (wait.over) out.field("outcome", domain::to_string(wait.outcome));
  if (wait.over) out.field("exit_code", static_cast<std::int64_t>(domain::exit_code_of(wait.outcome)));
  text_if(out, "message", wait.message);
  out.field("parked_at", iso8601(wait.parked));
  out.field("deadline", iso8601(wait.deadline));
  if (wait.over) out.field("ended_at", iso8601(wait.ended));
  if (!wait.over && look.next_look) out.field("next_look_at", iso8601(*look.next_look));
  out.field("probes", look.probes);
  out.field("waited_ms", std::max<std::int64_t>(0, (until - wait.parked).count()));
  write_conditions(out, wait);
}

}  // namespace

std::optional<Instant> next_look_of(const flow::Board& board, const flow::Wait& wait) {
  std::optional<Instant> next;
  for (std::size_t i = 0; i < wait.conditions.size(); ++i) {
    const flow::Condition& condition = wait.spec.conditions[i];
    if (wait.over || wait.conditions[i].over || condition.source != flow::SourceKind::outside) continue;
    const auto due = board.probes.due_of(condition.request);
    if (due && (!next || *due < *next)) next = due;
  }
  return next;
}

std::string job_status_json(const flow::Job& job, WithResult with_result) {
  report::JsonWriter out;
  out.begin_object();
  write_status(out, job, with_result);
  out.end_object();
  return std::move(out).take();
}

std::string job_step_json(const flow::Job& job, const JobStep& step) {
  report::JsonWriter out;
  out.begin_object();
  out.field("job_id", job.id.value);
  out.field("kind", job.request.kind);
  write_step(out, step);
  out.end_object();
  return std::move(out).take();
}

std::string job_json(const flow::Job& job, const std::deque<JobStep>& steps, bool has_log) {
  report::JsonWriter out;
  out.begin_object();
  write_status(out, job, WithResult::yes);
  text_if(out, "owner", shown_name(job.request.owner));
  out.key("input");
  out.raw(job.request.input.empty() ? "null" : job.request.input);
  out.field("heartbeat_ms", job.request.heartbeat_every.count());
  out.field("cancel_grace_ms", job.request.cancel_grace.count());
  out.field("retention_ms", job.request.retention.count());
  out.field("reports_ignored", job.ignored);
  if (has_log) out.field("log_url", fmt::format("/api/v1/jobs/{}/log", job.id.value));
  out.key("history");
  out.begin_array();
  for (const JobStep& step : steps) {
    out.begin_object();
    write_step(out, step);
    out.end_object();
  }
  out.end_array();
  out.end_object();
  return std::move(out).take();
}

void write_job_row(report::JsonWriter& out, const flow::Job& job) {
  out.begin_object();
  write_status(out, job, WithResult::no);
  text_if(out, "owner", shown_name(job.request.owner));
  out.end_object();
}

std::string wait_json(const flow::Wait& wait, const WaitLook& look) {
  report::JsonWriter out;
  out.begin_object();
  write_wait(out, wait, look);
  write_captures(out, wait.captures);
  write_notes(out, wait);
  out.field("excerpt", wait.excerpt);
  out.end_object();
  return std::move(out).take();
}

void write_wait_row(report::JsonWriter& out, const flow::Wait& wait, const WaitLook& look) {
  out.begin_object();
  write_wait(out, wait, look);
  out.end_object();
}

std::string tag_of(const flow::Job& job) {
  return fmt::format("\"{}\"", job.last_seq - job.ignored);
}

std::string tag_of(const flow::Wait& wait) {
  return fmt::format("W/\"{}\"", wait.last_seq);
}

std::string project_of(const flow::Job& job) {
  const auto known = unscoped(job.request.owner);
  return known ? known->project : std::string{};
}

std::string project_of(const flow::Wait& wait) {
  const auto known = unscoped(wait.spec.owner);
  return known ? known->project : std::string{};
}

}  // namespace tamarack::coordinator
