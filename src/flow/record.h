// The journal of jobs, waits and mailboxes: facts in the order in which they were decided, one stream for each of them. A stream folds
// without the others and is dropped as a whole. See docs/design/2026-11-21-jobs-waits-flows.md; why facts: decision 0008.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "domain/job.h"
#include "domain/signal.h"
#include "domain/wait.h"
#include "flow/wait_spec.h"

namespace tamarack::flow {

// ---- stream clock: ties the line of instants to the machine (timeline_clock.h)
struct ClockStarted {
  Instant wall;
  Millis since_boot{0};
  std::string boot;
};

// ---- stream job:ID
struct JobSubmitted {
  domain::JobId job;
  domain::JobRequest request;
};
struct JobHandedOut {
  std::string executor;  // one session of it
  std::uint32_t epoch = 0;
};
struct JobAdvanced {
  domain::JobStatus status = domain::JobStatus::pending;
  std::string stage;
  std::int32_t progress = -1;
  std::string executor;
};
struct JobCancelAsked {
  std::string reason;
};
struct JobEnded {
  domain::JobStatus status = domain::JobStatus::lost;
  std::string result;  // JSON text
  std::string result_location;
  std::string error;   // the executor's own words
  std::string reason;  // ours, where we decided it
};
enum class IgnoredReport { duplicate, out_of_order, after_end, unknown_status, wrong_epoch, too_large };
std::string_view to_string(IgnoredReport why);
struct JobReportIgnored {
  std::string status;
  IgnoredReport why = IgnoredReport::duplicate;
  std::string executor;
};
struct JobForgotten {};

// ---- stream wait:ID
struct WaitParked {
  domain::WaitId wait;
  WaitSpec spec;
  Instant deadline;
};
enum class NoteKind { seen, changed, trouble, refreshed, not_cancelled, late_signal };
std::string_view to_string(NoteKind kind);
struct WaitNoted {
  std::int32_t condition = 0;
  NoteKind what = NoteKind::changed;
  std::string text;
  std::string excerpt;
  std::int64_t probes = 0;  // answers heard until then
};
struct ConditionEnded {
  std::int32_t condition = 0;
  domain::WaitOutcome outcome = domain::WaitOutcome::invalid;
  std::string message;
  std::vector<Captured> captures;
  std::string excerpt;  // of the answer that decided
};
struct WaitEnded {
  domain::WaitOutcome outcome = domain::WaitOutcome::invalid;
  std::string message;
  std::int32_t condition = -1;  // that decided; -1: none did
  std::vector<Captured> captures;
  std::string excerpt;  // the last answer
  std::int64_t probes = 0;
};
struct WaitTaken {};
struct WaitForgotten {};

// ---- stream mail:KEY
struct MailboxOpened {
  std::string key;
  bool once = false;  // minted for one wait
  Millis retention{0};
};
struct SignalStored {
  domain::Signal signal;
  bool late = false;  // the one wait it was meant for is over: it never counts
};
struct SignalRepeated {
  domain::SignalId id;
};
struct SignalConsumed {
  domain::SignalId id;
  domain::WaitId wait;
  std::int32_t condition = 0;
};
struct SignalExpired {
  domain::SignalId id;
};
struct MailboxClosed {
  domain::WaitId wait;  // that it was made for
  domain::WaitOutcome outcome = domain::WaitOutcome::invalid;
};
struct MailboxForgotten {};

using Record = std::variant<ClockStarted, JobSubmitted, JobHandedOut, JobAdvanced, JobCancelAsked, JobEnded, JobReportIgnored, JobForgotten,
                            WaitParked, WaitNoted, ConditionEnded, WaitEnded, WaitTaken, WaitForgotten, MailboxOpened, SignalStored,
                            SignalRepeated, SignalConsumed, SignalExpired, MailboxClosed, MailboxForgotten>;

struct Entry {
  std::string stream;    // "job:j-1", "wait:w-1", "mail:KEY", "clock"
  std::int64_t seq = 0;  // 1, 2, 3, … without gaps within its stream
  Instant at;
  Record record;
};

}  // namespace tamarack::flow
