// What `tamarack import` makes of a report: which tests its cases are, and the run that it becomes.
#include <gtest/gtest.h>

#include "base/parse_instant.h"
#include "cli/import_command.h"
#include "cli/import_match.h"
#include "cli/import_run.h"
#include "coordinator/read_run.h"
#include "report/build_view.h"
#include "run/run.h"
#include "store/memory/memory_store.h"

namespace tamarack::cli {
namespace {

using adapter::ResultCase;
using domain::TestIdentity;

domain::TestCase test_case(const std::string& spec, std::vector<std::string> titles, const std::string& parameters = "") {
  domain::TestCase test{.identity = {spec, std::move(titles), parameters}};
  test.id = make_test_id(test.identity);
  return test;
}

std::string text_of(const MatchedCase& one) {
  return (one.known ? "" : "? ") + display_name(one.identity);
}

class Matching : public testing::Test {
 protected:
  std::vector<std::string> match(const std::vector<ResultCase>& cases) {
    std::vector<std::string> texts;
    const Suite suite{.framework = framework_, .tests = tests_, .has_file = [&](const std::string& path) {
                        return std::ranges::find(files_, path) != files_.end();
                      }};
    for (const MatchedCase& one : match_cases(cases, suite)) texts.push_back(text_of(one));
    return texts;
  }
  using Texts = std::vector<std::string>;

  std::string framework_ = "playwright";
  std::vector<domain::TestCase> tests_;
  std::vector<std::string> files_;
};

TEST_F(Matching, PytestNamesModulesAndClasses) {
  framework_ = "pytest";
  files_ = {"tests/test_cart.py", "tests/sub/test_cart.py"};
  const std::vector<ResultCase> cases{
      {.suite = "pytest", .classname = "tests.test_cart", .name = "test_pays"},
      {.suite = "pytest", .classname = "tests.sub.test_cart.TestCart.TestInner", .name = "test_pays[a[b]-1]"},
      {.suite = "pytest", .classname = "tests.test_gone", .name = "test_pays"}};
  const Texts expected{"? tests/test_cart.py › test_pays", "? tests/sub/test_cart.py › TestCart › TestInner › test_pays [a[b]-1]",
                       "? tests.test_gone › test_pays"};
  EXPECT_EQ(match(cases), expected) << "by its files alone";
  tests_ = {test_case("tests/test_cart.py", {"test_pays"}),
            test_case("tests/sub/test_cart.py", {"TestCart", "TestInner", "test_pays"}, "a[b]-1"),
            test_case("tests/sub/test_cart.py", {"TestCart", "TestInner", "test_pays"}, "a[b]-11")};
  EXPECT_EQ(match(cases), (Texts{"tests/test_cart.py › test_pays", "tests/sub/test_cart.py › TestCart › TestInner › test_pays [a[b]-1]",
                                 "? tests.test_gone › test_pays"}));
}

TEST_F(Matching, PytestOfAFolderAboveIsRecognised) {
  framework_ = "pytest";
  tests_ = {test_case("tests/test_cart.py", {"test_pays"}, "10")};
  EXPECT_EQ(match({{.suite = "pytest", .classname = "e2e.tests.test_cart", .name = "test_pays[10]"},
                   {.suite = "pytest", .classname = "e2e.tests.test_cart", .name = "test_pays[1]"}}),
            (Texts{"tests/test_cart.py › test_pays [10]", "? e2e.tests.test_cart › test_pays [1]"}))
      << "other parameters are another test";
  EXPECT_EQ(
      match({{.suite = "tests/test_cart.py", .classname = "tests/test_cart.py", .name = "test_pays [10]", .file = "tests/test_cart.py"}}),
      Texts{"tests/test_cart.py › test_pays [10]"})
      << "as our own reports write it";
}

TEST_F(Matching, PlaywrightLeavesOutTheProjectAndTheFolder) {
  tests_ = {test_case("e2e/cart.spec.ts", {"guest", "pays"}, "chromium"), test_case("e2e/cart.spec.ts", {"guest", "pays"}, "firefox"),
            test_case("e2e/cart.spec.ts", {"pays"}, "chromium"), test_case("e2e/other.spec.ts", {"guest", "pays"}, "chromium")};
  const ResultCase guest{.suite = "cart.spec.ts", .classname = "cart.spec.ts", .name = "guest › pays"};
  EXPECT_EQ(match({guest, {.suite = "cart.spec.ts", .classname = "cart.spec.ts", .name = "pays"}, guest}),
            (Texts{"e2e/cart.spec.ts › guest › pays [chromium]", "e2e/cart.spec.ts › pays [chromium]",
                   "e2e/cart.spec.ts › guest › pays [firefox]"}))
      << "as many cases as projects, in their order";
  EXPECT_EQ(match({guest}), Texts{"? cart.spec.ts › guest › pays"}) << "one of two is anybody's guess";
}

TEST_F(Matching, ReportsOfOurOwnComeBackAsTheyWent) {
  tests_ = {test_case("cart.spec.ts", {"guest", "pays"}, "chromium"), test_case("cart.spec.ts", {"guest", "pays"}, "firefox")};
  EXPECT_EQ(match({{.suite = "cart.spec.ts", .classname = "cart.spec.ts", .name = "guest › pays [firefox]", .file = "cart.spec.ts"},
                   {.suite = "cart.spec.ts › guest", .name = "guest › pays [chromium]", .file = "cart.spec.ts"}}),
            (Texts{"cart.spec.ts › guest › pays [firefox]", "cart.spec.ts › guest › pays [chromium]"}));
  tests_.clear();
  EXPECT_EQ(match({{.suite = "cart.spec.ts › guest", .name = "guest › pays [chromium]", .file = "cart.spec.ts"},
                   {.suite = "cart.spec.ts › guest", .name = "pays", .file = "cart.spec.ts"}}),
            (Texts{"? cart.spec.ts › guest › pays [chromium]", "? cart.spec.ts › guest › pays"}));
}

TEST_F(Matching, MochaJoinsTitlesWithSpaces) {
  framework_ = "mocha";
  tests_ = {test_case("test/cart.spec.js", {"cart", "of a guest", "keeps 2 [sic]"}), test_case("test/b.spec.js", {"cart", "keeps"})};
  EXPECT_EQ(match({{.suite = "of a guest",
                    .classname = "keeps 2 [sic]",
                    .name = "cart of a guest keeps 2 [sic]",
                    .file = "/ci/test/cart.spec.js"}}),
            Texts{"test/cart.spec.js › cart › of a guest › keeps 2 [sic]"});
}

TEST_F(Matching, CtestAndCommandsHaveOnlyANameOrOnlyASpec) {
  framework_ = "ctest";
  tests_ = {test_case("tests/store", {"store.keeps"}), test_case("units/b.sh", {})};
  EXPECT_EQ(match({{.suite = "Linux-c++", .classname = "store.keeps", .name = "store.keeps"}, {.name = "units/b.sh"}}),
            (Texts{"tests/store › store.keeps", "units/b.sh"}));
}

TEST_F(Matching, TheSameNameInTwoSpecsIsNoGuess) {
  tests_ = {test_case("a.spec.ts", {"works"}), test_case("b.spec.ts", {"works"})};
  EXPECT_EQ(match({{.name = "works"}}), Texts{"? works"});
}

TEST_F(Matching, NoTwoCasesAreOneTest) {
  EXPECT_EQ(match({{.name = "x", .file = "a.ts"},
                   {.name = "x", .file = "a.ts"},
                   {.name = "x", .file = "a.ts"},
                   {.name = "x [#2]", .file = "a.ts"}}),
            (Texts{"? a.ts › x", "? a.ts › x [#2]", "? a.ts › x [#3]", "? a.ts › x [#2 #2]"}));
}

TEST(ImportReport, RecognisesTheTestsOfHistoryAndCountsOnce) {
  const std::string bytes =
      R"(<testsuite><testcase classname="e2e.tests.test_a" name="test_one" time="1"/><testcase name="x"/></testsuite>)";
  store::MemoryStore store;
  const domain::TestCase known = test_case("tests/test_a.py", {"test_one"});
  ASSERT_TRUE(store.commit({.run = domain::RunId{"r"}, .project = "p", .results = {{.test = known.id, .identity = known.identity}}}));
  const auto import = [&] {
    return import_report(
               store, bytes, {.project = "p"}, [&] { return tests_in_history(store, "p").value(); },
               [](const std::string&) { return false; })
        .value();
  };
  const Imported first = import();
  EXPECT_TRUE(first.is_new);
  EXPECT_EQ(first.cases, 2);
  EXPECT_EQ(first.not_known, 1);
  EXPECT_EQ(first.run.headline, "all 2 tests passed");
  EXPECT_EQ(store.tests().executions("p", known.id, 9).value().size(), 2U);
  const Imported second = import();
  EXPECT_FALSE(second.is_new);
  EXPECT_EQ(second.run.run, first.run.run);
  EXPECT_EQ(store.tests().executions("p", known.id, 9).value().size(), 2U);
}

TEST(ImportReport, OnAServerTheHistoryKnowsFrameworkAndFiles) {
  store::MemoryStore store;
  const domain::TestCase known = test_case("tests/test_a.py", {"test_one"});
  ASSERT_TRUE(
      store.commit({.run = domain::RunId{"r"},
                    .project = "p",
                    .run_row = store::RunRow{.run = domain::RunId{"r"}, .project = "p", .framework = "pytest", .finished = from_ms(1)},
                    .results = {{.test = known.id, .identity = known.identity}}}));
  const std::string bytes = R"(<testsuite><testcase classname="tests.test_a" name="test_one" time="1"/></testsuite>)";
  coordinator::ReportWish wish{.project = "p", .branch = "main", .commit = "abc", .at = "2026-11-20", .now = from_ms(5)};
  const auto taken = take_report(store, bytes, wish);
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_TRUE(taken->is_new);
  EXPECT_EQ(taken->not_known, 0);
  EXPECT_EQ(iso8601(taken->run.started) + taken->run.branch + taken->run.commit + taken->run.framework,
            "2026-11-20T00:00:00.000Zmainabcpytest");
  EXPECT_FALSE(take_report(store, bytes, wish)->is_new);
  wish.at = "yesterday";
  EXPECT_EQ(take_report(store, bytes, wish).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(take_report(store, "{}", {.project = "p"}).error().code, ErrorCode::invalid_argument);
}

constexpr const char* junit = R"(<?xml version="1.0"?><testsuites><testsuite name="pytest" tests="3" timestamp="2026-11-20T10:24:18.250">
  <testcase classname="test_a" name="test_one" time="1.5"/>
  <testcase classname="test_a" name="test_two" time="0.5"><failure message="expected 1&#10;got 2">stack</failure></testcase>
  <testcase classname="test_b" name="test_three" time="0"><skipped message="not here"/></testcase></testsuite></testsuites>)";

store::Commit imported(std::string_view bytes, const ImportFacts& facts) {
  const ForeignReport report = read_report(bytes).value();
  return import_commit(import_id(facts.project, bytes), report,
                       match_cases(report.report.cases, {.framework = "pytest", .has_file = [](const std::string&) { return true; }}),
                       facts);
}

TEST(ImportRun, IsARunLikeAnyOther) {
  store::MemoryStore store;
  const store::Commit commit = imported(junit, {.project = "shop", .framework = "pytest", .branch = "main", .commit = "abc"});
  ASSERT_TRUE(store.commit(commit));
  const auto row = store.run(commit.run).value();
  ASSERT_TRUE(row);
  EXPECT_EQ(row->verdict, "failed");
  EXPECT_EQ(row->headline, "1 of 3 tests failed (1 skipped)");
  EXPECT_EQ(iso8601(row->started), "2026-11-20T10:24:18.250Z");
  EXPECT_EQ(*row->finished - row->started, Millis{2000});
  EXPECT_EQ(row->branch, "main");
  EXPECT_EQ(row->commit, "abc");
  EXPECT_EQ(row->ledger, (domain::Ledger{.planned = 3, .passed = 1, .failed = 1, .skipped = 1}));
  const auto view = coordinator::load_view(store, *row, {});
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_EQ(view->tests.size(), 3U);
  EXPECT_EQ(view->tests[1].attempts.at(0).errors.at(0).message, "expected 1\ngot 2");
  const domain::TestId one = domain::make_test_id({"test_a.py", {"test_one"}, ""});
  EXPECT_EQ(store.history("shop").value().tests.at(one).timings.at(0).duration, Millis{1500});
  EXPECT_EQ(store.tests().executions("shop", domain::make_test_id({"test_a.py", {"test_two"}, ""}), 9).value().at(0).error, "expected 1");
}

TEST(ImportRun, IsTheSameForTheSameBytesOfAProject) {
  EXPECT_EQ(import_id("shop", "x"), import_id("shop", "x"));
  EXPECT_NE(import_id("shop", "x"), import_id("bank", "x"));
  EXPECT_NE(import_id("shop", "x"), import_id("shop", "y"));
  store::MemoryStore store;
  ASSERT_TRUE(store.commit(imported(junit, {.project = "shop", .branch = "main"})));
  const auto again = store.commit(imported(junit, {.project = "shop", .branch = "other"}));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
}

TEST(ImportRun, StartsWhenItIsSaidOrWhenTheReportSaysOrNow) {
  const auto started = [](std::string_view bytes, std::optional<Instant> at) {
    return to_ms(imported(bytes, {.project = "p", .at = at, .now = from_ms(7)}).run_row->started);
  };
  EXPECT_EQ(started(junit, from_ms(5)), 5);
  EXPECT_EQ(started(junit, {}), to_ms(*parse_instant("2026-11-20T10:24:18.250Z")));
  EXPECT_EQ(started("<testsuite><testcase name='a'/></testsuite>", {}), 7);
  const auto ctrf = [](const std::string& start) {
    return R"({"results":{"summary":{"start":)" + start + R"(},"tests":[{"name":"a","status":"passed","duration":5}]}})";
  };
  EXPECT_EQ(started(ctrf("1700000000123"), {}), 1'700'000'000'123);
  EXPECT_EQ(started(ctrf("1700000000"), {}), 1'700'000'000'000) << "in seconds, as some write it";
  EXPECT_EQ(started(ctrf("0"), {}), 7);
}

std::string refusal(std::string_view bytes) {
  const auto report = read_report(bytes);
  return report ? "accepted" : report.error().message;
}

TEST(ImportRun, RefusesWhatIsNoWholeReport) {
  EXPECT_EQ(refusal(""), "the file is empty");
  EXPECT_EQ(refusal(" \n"), "the file is empty");
  EXPECT_EQ(refusal("1..2\nok 1\n"), "it is neither JUnit XML nor CTRF");
  EXPECT_EQ(refusal("<html></html>"), "malformed_report: expected <testsuites> or <testsuite>, got <html>");
  EXPECT_EQ(refusal("<testsuites/>"), "it holds no test");
  EXPECT_EQ(refusal("{}"), "malformed_report: in the CTRF report, field 'results' is missing");
  EXPECT_NE(refusal(std::string_view(junit).substr(0, 300)).find("truncated_report"), std::string::npos);
  EXPECT_EQ(refusal("\xef\xbb\xbf<testsuite><testcase name='a'/></testsuite>"), "accepted");
}

}  // namespace
}  // namespace tamarack::cli
