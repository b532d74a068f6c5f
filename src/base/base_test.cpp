#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "base/hash.h"
#include "base/http_date.h"
#include "base/result.h"
#include "base/text.h"
#include "base/time.h"

namespace tamarack {
namespace {

// Appendix A of the SipHash paper: key 00..0f, input 00..0e.
TEST(HttpDate, IsReadInItsOneForm) {
  EXPECT_EQ(parse_http_date("Sun, 22 Nov 2026 10:24:18 GMT"), from_ms(1'795'343'058'000));
  EXPECT_EQ(parse_http_date("Thu, 29 Feb 2024 12:00:00 GMT"), from_ms(1'709'208'000'000));
  for (const char* wrong : {"", "Sun, 22 Nov 2026 10:24:18 CET", "Sun, 32 Nov 2026 10:24:18 GMT", "Sun, 22 Foo 2026 10:24:18 GMT",
                            "Sun, 22 Nov 2026 25:24:18 GMT", "Sun, 22 Nov 2026 10:24 GMT", "Sun, -1 Nov 2026 10:24:18 GMT",
                            "Sun, 22 Nov 2026 -1:24:18 GMT", "Thu, 29 Feb 2026 12:00:00 GMT", "22 Nov 2026 10:24:18 GMT"})
    EXPECT_FALSE(parse_http_date(wrong)) << wrong;
}

TEST(Hash, MatchesThePublishedVector) {
  std::string input;
  for (char c = 0; c < 15; ++c) input.push_back(c);
  EXPECT_EQ(siphash(0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL, input), 0xa129ca6149be45e5ULL);
}

TEST(Hash, PartsDoNotRunTogether) {
  EXPECT_NE(hash_parts(1, {"ab", "c"}), hash_parts(1, {"a", "bc"}));
  EXPECT_NE(hash_parts(1, {"a"}), hash_parts(2, {"a"}));
  EXPECT_EQ(hex64(0xabc), "0000000000000abc");
}

Result<int> half(int number) {
  if (number % 2 != 0) return make_error(ErrorCode::invalid_argument, "odd");
  return number / 2;
}
Result<int> quarter(int number) {
  const int once = TRY(half(number));
  return TRY(half(once));
}

TEST(Result, TryPassesTheErrorOn) {
  EXPECT_EQ(quarter(12).value(), 3);
  EXPECT_EQ(quarter(6).error().message, "odd");
}

TEST(Text, DurationsReadWell) {
  EXPECT_EQ(human_duration(Millis{std::numeric_limits<std::int64_t>::min()}).front(), '-');
  EXPECT_EQ(human_duration(Millis{870}), "870 ms");
  EXPECT_EQ(human_duration(Millis{1234}), "1.2 s");
  EXPECT_EQ(human_duration(Millis{184'000}), "3 m 04 s");
  EXPECT_EQ(human_duration(Millis{7'500'000}), "2 h 05 m");
  EXPECT_EQ(iso8601(from_ms(1'795'256'658'250)), "2026-11-21T10:24:18.250Z");
}

TEST(Text, GlobStaysInsideOneFolderUnlessDoubled) {
  EXPECT_TRUE(glob_match("tests/*.spec.ts", "tests/a.spec.ts"));
  EXPECT_FALSE(glob_match("tests/*.spec.ts", "tests/x/a.spec.ts"));
  EXPECT_TRUE(glob_match("tests/**/*.spec.ts", "tests/x/y/a.spec.ts"));
  EXPECT_TRUE(glob_match("**/a.spec.ts", "a.spec.ts"));
  EXPECT_FALSE(glob_match("?", "/"));
}

TEST(Text, EscapesAndBytesAreTamed) {
  EXPECT_EQ(strip_ansi("\x1b[31mred\x1b[0m \x1b]8;;x\x07link"), "red link");
  EXPECT_EQ(to_valid_utf8("a\xff"), "a\xef\xbf\xbd");
  EXPECT_FALSE(is_valid_utf8("\xed\xa0\x80"));
  EXPECT_EQ(shell_quote("it's"), "'it'\\''s'");
  EXPECT_EQ(parse_integer("4x"), std::nullopt);
}

TEST(Text, ClosestOnlyWhenClose) {
  const std::vector<std::string> keys{"workers", "retries", "policy"};
  EXPECT_EQ(closest("worker", keys), "workers");
  EXPECT_EQ(closest("zebra", keys), std::nullopt);
}

TEST(Text, TheLastWordsOfAProgram) {
  EXPECT_EQ(last_lines("collecting\n\nERROR: not found: tests/gone.py\n  1 error  \n\n", 2), "ERROR: not found: tests/gone.py / 1 error");
  EXPECT_EQ(last_lines("one", 2), "one");
  EXPECT_EQ(last_lines(" \n\n", 2), "");
  EXPECT_EQ(last_lines(std::string(500, 'x'), 1), std::string(200, 'x') + "…");
}

RC_GTEST_PROP(Text, RepairedBytesAreAlwaysValid, (const std::string& bytes)) {
  RC_ASSERT(is_valid_utf8(to_valid_utf8(bytes)));
}

RC_GTEST_PROP(Text, JoinUndoesSplit, (const std::string& text)) {
  RC_ASSERT(join(split(text, ','), ",") == text);
}

RC_GTEST_PROP(Text, TailIsBounded, (const std::string& text)) {
  RC_ASSERT(last_lines(text, 2).size() <= text.size() + 9);
  RC_ASSERT(tail_of(text, 8).size() <= std::max<std::size_t>(text.size(), 8 + 40));
}

}  // namespace
}  // namespace tamarack
