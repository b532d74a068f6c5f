#include "flow/job.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/check.h"
#include "flow/json_path.h"
#include "flow/reading.h"

namespace tamarack::flow {

using domain::JobReport;
using domain::JobStatus;

namespace {

constexpr Instant never = Instant::max();
constexpr Millis waited_for_recheck{3'600'000};  // a job that is kept because somebody waits for it is looked at again

bool owes_heartbeats(const Job& job) {
  return is_begun(job.status) && job.request.heartbeat_every.count() > 0;
}

// One and a half heartbeats after the last one: within two of the death, whenever in between it came.
Instant silent_at(const Job& job) {
  return job.heard + job.request.heartbeat_every * 3 / 2;
}

std::vector<Record> ignored(const Job& job, const JobReport& report, IgnoredReport why) {
  if (job.ignored >= job_ignored_max) return {};
  return {JobReportIgnored{cut_text(report.status, 100), why, report.executor}};
}

// Any text is a result; what is no JSON becomes a string of it.
std::string as_json(const std::string& text) {
  if (text.empty() || parse_document(text)) return text;
  return boost::json::serialize(boost::json::value(boost::json::string(text)));
}

JobEnded end_of(const Job& job, const JobReport& report, JobStatus status) {
  JobEnded ended{.status = status, .result = as_json(report.result), .result_location = report.result_location, .error = report.error};
  if (job.cancel_asked && status != JobStatus::cancelled) ended.reason = "it ended before the cancel was obeyed";
  if (job.cancel_asked && status == JobStatus::cancelled) ended.reason = job.cancel_reason;
  return ended;
}

std::vector<Record> advance(Job& job, const JobReport& report, JobStatus status, Instant now) {
  job.heard = now;
  JobAdvanced advanced{.status = status, .stage = report.stage, .progress = report.progress, .executor = report.executor};
  const bool is_new_status = status != job.status;
  if (advanced.stage.empty() && !is_new_status) advanced.stage = job.stage;
  if (advanced.progress < 0 || advanced.progress > 100) advanced.progress = job.progress;
  // A session that was handed the job stays its executor; an application may name one worker after the other.
  if (advanced.executor.empty() || !job.request.processor.empty()) advanced.executor = job.executor;
  const bool is_same =
      !is_new_status && advanced.stage == job.stage && advanced.progress == job.progress && advanced.executor == job.executor;
  if (is_same || (!is_new_status && job.advances >= job_advances_max)) return {};
  return {std::move(advanced)};
}

}  // namespace

std::vector<Record> hear_report(Job& job, const JobReport& report, Instant now) {
  const bool too_large = report.result.size() > job_text_bytes_max || report.error.size() > job_text_bytes_max ||
                         report.stage.size() > 200 || report.result_location.size() > 8'192;
  if (too_large) return ignored(job, report, IgnoredReport::too_large);
  // What an executor of ours does begins with its hand-out; nobody else can say anything of it.
  const bool is_from_executor = job.epoch > 0 && report.epoch == job.epoch;
  if (!job.request.processor.empty() && !is_from_executor) return ignored(job, report, IgnoredReport::wrong_epoch);
  const std::optional<JobStatus> said = report.status.empty() ? job.status : domain::parse_job_status(report.status);
  if (!said) return ignored(job, report, IgnoredReport::unknown_status);
  if (is_final(job.status)) {
    const bool is_same = *said == job.status && (report.result.empty() || as_json(report.result) == job.result);
    return ignored(job, report, is_same ? IgnoredReport::duplicate : IgnoredReport::after_end);
  }
  // An old report that comes late is no sign of life either.
  if (*said < job.status) return ignored(job, report, IgnoredReport::out_of_order);
  if (is_final(*said)) return {end_of(job, report, *said)};
  return advance(job, report, *said, now);
}

std::vector<Record> hear_cancel(const Job& job, const std::string& reason) {
  if (is_final(job.status) || job.cancel_asked) return {};
  if (!is_begun(job.status)) return {JobEnded{.status = JobStatus::cancelled, .reason = reason}};
  return {JobCancelAsked{reason}};
}

std::vector<Record> look_at(const Job& job, Instant now, bool is_waited_for) {
  if (is_final(job.status)) {
    if (is_waited_for || now < job.ended + job.request.retention) return {};
    return {JobForgotten{}};
  }
  if (owes_heartbeats(job) && now >= silent_at(job)) {
    const std::string who = job.executor.empty() ? "its executor" : fmt::format("'{}'", job.executor);
    return {JobEnded{.status = JobStatus::lost,
                     .reason = fmt::format("{} has not been heard of for {}", who, human_duration(now - job.heard))}};
  }
  if (job.cancel_asked && now >= job.cancel_asked_at + job.request.cancel_grace)
    return {JobEnded{.status = JobStatus::cancelled,
                     .reason = fmt::format("{}; not obeyed within {}", job.cancel_reason, human_duration(job.request.cancel_grace))}};
  return {};
}

Instant next_look(const Job& job, bool is_waited_for) {
  if (is_final(job.status)) {
    const Instant forgotten = job.ended + job.request.retention;
    return is_waited_for ? forgotten + waited_for_recheck : forgotten;
  }
  Instant next = never;
  if (owes_heartbeats(job)) next = std::min(next, silent_at(job));
  if (job.cancel_asked) next = std::min(next, job.cancel_asked_at + job.request.cancel_grace);
  return next;
}

void apply(Job& job, const Record& record, Instant at) {
  if (const auto* submitted = std::get_if<JobSubmitted>(&record)) {
    job.id = submitted->job;
    job.request = submitted->request;
    job.submitted = job.changed = job.heard = at;
  } else if (const auto* handed = std::get_if<JobHandedOut>(&record)) {
    CHECK(job.epoch == 0 && handed->epoch > 0, "job '{}' is handed out twice", job.id.value);
    CHECK(may_follow(job.status, JobStatus::queued), "job '{}' is handed out while {}", job.id.value, to_string(job.status));
    job.status = JobStatus::queued;
    job.epoch = handed->epoch;
    job.executor = handed->executor;
    job.changed = job.heard = at;
  } else if (const auto* advanced = std::get_if<JobAdvanced>(&record)) {
    const bool forward = advanced->status == job.status || may_follow(job.status, advanced->status);
    CHECK(forward && !is_final(advanced->status), "job '{}' moves from {} to {}", job.id.value, to_string(job.status),
          to_string(advanced->status));
    job.status = advanced->status;
    job.stage = advanced->stage;
    job.progress = advanced->progress;
    job.executor = advanced->executor;
    job.changed = job.heard = at;
    ++job.advances;
  } else if (const auto* cancelled = std::get_if<JobCancelAsked>(&record)) {
    job.cancel_asked = true;
    job.cancel_asked_at = at;
    job.cancel_reason = cancelled->reason;
  } else if (const auto* ended = std::get_if<JobEnded>(&record)) {
    CHECK(may_follow(job.status, ended->status) && is_final(ended->status), "job '{}' ends as {} after {}", job.id.value,
          to_string(ended->status), to_string(job.status));
    job.status = ended->status;
    job.ended = job.changed = at;
    job.result = ended->result;
    job.result_location = ended->result_location;
    job.error = ended->error;
    job.reason = ended->reason;
  } else if (std::holds_alternative<JobReportIgnored>(record)) {
    ++job.ignored;
  }
}

}  // namespace tamarack::flow
