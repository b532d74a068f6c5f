#include "plan/select.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "plan/suite_builder.h"

namespace tamarack::plan {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Names = std::vector<std::string>;

const domain::Discovery shop = suite({
    {.name = "tests/cart.spec.ts › adds", .line = 3, .tags = {"smoke"}},
    {.name = "tests/cart.spec.ts › removes", .line = 12},
    {.name = "tests/checkout.spec.ts › guest › pays", .line = 5, .tags = {"smoke", "slow"}},
    {.name = "tests/checkout.spec.ts › guest › cancels", .line = 20},
    {.name = "tests/admin/users.spec.ts › lists [firefox]", .line = 4, .tags = {"slow"}},
});

Names selected(const Filter& filter, const domain::History& history = {}) {
  const auto selection = select(shop, history, filter);
  EXPECT_TRUE(selection) << (selection ? "" : describe(selection.error()));
  return selection ? names_of(selection->tests) : Names{};
}

std::string refused(const Filter& filter, const domain::History& history = {}, const domain::Discovery& discovery = shop) {
  const auto selection = select(discovery, history, filter);
  if (selection) return "selected " + join(names_of(selection->tests), ", ");
  EXPECT_EQ(selection.error().code, ErrorCode::invalid_argument);
  return describe(selection.error());
}

TEST(Select, WithoutFiltersEverythingIsSelected) {
  EXPECT_EQ(selected({}), names_of(shop.tests));
}

TEST(Select, PathsArePartsGlobsOrNamesFromAbove) {
  EXPECT_THAT(selected({.paths = {"cart"}}), ElementsAre("tests/cart.spec.ts › adds", "tests/cart.spec.ts › removes"));
  EXPECT_THAT(selected({.paths = {"tests/admin/**"}}), ElementsAre("tests/admin/users.spec.ts › lists [firefox]"));
  EXPECT_THAT(selected({.paths = {"users*.ts"}}), ElementsAre("tests/admin/users.spec.ts › lists [firefox]"));
  EXPECT_THAT(selected({.paths = {"./e2e/tests/admin/users.spec.ts"}}), ElementsAre("tests/admin/users.spec.ts › lists [firefox]"));
  EXPECT_EQ(selected({.paths = {"cart", "checkout"}}).size(), 4U);
}

TEST(Select, ALineMeansTheTestThatContainsIt) {
  EXPECT_THAT(selected({.paths = {"cart.spec.ts:12"}}), ElementsAre("tests/cart.spec.ts › removes"));
  EXPECT_THAT(selected({.paths = {"cart.spec.ts:7:22"}}), ElementsAre("tests/cart.spec.ts › adds"));
  EXPECT_EQ(refused({.paths = {"cart.spec.ts:2"}}), "no test stands at 'cart.spec.ts:2'\n  hint: 'cart.spec.ts' has tests at lines 3, 12");
}

TEST(Select, TitlesIgnoreCaseAndMayBeRegularExpressions) {
  EXPECT_THAT(selected({.titles = {"PAYS"}}), ElementsAre("tests/checkout.spec.ts › guest › pays"));
  EXPECT_EQ(selected({.titles = {"/(adds|removes)$/"}}).size(), 1U);  // "adds" is followed by its tag
  EXPECT_EQ(selected({.titles = {"/GUEST › .*/i"}}).size(), 2U);
  EXPECT_EQ(selected({.titles = {"@slow"}}).size(), 2U);
  EXPECT_THAT(refused({.titles = {"/(/"}}), HasSubstr("'/(/' is not a regular expression"));
}

TEST(Select, KindsNarrowEachOther) {
  EXPECT_THAT(selected({.titles = {"guest"}, .tags = {"@smoke"}}), ElementsAre("tests/checkout.spec.ts › guest › pays"));
  EXPECT_THAT(selected({.tags = {"smoke"}, .not_tags = {"slow"}}), ElementsAre("tests/cart.spec.ts › adds"));
  EXPECT_EQ(refused({.paths = {"cart"}, .tags = {"slow"}}),
            "the filters together select none of the 5 tests\n  hint: each alone selects some, but no test is in all: path (2), tag (2)");
}

TEST(Select, OnlyTakesWholeNamesAndIds) {
  EXPECT_THAT(selected({.only = {shop.tests[1].id.value, "tests/cart.spec.ts › adds"}}),
              ElementsAre("tests/cart.spec.ts › adds", "tests/cart.spec.ts › removes"));
  EXPECT_THAT(selected({.only = {"tests/admin/users.spec.ts › lists"}}), ElementsAre("tests/admin/users.spec.ts › lists [firefox]"));
  EXPECT_THAT(refused({.only = {"tests/cart.spec.ts › add"}}), HasSubstr("did you mean 'tests/cart.spec.ts › adds'?"));
}

TEST(Select, ATypoIsNeverASmallGreenRun) {
  EXPECT_EQ(refused({.paths = {"cart", "chekout.spec.ts"}}),
            "no spec matches 'chekout.spec.ts'\n  hint: did you mean 'checkout.spec.ts'? there are 3 specs: 'tests/admin/users.spec.ts', "
            "'tests/cart.spec.ts', 'tests/checkout.spec.ts'");
  EXPECT_EQ(refused({.titles = {"cancells"}}),
            "no title matches 'cancells'\n  hint: did you mean 'cancels'? `tamarack plan` lists the 5 tests");
  EXPECT_EQ(refused({.tags = {"smok"}}), "no test has the tag 'smok'\n  hint: did you mean 'smoke'? the tags are: 'slow', 'smoke'");
}

TEST(Select, OnlyFailedNeedsARunWithFailures) {
  domain::History history;
  EXPECT_THAT(refused({.only_failed = true}, history), HasSubstr("no earlier run is recorded"));
  history.has_run = true;
  EXPECT_THAT(refused({.only_failed = true}, history), HasSubstr("no test failed when it last ran"));
  history.failed_when_last_run = {domain::TestId{"gone"}};
  EXPECT_THAT(refused({.only_failed = true}, history), HasSubstr("none of them exists any more"));
  history.failed_when_last_run.push_back(shop.tests[3].id);
  EXPECT_THAT(selected({.only_failed = true}, history), ElementsAre("tests/checkout.spec.ts › guest › cancels"));
}

TEST(Select, ASerialGroupIsTakenWholeExceptWhatATagLeavesOut) {
  const domain::Discovery discovery = suite({
      {.name = "a.spec.ts › signs up", .group = "g", .serial = true},
      {.name = "a.spec.ts › signs in", .group = "g", .serial = true},
      {.name = "a.spec.ts › sweeps", .tags = {"slow"}, .group = "g", .serial = true},
      {.name = "a.spec.ts › other", .group = "h"},
      {.name = "a.spec.ts › other too", .group = "h"},
  });
  const auto whole = select(discovery, {}, {.titles = {"signs in"}}).value();
  EXPECT_THAT(names_of(whole.tests), ElementsAre("a.spec.ts › signs up", "a.spec.ts › signs in", "a.spec.ts › sweeps"));
  EXPECT_EQ(whole.added_for_serial, 2);
  const auto without = select(discovery, {}, {.titles = {"signs in"}, .not_tags = {"slow"}}).value();
  EXPECT_THAT(names_of(without.tests), ElementsAre("a.spec.ts › signs up", "a.spec.ts › signs in"));
  EXPECT_EQ(select(discovery, {}, {.titles = {"other too"}}).value().tests.size(), 1U);
}

RC_GTEST_PROP(Select, AnyTextIsAnAnswerOrAnError, (const std::string& path, const std::string& title, const std::string& tag)) {
  for (const Filter& filter : {Filter{.paths = {path}}, Filter{.titles = {title}}, Filter{.tags = {tag}}, Filter{.only = {path}}}) {
    const auto selection = select(shop, {}, filter);
    if (selection)
      RC_ASSERT(!selection->tests.empty());
    else
      RC_ASSERT(!selection.error().hint.empty());
  }
}

}  // namespace
}  // namespace tamarack::plan
