#include "base/parse_instant.h"

#include "base/text.h"

namespace tamarack {
namespace {

// A fixed number of digits; nothing when there are others.
std::optional<int> digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  const auto number = parse_integer(text.substr(0, count));
  if (!number) return std::nullopt;
  text.remove_prefix(count);
  return static_cast<int>(*number);
}

bool take_char(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Millis> parse_time_of_day(std::string_view& text) {
  const auto hour = digits(text, 2);
  if (!hour || !take_char(text, ":")) return std::nullopt;
  const auto minute = digits(text, 2);
  int second = 0;
  std::int64_t ms = 0;
  if (take_char(text, ":")) {
    const auto found = digits(text, 2);
    if (!found) return std::nullopt;
    second = *found;
    if (take_char(text, ".,")) {
      std::int64_t unit = 100;
      if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
      for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), unit /= 10)
        ms += (text.front() - '0') * unit;
    }
  }
  if (!minute || *hour > 23 || *minute > 59 || second > 60) return std::nullopt;
  return Millis{((*hour * 60LL + *minute) * 60 + second) * 1000 + ms};
}

// "", "Z", "+01:00", "-0330": what has to be taken off to come to UTC.
std::optional<Millis> parse_zone(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") return Millis{0};
  const int sign = text.front() == '-' ? -1 : 1;
  if (!take_char(text, "+-")) return std::nullopt;
  const auto hour = digits(text, 2);
  take_char(text, ":");
  const auto minute = text.empty() ? std::optional(0) : digits(text, 2);
  if (!hour || !minute || !text.empty() || *hour > 14 || *minute > 59) return std::nullopt;
  return Millis{sign * (*hour * 60LL + *minute) * 60'000};
}

}  // namespace

std::optional<Instant> parse_instant(std::string_view text) {
  text = trim(text);
  const auto year = digits(text, 4);
  if (!year || !take_char(text, "-")) return std::nullopt;
  const auto month = digits(text, 2);
  if (!month || !take_char(text, "-")) return std::nullopt;
  const auto day = digits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *year < 1970) return std::nullopt;
  const Instant midnight{std::chrono::sys_days{date}.time_since_epoch()};
  if (text.empty()) return midnight;
  if (!take_char(text, "Tt ")) return std::nullopt;
  const auto time = parse_time_of_day(text);
  const auto zone = parse_zone(text);
  if (!time || !zone) return std::nullopt;
  return midnight + *time - *zone;
}

}  // namespace tamarack
