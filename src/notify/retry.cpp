#include "notify/retry.h"

#include <algorithm>

#include "base/http_date.h"
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

}  // namespace tamarack::notify
