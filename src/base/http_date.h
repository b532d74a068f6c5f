// Dates as HTTP fields have them.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace tamarack {

// "Sat, 21 Nov 2026 10:24:18 GMT", the one form of RFC 9110 (5.6.7) that is sent today; its day of the week is not compared. Nothing for
// any other text, and for a date or a time that does not exist.
std::optional<Instant> parse_http_date(std::string_view text);

}  // namespace tamarack
