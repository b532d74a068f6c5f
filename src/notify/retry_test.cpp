#include "notify/retry.h"

#include <gtest/gtest.h>

#include "io/http_message.h"

namespace tamarack::notify {
namespace {

const Instant noon = from_ms(1'800'000'000'000);
constexpr RetryRules rules;

Decision on(int status, RetryStyle style = RetryStyle::usual, std::optional<Millis> wait = {}) {
  Random random(1);
  return decide(rules, style, {.created = noon, .attempts = 1}, {.status = status, .wait = wait}, noon, random);
}

// The whole table at the top of retry.h.
TEST(Retry, decides_by_status_and_by_who_answers) {
  struct Row {
    int status;
    Then usual;
    Then github;
    Then otlp;
  };
  const Row rows[] = {{0, Then::again, Then::again, Then::again},
                      {200, Then::done, Then::done, Then::done},
                      {202, Then::done, Then::done, Then::done},
                      {204, Then::done, Then::done, Then::done},
                      {301, Then::give_up, Then::give_up, Then::give_up},
                      {400, Then::give_up, Then::give_up, Then::give_up},
                      {401, Then::give_up, Then::give_up, Then::give_up},
                      {403, Then::give_up, Then::give_up, Then::give_up},
                      {404, Then::give_up, Then::give_up, Then::give_up},
                      {408, Then::again, Then::again, Then::give_up},
                      {410, Then::give_up_target, Then::give_up_target, Then::give_up_target},
                      {413, Then::give_up, Then::give_up, Then::give_up},
                      {422, Then::give_up, Then::give_up, Then::give_up},
                      {429, Then::again, Then::again, Then::again},
                      {500, Then::again, Then::again, Then::give_up},
                      {502, Then::again, Then::again, Then::again},
                      {503, Then::again, Then::again, Then::again},
                      {504, Then::again, Then::again, Then::again}};
  for (const Row& row : rows) {
    EXPECT_EQ(on(row.status).then, row.usual) << row.status;
    EXPECT_EQ(on(row.status, RetryStyle::github).then, row.github) << row.status;
    EXPECT_EQ(on(row.status, RetryStyle::otlp).then, row.otlp) << row.status;
  }
  EXPECT_EQ(on(403, RetryStyle::github, Millis{60'000}).then, Then::again) << "GitHub's rate limit";
  EXPECT_EQ(on(403, RetryStyle::usual, Millis{60'000}).then, Then::give_up);
}

TEST(Retry, waits_twice_as_long_every_time_but_never_the_same_for_all) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    Millis full{5'000};
    for (std::int64_t attempt = 1; attempt <= 15; ++attempt) {
      const Decision decision = decide(rules, RetryStyle::usual, {.created = noon, .attempts = attempt}, {.status = 500}, noon, random);
      const Millis wait = decision.at - noon;
      EXPECT_LE(wait, full) << attempt;
      EXPECT_GT(wait, full / 2) << attempt;
      full = std::min(2 * full, rules.longest);
    }
    EXPECT_EQ(full, rules.longest);
  }
}

TEST(Retry, waits_as_long_as_it_is_asked_to) {
  EXPECT_EQ(on(503, RetryStyle::usual, Millis{7'200'000}).at, noon + Millis{7'200'000}) << "longer than the longest of our own";
  EXPECT_EQ(on(429, RetryStyle::usual, Millis{0}).at, noon + rules.shortest) << "no loop";
  EXPECT_EQ(on(503, RetryStyle::usual, Millis{90'000'000}).then, Then::give_up) << "that would be after the day";
}

TEST(Retry, ends_after_a_day) {
  Random random(3);
  Instant now = noon;
  std::int64_t attempts = 0;
  while (true) {
    const Decision decision = decide(rules, RetryStyle::usual, {.created = noon, .attempts = ++attempts}, {}, now, random);
    if (decision.then == Then::give_up) break;
    ASSERT_EQ(decision.then, Then::again);
    ASSERT_LE(decision.at, noon + rules.lifetime);
    now = decision.at;
  }
  EXPECT_GT(now, noon + rules.lifetime - rules.longest);
  EXPECT_GT(attempts, 25);
  EXPECT_LT(attempts, 60);
}

TEST(Retry, reads_when_to_come_back) {
  const auto wait = [](const WaitFields& fields) { return wanted_wait(fields, from_ms(1'795'256'658'000)); };  // Sat, 21 Nov 2026 10:24:18
  EXPECT_EQ(wait({}), std::nullopt);
  EXPECT_EQ(wait({.retry_after = "120"}), Millis{120'000});
  EXPECT_EQ(wait({.retry_after = "Sat, 21 Nov 2026 10:25:18 GMT"}), Millis{60'000});
  EXPECT_EQ(wait({.retry_after = "Sat, 21 Nov 2026 09:25:18 GMT"}), Millis{0}) << "in the past";
  for (const char* nonsense : {"", "-5", "soon", "1e9", "99999999999999999", "Sat, 31 Feb 2026 10:25:18 GMT",
                               "Sat, 21 Nov 2026 25:25:18 GMT", "21 Nov 2026", "Sat, 21 Nov 2026 10:25:18 CET"})
    EXPECT_EQ(wait({.retry_after = nonsense}), std::nullopt) << nonsense;
  EXPECT_EQ(wait({.ratelimit_remaining = "0", .ratelimit_reset = "1795256700"}), Millis{42'000});
  EXPECT_EQ(wait({.ratelimit_remaining = "7", .ratelimit_reset = "1795256700"}), std::nullopt);
}

}  // namespace
}  // namespace tamarack::notify
