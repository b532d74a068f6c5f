#include "adapter/mocha/adapter_mocha.h"

#include <gtest/gtest.h>

#include "adapter/selection_for_tests.h"

namespace tamarack::adapter {
namespace {

using Words = std::vector<std::string>;

SuiteSettings mocha_suite() {
  SuiteSettings suite;
  suite.root = "/app";
  suite.config = ".mocharc.e2e.cjs";
  suite.arguments = {"--timeout", "5000"};
  suite.specs = {"specs/**/*.cjs"};
  return suite;
}

TEST(Mocha, ListsByADryRun) {
  const Invocation invocation = MochaAdapter().discovery(mocha_suite(), context_for_tests()).value();
  EXPECT_EQ(invocation.argv, (Words{"node", "/app/node_modules/mocha/bin/mocha.js", "--require=/shims/mocha_reporter.cjs", "--no-parallel",
                                    "--config=.mocharc.e2e.cjs", "--dry-run", "--reporter=dot", "--timeout", "5000", "specs/**/*.cjs"}));
  EXPECT_EQ(invocation.env.at("TAMARACK_MODE"), "discover");
}

TEST(Mocha, RunsTheSpecsOfTheSelectionWithTheUsersReporter) {
  const SelectionForTests selection({{"specs/a.cjs", {"x"}, ""}, {"specs/b.cjs", {"suite", "y"}, "#2"}});
  const Invocation invocation = MochaAdapter().execution(mocha_suite(), selection, context_for_tests()).value();
  EXPECT_EQ(invocation.argv, (Words{"node", "/app/node_modules/mocha/bin/mocha.js", "--require=/shims/mocha_reporter.cjs", "--no-parallel",
                                    "--config=.mocharc.e2e.cjs", "--timeout", "5000", "specs/a.cjs", "specs/b.cjs"}));
  EXPECT_EQ(invocation.files.at(0).content, R"({"v":1,"tests":[{"spec":"specs/a.cjs","title_path":["x"],"parameters":""},)"
                                            R"({"spec":"specs/b.cjs","title_path":["suite","y"],"parameters":"#2"}]})");
  EXPECT_EQ(invocation.env.at("TAMARACK_SELECTION"), "/run/1/selection.json");
}

TEST(Mocha, ExplainsWhyItCouldNotList) {
  const auto error = [](ProcessOutput output) { return describe(MochaAdapter().read_discovery(mocha_suite(), output).error()); };
  EXPECT_EQ(error({.exit_code = 1, .errput = "Error: Cannot find module '/app/node_modules/mocha/bin/mocha.js'"}),
            "mocha is not installed in '/app'\n"
            "  hint: run 'npm install' there, or set suite.program, for example \"node ../node_modules/mocha/bin/mocha.js\"");
  EXPECT_EQ(error({.exit_code = 1, .errput = "Error: No test files found: \"specs/**/*.cjs\""}),
            "mocha found no test files\n  hint: mocha looks for ./test/*.{js,cjs,mjs} by default; set suite.specs, or spec in the Mocha "
            "configuration");
  EXPECT_EQ(error({.exit_code = 0}), "mocha listed its tests without telling tamarack\n  hint: tamarack needs Mocha 9 or newer");
}

TEST(Mocha, TheExitCodeCountsFailures) {
  const MochaAdapter adapter;
  EXPECT_FALSE(adapter.exit_code_means_failed_tests(0));
  EXPECT_TRUE(adapter.exit_code_means_failed_tests(7));
}

}  // namespace
}  // namespace tamarack::adapter
