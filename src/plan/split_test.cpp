#include "plan/split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "plan/suite_builder.h"

namespace tamarack::plan {
namespace {

using ::testing::ElementsAre;
using Names = std::vector<std::string>;

std::vector<TestEstimate> each(std::size_t count, std::int64_t ms) {
  return std::vector<TestEstimate>(count, {Millis{ms}, EstimateSource::history});
}

std::vector<domain::Unit> units_of(const domain::Discovery& discovery, const Rules& rules = {}, const SplitOptions& options = {},
                                   std::int64_t ms = 1000) {
  return make_units(discovery.tests, each(discovery.tests.size(), ms), rules, options).value();
}

Names titles(const std::vector<domain::Unit>& units) {
  Names names;
  for (const domain::Unit& unit : units) names.push_back(unit.title);
  return names;
}

const domain::Discovery two_specs =
    suite({{.name = "a.ts › 1 [chromium]"}, {.name = "b.ts › 1"}, {.name = "a.ts › 2 [chromium]"}, {.name = "a.ts › 1 [firefox]"}});

TEST(Split, OneUnitPerSpecAndParameters) {
  const auto units = units_of(two_specs);
  EXPECT_THAT(titles(units), ElementsAre("a.ts [chromium]", "b.ts", "a.ts [firefox]"));
  EXPECT_EQ(units[0].tests, (std::vector{domain::TestIndex{0U}, domain::TestIndex{2U}}));
  EXPECT_EQ(units[0].estimate, Millis{2000});
}

domain::Discovery long_spec() {
  std::vector<SuiteTest> tests;
  for (int i = 0; i < 8; ++i) tests.push_back({.name = "long.ts › guest › t" + std::to_string(i)});
  for (int i = 0; i < 2; ++i) tests.push_back({.name = "short.ts › t" + std::to_string(i), .group = "file"});
  return suite(tests);
}

TEST(Split, ALongSpecIsCutWhenThereAreWorkersForIt) {
  EXPECT_THAT(titles(units_of(long_spec(), {}, {.workers = 1})), ElementsAre("long.ts", "short.ts"));
  EXPECT_THAT(titles(units_of(long_spec(), {}, {.workers = 2, .can_select_tests = false})), ElementsAre("long.ts", "short.ts"));
  const auto units = units_of(long_spec(), {}, {.workers = 2});
  EXPECT_EQ(units.size(), 8U);
  EXPECT_EQ(units[0].title, "long.ts (part 1 of 7)");
  EXPECT_EQ(units[0].tests, (std::vector{domain::TestIndex{0U}, domain::TestIndex{7U}}));
  EXPECT_EQ(units.back().title, "short.ts");
}

TEST(Split, GroupsStayWholeAndGiveTheirName) {
  const auto discovery = suite({{.name = "a.ts › guest › 1", .group = "guest", .serial = true},
                                {.name = "a.ts › member › 1", .group = "member"},
                                {.name = "a.ts › guest › 2", .group = "guest", .serial = true},
                                {.name = "a.ts › member › 2", .group = "member"},
                                {.name = "a.ts › alone"}});
  const auto units = units_of(discovery, {}, {.workers = 4});
  EXPECT_THAT(titles(units), ElementsAre("a.ts › guest", "a.ts › member", "a.ts › alone"));
  EXPECT_TRUE(units[0].serial);
  EXPECT_FALSE(units[1].serial);
}

TEST(Split, TestsThatNeedALockStandApart) {
  const auto discovery =
      suite({{.name = "a.ts › 1"}, {.name = "a.ts › 2", .tags = {"db"}}, {.name = "a.ts › 3"}, {.name = "lib/b.ts › 1"}});
  const Rules rules{.locks = {{.name = "database", .tag = "@db"}}, .caps = {{.name = "heavy", .match = "b.ts", .max = 2}}};
  const auto units = units_of(discovery, rules, {.workers = 2, .piece_min = Millis{60'000}});
  EXPECT_THAT(titles(units), ElementsAre("a.ts (part 1 of 2)", "a.ts › 2", "lib/b.ts"));
  EXPECT_THAT(units[1].locks, ElementsAre("database"));
  EXPECT_TRUE(units[0].locks.empty());
  EXPECT_THAT(units[2].caps, ElementsAre("heavy"));
  EXPECT_EQ(units_of(discovery, rules, {.workers = 1})[0].locks, Names{"database"});
}

TEST(Split, TogetherMakesOneUnitAndOverlappingRulesOneMore) {
  const auto discovery =
      suite({{.name = "a.ts › 1"}, {.name = "b.ts › 1"}, {.name = "c.ts › 1"}, {.name = "d.ts › 1"}, {.name = "e.ts › 1"}});
  EXPECT_THAT(titles(units_of(discovery, {.together = {{"[ab].ts"}, {"?.ts"}}})), ElementsAre("a.ts + 4 more"));
  const auto units = units_of(discovery, {.together = {{"a.ts"}, {"d.ts"}, {"e.ts"}}}, {.workers = 5});
  EXPECT_EQ(units.size(), 5U);
}

TEST(Split, TogetherKeepsDiscoveryOrderUnlessAnOrderRuleSaysOtherwise) {
  const auto discovery = suite({{.name = "x/a.ts › 1"}, {.name = "other.ts › 1"}, {.name = "x/b.ts › 1"}});
  const auto plain = units_of(discovery, {.together = {{"x/*"}}});
  EXPECT_THAT(titles(plain), ElementsAre("x/a.ts + x/b.ts", "other.ts"));
  EXPECT_EQ(plain[0].tests.front(), domain::TestIndex{0U});
  const auto turned = units_of(discovery, {.together = {{"x/*"}}, .order = {{.before = "b.ts", .after = "a.ts"}}});
  EXPECT_THAT(titles(turned), ElementsAre("x/b.ts + x/a.ts", "other.ts"));
}

TEST(Split, OrderRulesBecomeEdges) {
  const auto discovery = suite({{.name = "a.ts › 1"}, {.name = "setup.ts › 1"}, {.name = "b.ts › 1"}});
  const auto units = units_of(discovery, {.order = {{.before = "setup.ts", .after = "**"}}});
  EXPECT_THAT(units[0].after, ElementsAre(domain::UnitIndex{1U}));
  EXPECT_TRUE(units[1].after.empty());
  EXPECT_THAT(units[2].after, ElementsAre(domain::UnitIndex{1U}));
}

TEST(Split, ACycleIsNamed) {
  const auto discovery = suite({{.name = "a.ts › 1"}, {.name = "b.ts › 1"}, {.name = "c.ts › 1"}});
  const Rules rules{.order = {{"a.ts", "b.ts"}, {"b.ts", "c.ts"}, {"c.ts", "a.ts"}}};
  const auto units = make_units(discovery.tests, each(3, 1), rules, {});
  ASSERT_FALSE(units);
  EXPECT_EQ(units.error().message, "the order rules make a cycle: 'a.ts' before 'b.ts' before 'c.ts' before 'a.ts'");
  EXPECT_EQ(units.error().code, ErrorCode::invalid_config);
}

struct Drawn {
  domain::Discovery discovery;
  std::vector<TestEstimate> estimates;
};

Drawn draw_suite() {
  std::vector<SuiteTest> tests;
  Drawn drawn;
  const int count = *rc::gen::inRange(1, 40);
  for (int i = 0; i < count; ++i) {
    const int spec = *rc::gen::inRange(0, 4);
    const int group = *rc::gen::inRange(0, 3);
    tests.push_back(
        {.name = "s" + std::to_string(spec) + ".ts › d" + std::to_string(group) + " › t" + std::to_string(i) + (i % 3 == 0 ? " [p]" : ""),
         .tags = *rc::gen::inRange(0, 5) == 0 ? Names{"db"} : Names{},
         .group = group == 0 ? "" : "g" + std::to_string(group),
         .serial = group == 2});
    drawn.estimates.push_back({Millis{*rc::gen::inRange(0, 5000)}, EstimateSource::history});
  }
  drawn.discovery = suite(tests);
  return drawn;
}

RC_GTEST_PROP(Split, EveryTestIsInExactlyOneUnitAndGroupsAreWhole, ()) {
  const Drawn drawn = draw_suite();
  const Rules rules{
      .locks = {{.name = "l", .tag = "db"}},
      .together = *rc::gen::element(std::vector<TogetherRule>{}, std::vector<TogetherRule>{{"s1.ts"}, {"s[0].ts"}, {"s?.ts"}})};
  const auto units = make_units(drawn.discovery.tests, drawn.estimates, rules, {.workers = *rc::gen::inRange(1, 6)}).value();
  std::set<std::uint32_t> seen;
  std::set<std::string> names;
  std::map<std::string, std::string> unit_of_group;
  Millis total{0};
  Millis expected{0};
  for (const TestEstimate& one : drawn.estimates) expected += one.duration;
  for (const domain::Unit& unit : units) {
    RC_ASSERT(!unit.tests.empty());
    RC_ASSERT(names.insert(unit.title).second);
    Millis sum{0};
    for (const domain::TestIndex index : unit.tests) {
      RC_ASSERT(seen.insert(index.value).second);
      sum += drawn.estimates[index.value].duration;
      const domain::TestCase& test = drawn.discovery.tests[index.value];
      RC_ASSERT(unit.serial || !test.serial);
      if (test.group.empty()) continue;
      const auto [at, is_new] = unit_of_group.emplace(test.identity.spec + test.group + test.identity.parameters, unit.title);
      RC_ASSERT(at->second == unit.title);
    }
    if (rules.together.empty()) RC_ASSERT(std::is_sorted(unit.tests.begin(), unit.tests.end()));
    RC_ASSERT(sum == unit.estimate);
    total += sum;
  }
  RC_ASSERT(seen.size() == drawn.discovery.tests.size());
  RC_ASSERT(total == expected);
}

TEST(Split, SpecsKeptTogetherFollowEachOtherOnOneWorkerWhereInvocationsAreNotShared) {
  const domain::Discovery discovery = suite({{"w/1"}, {"other"}, {"w/2"}});
  const Rules rules{.together = {{.match = "w/*"}}};
  const auto units = make_units(discovery.tests, each(3, 1000), rules, {.workers = 2, .units_share_invocation = false}).value();
  ASSERT_EQ(units.size(), 3U);
  EXPECT_EQ(units[0].spec, "w/1");
  EXPECT_EQ(units[1].spec, "w/2");
  EXPECT_EQ(units[0].pinned_worker, units[1].pinned_worker);
  EXPECT_EQ(units[1].after, std::vector{domain::UnitIndex{0U}});
  EXPECT_EQ(units[2].pinned_worker, -1);
}

}  // namespace
}  // namespace tamarack::plan
