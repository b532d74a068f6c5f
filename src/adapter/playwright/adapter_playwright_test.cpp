#include "adapter/playwright/adapter_playwright.h"

#include <gtest/gtest.h>

#include <regex>

#include "adapter/playwright/narrowing.h"
#include "adapter/selection_for_tests.h"

namespace tamarack::adapter {
namespace {

using Words = std::vector<std::string>;

SuiteSettings suite_in(std::string root) {
  SuiteSettings suite;
  suite.framework = "playwright";
  suite.root = std::move(root);
  return suite;
}

TEST(Playwright, ListsWithOurReporterOnly) {
  SuiteSettings suite = suite_in("/app");
  suite.config = "e2e/playwright.config.ts";
  suite.arguments = {"--project=chromium"};
  const Invocation invocation = PlaywrightAdapter().discovery(suite, context_for_tests()).value();
  EXPECT_EQ(invocation.argv, (Words{"node", "/app/node_modules/@playwright/test/cli.js", "test", "--config=e2e/playwright.config.ts",
                                    "--list", "--reporter=/shims/playwright_reporter.cjs", "--project=chromium"}));
  EXPECT_EQ(invocation.env, (std::map<std::string, std::string>{
                                {"FORCE_COLOR", "0"}, {"TAMARACK_EVENTS", "/run/1/events.ndjson"}, {"TAMARACK_MODE", "discover"}}));
  EXPECT_EQ(invocation.directory, "/app");
  EXPECT_TRUE(invocation.events_expected);
}

TEST(Playwright, RunsASelectionBesideTheUsersReporters) {
  const SelectionForTests selection(
      {{"tests/a.spec.ts", {"guest", "pays › \n\"now\""}, "chromium"}, {"tests/a.spec.ts", {"two"}, ""}, {"b[1].spec.ts", {"x"}, ""}},
      "1.65.1");
  SuiteSettings suite = suite_in("/app");
  suite.program = "node ../node_modules/@playwright/test/cli.js";
  const Invocation invocation = PlaywrightAdapter().execution(suite, selection, context_for_tests()).value();
  EXPECT_EQ(invocation.argv, (Words{"node", "../node_modules/@playwright/test/cli.js", "test", "--workers=1", "--output=/run/1/output",
                                    "/tests/a\\.spec\\.ts$", "/b\\[1\\]\\.spec\\.ts$"}));
  EXPECT_EQ(invocation.env.at("PW_TEST_REPORTER"), "/shims/playwright_reporter.cjs");
  EXPECT_EQ(invocation.env.at("TAMARACK_MODE"), "run");
  EXPECT_EQ(invocation.env.at("TAMARACK_SELECTION"), "/run/1/selection.json");
  EXPECT_EQ(invocation.env.at("PLAYWRIGHT_HTML_OPEN"), "never") << "showing a report would stop the run";
  EXPECT_EQ(invocation.env.at("PLAYWRIGHT_HTML_OUTPUT_DIR"), "/run/1/html-report");
  EXPECT_EQ(invocation.env.count("CI"), 0U) << "the user's CI variable is not ours to change";
  ASSERT_EQ(invocation.files.size(), 1U);
  EXPECT_EQ(invocation.files[0].path, "/run/1/selection.json");
  EXPECT_EQ(
      invocation.files[0].content,
      R"({"v":1,"tests":[{"spec":"tests/a.spec.ts","title_path":["guest","pays › \n\"now\""],"parameters":"chromium"},)"
      R"({"spec":"tests/a.spec.ts","title_path":["two"],"parameters":""},{"spec":"b[1].spec.ts","title_path":["x"],"parameters":""}]})");
}

TEST(Playwright, AFolderTheUserChoseForTheHtmlReportStays) {
  SuiteSettings suite = suite_in("/app");
  suite.env["PLAYWRIGHT_HTML_OUTPUT_DIR"] = "mine";
  const Invocation invocation =
      PlaywrightAdapter().execution(suite, SelectionForTests({{"a", {"x"}, ""}}, "1.65.1"), context_for_tests()).value();
  EXPECT_EQ(invocation.env.count("PLAYWRIGHT_HTML_OUTPUT_DIR"), 0U);
}

TEST(Playwright, NarrowsOldVersionsByTitleAndProject) {
  const SelectionForTests selection({{"a.spec.ts", {"adds", "1+1 (fast)"}, "chromium repeat 2"}, {"a.spec.ts", {"b"}, "webkit"}}, "1.50.0");
  EXPECT_EQ(narrowing_arguments(selection).value(), (Words{"--grep", "(^| )(adds( @\\S+)* 1\\+1 \\(fast\\)|b)( @\\S+)*$",
                                                           "--project=chromium", "--project=webkit", "/a\\.spec\\.ts$"}));
  const SelectionForTests unnamed({{"a.spec.ts", {"b"}, ""}}, "");
  EXPECT_EQ(narrowing_arguments(unnamed).value(), (Words{"--grep", "(^| )(b)( @\\S+)*$", "/a\\.spec\\.ts$"}));
}

TEST(Playwright, KnowsFromWhichVersionTheReporterSelects) {
  for (const char* version : {"1.62.0", "1.65.1", "2.0.0", "1.100.0-alpha-2026"}) EXPECT_TRUE(reporter_selects(version)) << version;
  for (const char* version : {"1.61.9", "1.35.0", "0.99.0", "", "next"}) EXPECT_FALSE(reporter_selects(version)) << version;
}

TEST(Playwright, SpecPatternsMatchOneFile) {
  const auto matches = [](const std::string& spec, const std::string& path) {
    return std::regex_search(path, std::regex(spec_pattern(spec)));
  };
  EXPECT_TRUE(matches("tests/one.spec.js", "/home/me/app/tests/one.spec.js"));
  EXPECT_FALSE(matches("tests/one.spec.js", "/home/me/app/tests/none.spec.js"));
  EXPECT_FALSE(matches("one.spec.js", "/app/none.spec.js"));
  EXPECT_FALSE(matches("one.spec.js", "/app/one.spec.jsx"));
  EXPECT_FALSE(matches("one.spec.js", "/app/one-spec.js"));
  EXPECT_TRUE(matches("a (b) [c]+{d}^$|.js", "/x/a (b) [c]+{d}^$|.js"));
  EXPECT_TRUE(matches("../e2e/a.spec.ts", "/repo/e2e/a.spec.ts"));
}

TEST(Playwright, ManySpecsAreLeftToTheReporter) {
  std::vector<domain::TestIdentity> identities;
  for (int i = 0; i < 500; ++i) identities.push_back({"s" + std::to_string(i), {"x"}, ""});
  EXPECT_TRUE(narrowing_arguments(SelectionForTests(identities, "1.65.1")).value().empty());
  for (domain::TestIdentity& identity : identities) identity.title_path = {std::string(400, 'x') + identity.spec};
  EXPECT_EQ(describe(narrowing_arguments(SelectionForTests(identities, "1.50.0")).error()),
            "the titles of 500 tests do not fit into one command line\n"
            "  hint: update Playwright to 1.62 or newer, which takes the selection from a file");
}

TEST(Playwright, ExplainsWhyItCouldNotList) {
  const SuiteSettings suite = suite_in("/app");
  const auto error = [&](ProcessOutput output) { return describe(PlaywrightAdapter().read_discovery(suite, output).error()); };
  EXPECT_EQ(error({.exit_code = 1, .errput = "Error: Cannot find module '/app/node_modules/@playwright/test/cli.js'"}),
            "playwright is not installed in '/app'\n"
            "  hint: run 'npm install' there, or set suite.program, for example \"node ../node_modules/@playwright/test/cli.js\"");
  EXPECT_EQ(error({.exit_code = 1, .errput = "\x1b[31merror: unknown option '--frobnicate'\x1b[39m\n"}),
            "playwright could not list its tests: exit code 1; the end of its error output:\n  | error: unknown option '--frobnicate'\n"
            "  hint: run 'npx playwright test --list' in the suite's folder to see the same");
  EXPECT_EQ(error({.exit_code = 0, .output = "Total: 3 tests in 1 file"}),
            "playwright listed its tests without telling tamarack; the end of its output:\n  | Total: 3 tests in 1 file\n"
            "  hint: tamarack needs @playwright/test 1.35 or newer");
  EXPECT_EQ(
      error({.exit_code = 1,
             .events = R"({"type":"suite","v":1,"tests":0})"
                       "\n"
                       R"({"type":"error","error":{"message":"Error: No tests found"}})"
                       "\n"
                       R"({"type":"end","status":"failed"})"
                       "\n"}),
      "playwright found no tests\n  hint: check testDir and testMatch in the Playwright configuration, or suite.dir and suite.config");
}

TEST(Playwright, OnlyExitCodeOneMeansFailedTests) {
  const PlaywrightAdapter adapter;
  EXPECT_TRUE(adapter.exit_code_means_failed_tests(1));
  for (const int code : {0, 2, 130, 143}) EXPECT_FALSE(adapter.exit_code_means_failed_tests(code)) << code;
}

}  // namespace
}  // namespace tamarack::adapter
