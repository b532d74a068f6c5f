// What clients, executors and applications say to the server about jobs, waits, signals and webhooks (docs/design/2026-11-21-http-api.md).
// Reading an incomplete or wrong body names every field that is wrong; a member that is not known is passed over. Values that only pass
// through Tamarack (inputs, results, data) stay JSON text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "domain/job.h"

namespace tamarack::wire {

// Any JSON value, as text; empty: there is none.
struct RawJson {
  std::string text;
  friend bool operator==(const RawJson&, const RawJson&) = default;
};

struct JobWish {  // POST /api/v1/jobs
  std::string kind;
  std::string processor;  // empty: the application executes it, and reports
  std::string project;    // for tokens of all projects; empty: the token's own
  RawJson input;
  std::int64_t heartbeat_ms = -1;  // -1: as the server has it
  std::int64_t retention_ms = -1;
  std::int64_t cancel_grace_ms = -1;
};
struct JobReportWish {  // POST /api/v1/jobs/{id}/report; empty members say nothing
  std::string status;
  std::string stage;
  std::int32_t progress = -1;
  std::string executor;
  std::uint32_t epoch = 0;  // of the hand-out, by Tamarack's own executors
  RawJson result;
  std::string result_location;
  std::string error;
  std::string log;  // the end of what it wrote; replaces what was sent before
};
struct ReasonWish {  // cancels
  std::string reason;
};
struct SignalWish {  // POST /api/v1/signals
  std::string key;
  std::string id;  // the same id is the same signal; empty: every one is a new one
  std::string type;
  std::string project;
  RawJson data;
};
struct HookWish {  // POST /api/v1/hooks
  std::string key;
  std::string project;
  std::int64_t retention_ms = -1;
  std::string scheme = "standard-webhooks";
  std::string secret;  // empty: made by the server
  std::string header;  // of hmac-sha256; empty: X-Hub-Signature-256
  bool once = false;   // for one wait: the first on its key
};

// ---- executors: POST /api/v1/executors/claim, which is their heartbeat as well
struct HeldJobWish {
  domain::JobId job;
  std::uint32_t epoch = 0;
};
struct ClaimWish {
  std::string executor;                 // one session: drawn when its process starts
  std::vector<std::string> processors;  // that have a free place
  std::vector<HeldJobWish> held;        // all whose end has not been acknowledged
  std::int64_t wait_ms = -1;            // how long to wait for an order; -1: as `Prefer: wait` says
  bool leaving = false;                 // its last word: what it still holds is lost
};
struct StartOrder {
  domain::JobId job;
  std::uint32_t epoch = 0;
  std::string project;
  std::string processor;
  std::string kind;
  RawJson input;
  std::int64_t heartbeat_ms = 0;
  std::int64_t cancel_grace_ms = 0;
};
struct ClaimAnswer {
  std::vector<StartOrder> start;
  std::vector<domain::JobId> stop;
};
// An input or a result that lies in the blob store.
struct BlobPlace {
  std::string blob;  // SHA-256
  std::string name;  // of the file, for people
  std::int64_t bytes = 0;
};

std::string encode(const JobWish& value);
std::string encode(const JobReportWish& value);
std::string encode(const SignalWish& value);
std::string encode(const HookWish& value);
std::string encode(const ClaimWish& value);
std::string encode(const ClaimAnswer& value);
std::string encode(const BlobPlace& value);

// `invalid_argument`.
Result<JobWish> read_job_wish(std::string_view text);
Result<JobReportWish> read_job_report(std::string_view text);
Result<ReasonWish> read_reason(std::string_view text);  // an empty body has none
Result<SignalWish> read_signal_wish(std::string_view text);
Result<HookWish> read_hook_wish(std::string_view text);
Result<ClaimWish> read_claim_wish(std::string_view text);
Result<ClaimAnswer> read_claim_answer(std::string_view text);
Result<BlobPlace> read_blob_place(std::string_view text);

// A CloudEvent in structured mode; missing members stay empty. `invalid_argument`: it is none.
struct CloudEvent {
  std::string id;
  std::string type;
  std::string source;
  RawJson data;
};
Result<CloudEvent> read_cloud_event(std::string_view text);
// Where it is JSON, as it is; else a JSON string of it.
std::string as_json(std::string_view text);

}  // namespace tamarack::wire
