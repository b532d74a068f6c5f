// One job as the journal knows it, and what is decided about it. What spans several jobs (idempotency keys, executors) is the board's.
//
//   PENDING ─▶ QUEUED ─▶ INITIALIZING ─▶ RUNNING ─▶ COMPLETED | FAILED | CANCELLED | LOST     any number of steps forward, none back
//   not begun ──cancel──▶ CANCELLED            begun ──cancel──▶ asked ──its own end wins, or cancel_grace──▶ CANCELLED
//   begun ──silent for 1.5 heartbeats──▶ LOST
#pragma once

#include <string>
#include <vector>

#include "flow/record.h"

namespace tamarack::flow {

inline constexpr std::size_t job_text_bytes_max = 64 * 1024;  // of a result or an error; more belongs into an artifact
inline constexpr std::int64_t job_advances_max = 1'000;       // noted per job; later stages and progress are not kept
inline constexpr std::int64_t job_ignored_max = 20;           // noted per job

struct Job {
  domain::JobId id;
  domain::JobRequest request;
  domain::JobStatus status = domain::JobStatus::pending;
  std::string stage;
  std::int32_t progress = -1;
  std::string executor;
  std::uint32_t epoch = 0;  // 0: not handed out
  Instant submitted;
  Instant changed;
  Instant ended;  // once its status is final
  bool cancel_asked = false;
  Instant cancel_asked_at;
  std::string cancel_reason;
  std::string result;
  std::string result_location;
  std::string error;
  std::string reason;
  std::int64_t advances = 0;
  std::int64_t ignored = 0;
  std::int64_t last_seq = 0;

  Instant heard;  // not journaled: the last sign of life, or the restart
};

// What a report brings about: nothing, an advance, an end, or a note that it was ignored. A sign of life is noted in job.heard.
std::vector<Record> hear_report(Job& job, const domain::JobReport& report, Instant now);
std::vector<Record> hear_cancel(const Job& job, const std::string& reason);
// Time passed: silence, a cancel that nobody obeyed, retention. A job that is waited for is not forgotten.
std::vector<Record> look_at(const Job& job, Instant now, bool is_waited_for);
// When look_at may have something to say; far away when never.
Instant next_look(const Job& job, bool is_waited_for);

void apply(Job& job, const Record& record, Instant at);

}  // namespace tamarack::flow
