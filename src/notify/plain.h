// Text cut for the limits of others. Limits are kept in bytes where others count characters: never more, and no guess what a character is.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "report/report_view.h"

namespace tamarack::notify {

// Valid UTF-8 of at most `bytes_max` (at least 3); what was cut ends in "…".
std::string cut(std::string_view text, std::size_t bytes_max);
// The same on one line, without control characters and escape sequences.
std::string cut_line(std::string_view text, std::size_t bytes_max);
// As a part of a URL's path: everything but letters, digits and "-._~" as %XX.
std::string percent_encoded(std::string_view text);
// 40 or 64 hexadecimal digits.
bool is_full_commit(std::string_view text);

bool is_green(const report::ReportView& view);

}  // namespace tamarack::notify
