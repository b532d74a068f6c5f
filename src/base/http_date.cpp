#include "base/http_date.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace tamarack {

std::optional<Instant> parse_http_date(std::string_view text) {
  static constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::vector<std::string> words = split(text, ' ');  // Sat, | 21 | Nov | 2026 | 10:24:18 | GMT
  if (words.size() != 6 || !words[0].ends_with(',') || words[5] != "GMT") return std::nullopt;
  const auto month = std::find(months.begin(), months.end(), words[2]);
  const std::vector<std::string> clock = split(words[4], ':');
  if (month == months.end() || clock.size() != 3) return std::nullopt;
  const std::array<std::string_view, 5> texts{words[1], words[3], clock[0], clock[1], clock[2]};
  static constexpr std::array<std::int64_t, 5> maxima{31, 9999, 23, 59, 60};
  std::array<std::int64_t, 5> numbers{};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto number = parse_integer(texts[i]);
    if (!number || *number > maxima[i]) return std::nullopt;
    numbers[i] = *number;
  }
  const auto [day, year, hour, minute, second] = numbers;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(static_cast<unsigned>(month - months.begin() + 1)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  const Millis of_day{((hour * 60 + minute) * 60 + second) * 1000};
  return Instant{std::chrono::duration_cast<Millis>(std::chrono::sys_days(date).time_since_epoch()) + of_day};
}

}  // namespace tamarack
