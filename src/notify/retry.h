// When a request is sent again. Pure: time and chance come in.
//
//   reply                                              then
//   2xx                                                done
//   410                                                given up, and the target gets nothing more until the server starts again
//   408, 429, 5xx, or no answer                        again
//   403 with Retry-After or an exhausted rate limit    again (only GitHub, which documents it so)
//   any other 4xx, and 1xx and 3xx                     given up: the same request will get the same answer
//   500 and others of 5xx but 502, 503, 504 from OTLP  given up, as its specification demands
//   anything a day after the event                     given up
//
// The wait doubles from 5 seconds to an hour; chance takes up to half of it away, so that many servers do not come back at once. A
// Retry-After is waited out, however long, as long as it ends within the day.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/time.h"

namespace tamarack::notify {

struct RetryRules {
  Millis first{5'000};
  Millis longest{3'600'000};
  Millis shortest{1'000};  // a Retry-After of 0 must not become a loop
  Millis lifetime{86'400'000};
};

enum class RetryStyle { usual, github, otlp };

struct Reply {
  int status = 0;              // 0: there was no answer
  std::optional<Millis> wait;  // what the other side asks for
};

enum class Then { done, again, give_up, give_up_target };
struct Decision {
  Then then = Then::done;
  Instant at;  // of the next attempt
};

// `created`: when the delivery was composed; `attempts`: with the one that was just made.
struct Tried {
  Instant created;
  std::int64_t attempts = 1;
};
Decision decide(const RetryRules& rules, RetryStyle style, const Tried& tried, const Reply& reply, Instant now, Random& random);

// The fields of an answer that say when to come back; empty where there is none.
struct WaitFields {
  std::string_view retry_after;          // Retry-After: seconds, or a date of HTTP
  std::string_view ratelimit_remaining;  // GitHub's x-ratelimit-remaining: counts when it is 0
  std::string_view ratelimit_reset;      // its x-ratelimit-reset, in seconds since the Unix epoch
};
// Never negative.
std::optional<Millis> wanted_wait(const WaitFields& fields, Instant now);

}  // namespace tamarack::notify
