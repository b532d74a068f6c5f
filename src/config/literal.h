// The values that TOML has no type for: durations ("1h30m"), sizes ("2GB") and dates ("2027-01-31"). There is one way to write each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace tamarack::config {

// Whole numbers with the units d, h, m, s, ms, each at most once and in this order: "500ms", "30s", "2m", "1h30m".
std::optional<Millis> parse_duration(std::string_view text);
std::string write_duration(Millis duration);

// A whole number with B, KB, MB, GB or TB, in powers of 1000 as disks are sold: "2GB" is 2,000,000,000 bytes.
std::optional<std::int64_t> parse_size(std::string_view text);
std::string write_size(std::int64_t bytes);

// YYYY-MM-DD, a day of the Gregorian calendar.
bool is_date(std::string_view text);

}  // namespace tamarack::config
