#include "adapter/results/result_report.h"

#include <charconv>
#include <cmath>

#include "base/text.h"

namespace tamarack::adapter {

Millis parse_seconds(std::string_view text) {
  constexpr double seconds_max = 366.0 * 24 * 3600;
  std::string number(trim(text));
  // Some reporters write the number for people: "1,234.5". Without a point the comma is the point.
  number = number.find('.') != std::string::npos ? replace_all(number, ",", "") : replace_all(number, ",", ".");
  double seconds = 0;
  const auto [end, status] = std::from_chars(number.data(), number.data() + number.size(), seconds);
  const bool is_number = status == std::errc{} && end == number.data() + number.size();
  if (!is_number || !std::isfinite(seconds) || seconds < 0 || seconds > seconds_max) return Millis{0};
  return Millis{std::llround(seconds * 1000)};
}

std::string captured_text(std::string_view text) {
  // Cut before the costly cleaning: a report may carry hundreds of megabytes in one element.
  if (text.size() > 4 * case_text_bytes_max) text.remove_prefix(text.size() - 4 * case_text_bytes_max);
  // Valid UTF-8 last: the other two may cut a character in half.
  return to_valid_utf8(tail_of(strip_ansi(text), case_text_bytes_max));
}

std::string message_text(std::string_view text) {
  const bool is_long = text.size() > case_text_bytes_max;
  const std::string clean = to_valid_utf8(strip_ansi(text.substr(0, case_text_bytes_max)));
  return is_long ? clean + "… (cut)" : clean;
}

std::string display_name(const ResultCase& result) {
  std::string name;
  for (const std::string* part : {&result.suite, &result.classname, &result.name}) {
    if (part->empty() || (part == &result.classname && *part == result.suite)) continue;
    if (part == &result.name && *part == name) continue;
    name += (name.empty() ? "" : " › ") + *part;
  }
  return name;
}

}  // namespace tamarack::adapter
