#include "domain/token_text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace tamarack::domain {
namespace {

std::string example() {
  return write_token(make_token_text(std::string(token_random_bytes, '\x5a')));
}

TEST(TokenText, has_one_form) {
  EXPECT_EQ(write_token(make_token_text(std::string(token_random_bytes, '\0'))), "tmk_0000000000_" + std::string(43, '0'));
  EXPECT_EQ(make_token_secret(std::string(31, '\0') + '\x3e'), std::string(41, '0') + "10") << "62 is written 10";
  // 2^256 - 1 in base 62: every bit of the random bytes is in the text.
  EXPECT_EQ(make_token_secret(std::string(32, '\xff')), "YHJSKWDa6oz1al1yMhwzwM8llg7hJNUca2J5RoW8xP1");
}

TEST(TokenText, says_what_is_wrong_and_never_what_it_was) {
  const std::string good = example();
  std::string bad_secret = good;
  bad_secret.back() = '+';
  std::string bad_id = good;
  bad_id[5] = 'X';
  std::string no_gap = good;
  no_gap[14] = 'a';
  const std::pair<std::string, std::string> cases[] = {
      {"", "the token is empty"},
      {" \n", "the token is empty"},
      {"ghp_sixteen", "the token does not begin with 'tmk_'"},
      {"TMK_" + good.substr(4), "the token does not begin with 'tmk_'"},
      {good.substr(0, good.size() - 1), "the token must have 58 characters, got 57"},
      {good + "x", "the token must have 58 characters, got 59"},
      {good + "\n" + good, "the token must have 58 characters, got 117"},
      {bad_secret, "the token must be 'tmk_', 10 digits and lower-case letters, '_', and 43 digits and letters"},
      {bad_id, "the token must be 'tmk_', 10 digits and lower-case letters, '_', and 43 digits and letters"},
      {no_gap, "the token must be 'tmk_', 10 digits and lower-case letters, '_', and 43 digits and letters"},
  };
  for (const auto& [text, message] : cases) {
    const auto parsed = parse_token(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().message, message);
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid_argument);
    EXPECT_FALSE(parsed.error().hint.empty());
  }
}

TEST(TokenText, may_stand_in_a_file_with_a_line_end) {
  EXPECT_EQ(write_token(parse_token("  " + example() + "\r\n").value()), example());
}

RC_GTEST_PROP(TokenText, is_read_back_as_it_was_written, ()) {
  const auto random = *rc::gen::container<std::string>(token_random_bytes, rc::gen::arbitrary<char>());
  const TokenText token = make_token_text(random);
  RC_ASSERT(is_token_id(token.id.value));
  RC_ASSERT(token.secret.size() == token_secret_chars);
  RC_ASSERT(parse_token(write_token(token)).value() == token);
}

RC_GTEST_PROP(TokenText, different_random_bytes_make_different_secrets, ()) {
  const auto left = *rc::gen::container<std::string>(32, rc::gen::arbitrary<char>());
  auto right = left;
  right[*rc::gen::inRange<std::size_t>(0, 32)] ^= 1;
  RC_ASSERT(make_token_secret(left) != make_token_secret(right));
}

RC_GTEST_PROP(TokenText, errors_never_repeat_the_text, (const std::string& tail)) {
  const auto parsed = parse_token("tmk_" + tail);
  if (!parsed && tail.size() >= 6) RC_ASSERT(describe(parsed.error()).find(tail) == std::string::npos);
}

}  // namespace
}  // namespace tamarack::domain
