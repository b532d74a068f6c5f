#include "config/literal.h"

#include <fmt/format.h>

#include <array>
#include <chrono>

#include "base/text.h"

namespace tamarack::config {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

constexpr std::array duration_units{Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1'000}, Unit{"ms", 1}};
constexpr std::array size_units{Unit{"TB", 1'000'000'000'000}, Unit{"GB", 1'000'000'000}, Unit{"MB", 1'000'000}, Unit{"KB", 1'000},
                                Unit{"B", 1}};

// Nine digits keep every product within 64 bits, also for terabytes.
constexpr std::size_t digits_max = 9;

// Takes the leading digits off `text`.
std::optional<std::int64_t> take_number(std::string_view& text) {
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  if (digits == 0 || digits > digits_max) return std::nullopt;
  const std::optional<std::int64_t> number = parse_integer(text.substr(0, digits));
  text.remove_prefix(digits);
  return number;
}

std::string_view take_letters(std::string_view& text) {
  std::size_t letters = 0;
  while (letters < text.size() && (text[letters] < '0' || text[letters] > '9')) ++letters;
  const std::string_view taken = text.substr(0, letters);
  text.remove_prefix(letters);
  return taken;
}

}  // namespace

std::optional<Millis> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  Millis total{0};
  std::size_t next_unit = 0;  // units only get smaller, so "5s2m" and "1h1h" are refused
  while (!text.empty()) {
    const std::optional<std::int64_t> number = take_number(text);
    if (!number) return std::nullopt;
    const std::string_view name = take_letters(text);
    while (next_unit < duration_units.size() && duration_units[next_unit].name != name) ++next_unit;
    if (next_unit == duration_units.size()) return std::nullopt;
    total += Millis{*number * duration_units[next_unit].factor};
    ++next_unit;
  }
  return total;
}

std::string write_duration(Millis duration) {
  std::int64_t rest = duration.count();
  std::string out;
  for (const Unit& unit : duration_units) {
    if (rest < unit.factor) continue;
    out += fmt::format("{}{}", rest / unit.factor, unit.name);
    rest %= unit.factor;
  }
  return out.empty() ? "0s" : out;
}

std::optional<std::int64_t> parse_size(std::string_view text) {
  const std::optional<std::int64_t> number = take_number(text);
  if (!number) return std::nullopt;
  for (const Unit& unit : size_units) {
    // 999,999 TB is far beyond any disk and keeps the product within 64 bits.
    if (text == unit.name && *number <= 1'000'000'000'000'000'000 / unit.factor) return *number * unit.factor;
  }
  return std::nullopt;
}

std::string write_size(std::int64_t bytes) {
  for (const Unit& unit : size_units)
    if (bytes >= unit.factor && bytes % unit.factor == 0) return fmt::format("{}{}", bytes / unit.factor, unit.name);
  return "0B";
}

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const std::optional<std::int64_t> year = parse_integer(text.substr(0, 4));
  const std::optional<std::int64_t> month = parse_integer(text.substr(5, 2));
  const std::optional<std::int64_t> day = parse_integer(text.substr(8, 2));
  if (!year || !month || !day) return false;
  return std::chrono::year_month_day{std::chrono::year{static_cast<int>(*year)}, std::chrono::month{static_cast<unsigned>(*month)},
                                     std::chrono::day{static_cast<unsigned>(*day)}}
      .ok();
}

}  // namespace tamarack::config
