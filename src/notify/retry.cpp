#include "notify/retry.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace tamarack::notify {
namespace {

constexpr std::int64_t seconds_max = 10'000'000'000;  // beyond it a number of seconds is nonsense, and would not fit into milliseconds

bool is_worth_again(RetryStyle style, const Reply& reply) {
  const int status = reply.status;
  if (status == 0 || status == 429) return true;
  if (style == RetryStyle::otlp) return status == 502 || status == 503 || status == 504;
  if (style == RetryStyle::github && status == 403) return reply.wait.has_value();
  return status == 408 || status >= 500;
}

Millis backoff(const RetryRules& rules, std::int64_t attempts, Random& random) {
  Millis wait = rules.first;
  for (std::int64_t i = 1; i < attempts && wait < rules.longest; ++i) wait *= 2;
  wait = std::min(wait, rules.longest);
  const auto half = static_cast<std::uint64_t>(std::max<std::int64_t>(1, wait.count() / 2));
  return wait - Millis{static_cast<std::int64_t>(random.below(half))};
}

}  // namespace

Decision decide(const RetryRules& rules, RetryStyle style, const Tried& tried, const Reply& reply, Instant now, Random& random) {
  if (reply.status >= 200 && reply.status < 300) return {Then::done, now};
  if (reply.status == 410) return {Then::give_up_target, now};
  if (!is_worth_again(style, reply)) return {Then::give_up, now};
  const Millis wait = reply.wait ? std::max(*reply.wait, rules.shortest) : backoff(rules, tried.attempts, random);
  if (now + wait > tried.created + rules.lifetime) return {Then::give_up, now};
  return {Then::again, now + wait};
}

std::optional<Millis> wanted_wait(const WaitFields& fields, Instant now) {
  const std::string_view text = trim(fields.retry_after);
  if (const auto seconds = parse_integer(text); seconds && *seconds <= seconds_max) return Millis{*seconds * 1000};
  if (const auto date = parse_http_date(text)) return std::max(Millis{0}, *date - now);
  if (trim(fields.ratelimit_remaining) != "0") return std::nullopt;
  const auto reset = parse_integer(trim(fields.ratelimit_reset));
  if (!reset || *reset > seconds_max) return std::nullopt;
  return std::max(Millis{0}, from_ms(*reset * 1000) - now);
}

std::optional<Instant> parse_http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::vector<std::string> words = split(text, ' ');  // Sat, | 21 | Nov | 2026 | 10:24:18 | GMT
  if (words.size() != 6 || !words[0].ends_with(',') || words[5] != "GMT" || words[1].size() != 2 || words[3].size() != 4)
    return std::nullopt;
  const auto month = std::find(months.begin(), months.end(), words[2]);
  const std::vector<std::string> clock = split(words[4], ':');
  const auto day = parse_integer(words[1]);
  const auto year = parse_integer(words[3]);
  if (month == months.end() || !day || !year || clock.size() != 3) return std::nullopt;
  const auto hour = parse_integer(clock[0]);
  const auto minute = parse_integer(clock[1]);
  const auto second = parse_integer(clock[2]);
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(month - months.begin() + 1)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  const Millis of_day{((*hour * 60 + *minute) * 60 + *second) * 1000};
  return Instant{std::chrono::duration_cast<Millis>(std::chrono::sys_days(date).time_since_epoch()) + of_day};
}

}  // namespace tamarack::notify
