// A job: long-running work of a backend, executed by a worker of Tamarack or reported by the application. Its status only moves forward.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/time.h"

namespace tamarack::domain {

using JobId = TextId<struct JobTag>;

enum class JobStatus { pending, queued, initializing, running, completed, failed, cancelled, lost };

// As the API spells it: "PENDING". Exactly these eight words are read back, in this spelling.
std::string_view to_string(JobStatus status);
std::optional<JobStatus> parse_job_status(std::string_view text);

constexpr bool is_final(JobStatus status) {
  return status >= JobStatus::completed;
}
// Somebody works at it, so heartbeats are owed.
constexpr bool is_begun(JobStatus status) {
  return status == JobStatus::initializing || status == JobStatus::running;
}
// Forward, over any number of steps. Nothing follows a final status, not even another final one.
constexpr bool may_follow(JobStatus from, JobStatus to) {
  return !is_final(from) && to > from;
}

// What a client asks for.
struct JobRequest {
  std::string kind;              // a label that people group by, such as "process"
  std::string processor;         // which of Tamarack's own processors executes it; empty: the application does and reports
  std::string owner;             // for people: who submitted it
  std::string idempotency_key;   // empty: none
  std::string digest;            // of everything in the request that matters; the same key with another digest is refused
  std::string input;             // for the processor, opaque here
  Millis heartbeat_every{0};     // 0: silence means nothing
  Millis cancel_grace{30'000};   // how long a begun job may take to obey a cancel
  Millis retention{86'400'000};  // how long it is remembered after its end
  friend bool operator==(const JobRequest&, const JobRequest&) = default;
};

// What an executor or the application says of a job. Empty fields say nothing.
struct JobReport {
  std::string status;          // as received; read by parse_job_status
  std::string stage;           // free text, such as DATA_FETCHING
  std::int32_t progress = -1;  // percent
  std::string executor;        // who works at it, where the application names workers
  std::uint32_t epoch = 0;     // of the hand-out it belongs to; 0 for jobs that the application executes
  std::string result;          // JSON text
  std::string result_location;
  std::string error;
};

}  // namespace tamarack::domain
