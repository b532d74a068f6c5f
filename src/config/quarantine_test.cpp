#include "config/quarantine.h"

#include <gtest/gtest.h>

namespace tamarack::config {
namespace {

domain::TestCase test_case(const std::string& spec, const std::string& title) {
  domain::TestCase test{.identity = {spec, {"guest", title}, "chromium"}};
  test.id = make_test_id(test.identity);
  return test;
}

const std::vector<domain::TestCase> suite{test_case("cart.ts", "keeps the cart"), test_case("cart.ts", "empties"),
                                          test_case("pay.ts", "pays")};

Config config_with(std::vector<QuarantineRule> rules) {
  Config config;
  config.path = "tamarack.toml";
  config.quarantine = std::move(rules);
  return config;
}

QuarantineRule rule(const std::string& test, const std::string& expires = "2027-01-31", std::int64_t line = 5) {
  return {.test = test, .owner = "ada", .reason = "race", .expires = expires, .line = line, .expires_line = line + 4, .expires_column = 11};
}

std::vector<domain::TestId> ids(std::initializer_list<std::size_t> indexes) {
  std::vector<domain::TestId> found;
  for (const std::size_t index : indexes) found.push_back(suite[index].id);
  return found;
}

constexpr std::string_view today = "2027-01-31";

TEST(Quarantine, names_a_test_by_its_id_or_a_part_of_its_name) {
  EXPECT_EQ(quarantined(config_with({rule(suite[1].id.value)}), suite, today), ids({1}));
  EXPECT_EQ(quarantined(config_with({rule("guest › keeps")}), suite, today), ids({0}));
  EXPECT_EQ(quarantined(config_with({rule("cart.ts")}), suite, today), ids({0, 1}));
  EXPECT_EQ(quarantined(config_with({rule("[chromium]")}), suite, today), ids({0, 1, 2}));
  EXPECT_EQ(quarantined(config_with({rule("Cart.ts")}), suite, today), ids({}));
  EXPECT_EQ(quarantined(config_with({rule(suite[1].id.value.substr(0, 8))}), suite, today), ids({})) << "half an id is none";
}

TEST(Quarantine, lasts_until_the_end_of_its_last_day) {
  const Config config = config_with({rule("pays")});
  EXPECT_EQ(quarantined(config, suite, "2027-01-31"), ids({2}));
  EXPECT_EQ(quarantined(config, suite, "2027-02-01"), ids({}));
  EXPECT_TRUE(expired_quarantine(config, "2027-01-31").empty());
  EXPECT_EQ(describe(expired_quarantine(config, "2027-02-01")),
            "tamarack.toml:9:11: quarantine of 'pays' ended on 2027-01-31, the test counts again\n"
            "  hint: ada owns it: repair the test, or extend 'expires' with a reason\n");
}

TEST(Quarantine, of_several_entries_the_one_that_lasts_longest_speaks) {
  const Config config = config_with({rule("pays", "2027-02-01", 5), rule("pay.ts", "2027-03-01", 10), rule("pays", "2020-01-01", 15)});
  ASSERT_NE(quarantine_of(config, suite[2].id, suite[2].identity, today), nullptr);
  EXPECT_EQ(quarantine_of(config, suite[2].id, suite[2].identity, today)->line, 10);
  EXPECT_EQ(quarantine_of(config, suite[0].id, suite[0].identity, today), nullptr);
}

TEST(Quarantine, holds_no_more_tests_than_are_allowed) {
  Config config = config_with({rule("pays", "2027-01-31", 5), rule("cart.ts", "2027-01-31", 10), rule("pay.ts", "2027-01-31", 15)});
  config.run.quarantine_max = 3;
  EXPECT_EQ(too_many_quarantined(config, suite, today), std::nullopt) << "a test in two entries is one test";
  config.run.quarantine_max = 2;
  EXPECT_EQ(too_many_quarantined(config, suite, today),
            (Problem{"tamarack.toml", 10, 1, "3 of 3 tests are in quarantine, 'quarantine_max' in [run] allows 2",
                     "repair some of them, or make entries name single tests: 'SPEC › TITLE'"}));
  EXPECT_EQ(too_many_quarantined(config, suite, "2027-02-01"), std::nullopt) << "an expired entry holds nothing";
  config.run.quarantine_max = 0;
  EXPECT_EQ(too_many_quarantined(config, suite, today)->line, 5);
}

ReadResult read_with(std::int64_t entries, const std::string& max) {
  std::string text = "version = 1\n[suite]\nframework = \"pytest\"\n[run]\n" + max;
  for (std::int64_t i = 0; i < entries; ++i)
    text += "[[quarantine]]\ntest = \"a\"\nowner = \"ada\"\nreason = \"race\"\nexpires = \"2027-01-31\"\n";
  return read_config(text, "tamarack.toml");
}

TEST(Quarantine, file_may_not_have_more_entries_than_tests_are_allowed) {
  EXPECT_TRUE(read_with(2, "quarantine_max = 2\n").config);
  EXPECT_EQ(describe(read_with(3, "quarantine_max = 2\n").problems),
            "tamarack.toml:16:1: [[quarantine]] has 3 entries, 'quarantine_max' in [run] allows 2\n"
            "  hint: repair a test and take its entry out; an entry whose last day is over holds nothing any more\n");
  EXPECT_EQ(describe(read_with(1, "quarantine_max = 0\n").problems),
            "tamarack.toml:6:1: [[quarantine]] has 1 entry, 'quarantine_max' in [run] allows 0\n"
            "  hint: repair a test and take its entry out; an entry whose last day is over holds nothing any more\n");
  EXPECT_TRUE(read_with(50, "").config) << "the default";
  EXPECT_FALSE(read_with(51, "").config);
}

TEST(Quarantine, entry_knows_where_its_last_day_is_written) {
  const ReadResult read = read_with(2, "");
  ASSERT_TRUE(read.config);
  EXPECT_EQ(read.config->quarantine[1].line, 10);
  EXPECT_EQ(read.config->quarantine[1].expires_line, 14);
  EXPECT_EQ(read.config->quarantine[1].expires_column, 1);
}

}  // namespace
}  // namespace tamarack::config
