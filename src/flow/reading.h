// What one answer means to one condition. Pure and without memory: whether something was seen before, and for how long nobody has
// answered, is the wait's business (wait.h).
//
//   answer                                    reading
//   2xx, status in the map                    as mapped (after fail_when)
//   2xx, status missing or not in the map     invalid, with the field, the value and what is allowed
//   2xx, no JSON where a field is wanted      invalid
//   no field, no until                        202 going_on, other 2xx and 303 satisfied
//   404 · 410 · 401, 403                      not_found · gone · refused
//   408, 425, 429, 5xx, no connection         no_answer
//   other 3xx and 4xx                         invalid
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "flow/answer.h"
#include "flow/rules.h"

namespace tamarack::flow {

enum class ReadingKind { going_on, satisfied, failed, lost, cancelled, invalid, not_found, gone, refused, no_answer };

struct Reading {
  ReadingKind kind = ReadingKind::going_on;
  std::string status;   // the mapped field as the backend wrote it; what stands where the first unmet `until` looks; or "HTTP 202"
  std::string message;  // why, for people; empty while it goes on
  std::vector<Captured> captures;
  std::string heartbeat;    // the value of the heartbeat field
  Millis retry_after{-1};   // -1: not said
  bool holds_host = false;  // retry_after is about the whole host
  friend bool operator==(const Reading&, const Reading&) = default;
};

// `now` is for a Retry-After that is a date.
Reading read(const ReadRules& rules, const Answer& answer, Instant now);

// The first bytes of a text, whole characters only, valid UTF-8: what is journaled comes back as it was.
std::string cut_text(std::string_view text, std::size_t bytes_max);

// The body, or what stands for one; at most bytes_max.
std::string excerpt_of(const Answer& answer, std::size_t bytes_max);

// The values that the rules take out of a document. `invalid_argument` names the capture, its path, and what stood there.
Result<std::vector<Captured>> capture(const std::vector<CaptureRule>& rules, std::string_view body);

}  // namespace tamarack::flow
