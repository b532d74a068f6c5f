// Finds the operation that an answer announces: 202 with Operation-Location or Location, and Retry-After.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "flow/answer.h"

namespace tamarack::flow {

struct Operation {
  std::string status_url;  // absolute
  Millis retry_after{-1};  // -1: not said
  friend bool operator==(const Operation&, const Operation&) = default;
};

// `asked` is the absolute address that gave the answer. `invalid_argument` when the answer announces nothing that can be followed.
Result<Operation> discover(const HttpAnswer& answer, std::string_view asked, Instant now);

// "120", or a date of HTTP; a date in the past is 0. Nothing when it is neither. At most a day.
std::optional<Millis> parse_retry_after(std::string_view text, Instant now);

// A reference as in RFC 3986, section 5.2, for http and https. `invalid_argument` for other schemes.
Result<std::string> resolve_url(std::string_view base, std::string_view reference);

}  // namespace tamarack::flow
