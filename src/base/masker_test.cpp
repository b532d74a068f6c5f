#include "base/masker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/hash.h"
#include "base/secret.h"

namespace tamarack {
namespace {

using testing::ElementsAre;

Masker masker_of(std::vector<std::string> values) {
  return Masker(values);
}

// The definition, written without any cleverness: which bytes lie inside an occurrence of a value?
std::string masked_slowly(const std::string& text, const std::vector<std::string>& values) {
  std::vector<bool> covered(text.size(), false);
  for (const std::string& value : values) {
    if (value.size() < masked_value_bytes_min) continue;
    for (std::size_t at = text.find(value); at != std::string::npos; at = text.find(value, at + 1))
      std::fill_n(covered.begin() + static_cast<std::ptrdiff_t>(at), value.size(), true);
  }
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!covered[at]) out += text[at];
    if (covered[at] && (at == 0 || !covered[at - 1])) out += mask_text;
  }
  return out;
}

TEST(Masker, replaces_every_occurrence_and_nothing_else) {
  const Masker masker = masker_of({"hunter2hunter", "s3cr3t"});
  EXPECT_EQ(masker.mask("login s3cr3t, again s3cr3t."), "login ***, again ***.");
  EXPECT_EQ(masker.mask("s3cr3"), "s3cr3");
  EXPECT_EQ(masker.mask("S3CR3T"), "S3CR3T");
  EXPECT_EQ(masker.mask("s3cs3cr3tr3t"), "s3c***r3t");
  EXPECT_EQ(masker.mask("hunter2"), "hunter2");
  EXPECT_EQ(masker.mask(""), "");
  EXPECT_EQ(Masker().mask("anything"), "anything");
}

TEST(Masker, one_mask_covers_values_that_overlap_touch_or_contain_each_other) {
  const Masker masker = masker_of({"abcdef", "defghi", "cdefgh", "xxabcdefyy"});
  EXPECT_EQ(masker.mask("-abcdefghi-"), "-***-");
  EXPECT_EQ(masker.mask("-abcdefdefghi-"), "-***-");
  EXPECT_EQ(masker.mask("-xxabcdefyy-"), "-***-");
  EXPECT_EQ(masker.mask("-xxabcdefy-"), "-xx***y-");
}

TEST(Masker, short_values_are_left_alone_and_their_names_are_told) {
  const std::vector<std::string> environment{"DB_PASSWORD=admin", "API_TOKEN=abcdef", "EMPTY_SECRET=", "HOME=/home/someone", "broken"};
  const MadeMasker made = make_masker(environment);
  EXPECT_EQ(made.masker.mask("admin abcdef /home/someone"), "admin *** /home/someone");
  EXPECT_THAT(made.too_short, ElementsAre("DB_PASSWORD"));
}

TEST(Masker, names_are_matched_in_any_case_and_configured_ones_are_added) {
  for (const char* name : {"TOKEN", "GITHUB_TOKEN", "npm_config_//registry.npmjs.org/:_authToken", "client_secret", "PGPASSWORD",
                           "AWS_SECRET_ACCESS_KEY", "SSH_PASSPHRASE", "MYSQL_PASSWD", "GOOGLE_CREDENTIALS"})
    EXPECT_TRUE(is_secret_name(name)) << name;
  for (const char* name : {"PATH", "HOME", "SSH_AUTH_SOCK", "GIT_AUTHOR_NAME", "DATABASE_URL", ""})
    EXPECT_FALSE(is_secret_name(name)) << name;
  const std::vector<std::string> more{"DATABASE_*"};
  EXPECT_TRUE(is_secret_name("database_url", more));
  EXPECT_FALSE(is_secret_name("OLD_DATABASE_URL", more));
  const std::vector<std::string> environment{"DATABASE_URL=postgres://me:pw@db"};
  EXPECT_EQ(make_masker(environment, {.names = more, .values = {"configured"}}).masker.mask("postgres://me:pw@db configured"), "*** ***");
}

TEST(Masker, finds_a_value_line_by_line_inside_json_and_inside_a_url) {
  const Masker masker = masker_of({"first line of key\n  second line\nend\n", "pass \"word\"/1"});
  EXPECT_EQ(masker.mask("  1| first line of key\n  2| second line\n  3| end"), "  1| ***\n  2| ***\n  3| end");
  EXPECT_EQ(masker.mask(R"({"p":"pass \"word\"/1"})"), R"({"p":"***"})");
  EXPECT_EQ(masker.mask("?p=pass%20%22word%22%2F1&q"), "?p=***&q");
  EXPECT_EQ(masker.mask(R"("first line of key\n  second line\nend\n")"), R"("***")");
}

TEST(MaskerStream, holds_back_only_what_may_begin_a_secret) {
  const Masker masker = masker_of({"s3cr3t", "s3cr3t-and-more"});
  Masker::Stream stream(masker);
  EXPECT_EQ(stream.push("plain text"), "plain text");
  EXPECT_EQ(stream.push(" s3c"), " ");
  EXPECT_EQ(stream.push("r"), "");
  EXPECT_EQ(stream.push("ab"), "s3crab");
  EXPECT_EQ(stream.push("s3cr3t"), "");
  EXPECT_EQ(stream.push(" then"), "*** then");
  EXPECT_EQ(stream.push("s3cr3t-and"), "");
  EXPECT_EQ(stream.finish(), "***-and");
  EXPECT_EQ(stream.push("r3t"), "r3t");  // nothing is left of the text before
  EXPECT_EQ(stream.finish(), "");
}

// Texts of two letters, so that matches, overlaps and repetitions are the rule. From a drawn seed, because RapidCheck's own texts start
// small and rarely hold a whole secret.
class Texts {
 public:
  explicit Texts(std::uint64_t seed) : random_(seed) {}
  std::string letters(std::uint64_t length_min, std::uint64_t length_max) {
    std::string text(between(length_min, length_max), 'a');
    for (char& letter : text) letter = random_.chance(0.5) ? 'a' : 'b';
    return text;
  }
  std::vector<std::string> several(std::uint64_t count_max, std::uint64_t length_min, std::uint64_t length_max) {
    std::vector<std::string> texts(between(0, count_max));
    for (std::string& text : texts) text = letters(length_min, length_max);
    return texts;
  }

 private:
  std::uint64_t between(std::uint64_t low, std::uint64_t high) { return low + random_.below(high - low + 1); }
  Random random_;
};

RC_GTEST_PROP(Masker, does_what_the_definition_says, (std::uint64_t seed)) {
  Texts texts(seed);
  const auto values = texts.several(6, 4, 10);
  const auto text = texts.letters(0, 120);
  const std::string masked = Masker(values).mask(text);
  RC_CLASSIFY(masked != text);
  RC_ASSERT(masked == masked_slowly(text, values));
  for (const std::string& value : values)
    if (value.size() >= masked_value_bytes_min) RC_ASSERT(masked.find(value) == std::string::npos);
}

RC_GTEST_PROP(MaskerStream, does_not_care_where_the_text_is_cut, (std::uint64_t seed)) {
  Texts texts(seed);
  const auto values = texts.several(6, 4, 10);
  const auto chunks = texts.several(30, 0, 9);
  const Masker masker(values);
  Masker::Stream stream(masker);
  std::string whole;
  std::string out;
  for (const std::string& chunk : chunks) {
    whole += chunk;
    out += stream.push(chunk);
  }
  out += stream.finish();
  RC_CLASSIFY(out != whole);
  RC_ASSERT(out == masker.mask(whole));
}

RC_GTEST_PROP(Masker, any_bytes_pass, (std::string text)) {
  RC_ASSERT(masker_of({"not in there at all"}).mask(text) == text);
}

// Many values with one beginning and a text made of that beginning is what would make a naive search slow. Counted by the clock only in so
// far as a quadratic search would take minutes here.
TEST(Masker, stays_linear_when_everything_looks_like_a_secret) {
  std::vector<std::string> values;
  for (int length = 1000; length < 1100; ++length) values.push_back(std::string(static_cast<std::size_t>(length), 'a') + "b");
  const std::string text(2'000'000, 'a');
  EXPECT_EQ(Masker(values).mask(text).size(), text.size());
}

TEST(Secret, comparison_knows_every_byte_and_the_length) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time(std::string("a\0b", 3), std::string("a\0b", 3)));
  EXPECT_FALSE(equal_in_constant_time("abc", "abcd"));
  const std::string hash(64, 'f');
  for (std::size_t at = 0; at < hash.size(); ++at) {
    std::string other = hash;
    other[at] = 'e';
    EXPECT_FALSE(equal_in_constant_time(hash, other)) << at;
  }
}

}  // namespace
}  // namespace tamarack
