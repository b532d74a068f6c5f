#include "adapter/pytest/adapter_pytest.h"

#include <gtest/gtest.h>

#include "adapter/selection_for_tests.h"

namespace tamarack::adapter {
namespace {

using Words = std::vector<std::string>;

TEST(Pytest, CollectsWithOurPlugin) {
  SuiteSettings suite;
  suite.root = "/app";
  suite.config = "ci.ini";
  suite.arguments = {"-m", "not slow"};
  const Invocation invocation = PytestAdapter().discovery(suite, context_for_tests()).value();
  EXPECT_EQ(invocation.argv, (Words{"python3", "-m", "pytest", "-p", "pytest_tamarack", "--color=no", "-c", "ci.ini", "--collect-only",
                                    "-q", "-m", "not slow"}));
  EXPECT_EQ(invocation.env.at("PYTHONPATH"), "/shims");
  EXPECT_EQ(invocation.env.at("TAMARACK_MODE"), "discover");
}

TEST(Pytest, RunsFilesAndLeavesTheChoiceOfTestsToThePlugin) {
  const SelectionForTests selection(
      {{"tests/test_a.py", {"TestX", "test_y"}, "1-a b"}, {"tests/test_a.py", {"test_z"}, ""}, {"-odd.py", {"t"}, ""}});
  SuiteSettings suite;
  suite.root = "/app";
  suite.program = ".venv/bin/python -m pytest";
  ExecutionContext context = context_for_tests();
  context.inherited = {{"PYTHONPATH", "/app/lib"}};
  const Invocation invocation = PytestAdapter().execution(suite, selection, context).value();
  EXPECT_EQ(invocation.argv,
            (Words{".venv/bin/python", "-m", "pytest", "-p", "pytest_tamarack", "--color=no", "tests/test_a.py", "./-odd.py"}));
  EXPECT_EQ(invocation.env.at("PYTHONPATH"), "/shims:/app/lib");
  EXPECT_EQ(invocation.files.at(0).content,
            R"({"v":1,"tests":[{"spec":"tests/test_a.py","title_path":["TestX","test_y"],"parameters":"1-a b"},)"
            R"({"spec":"tests/test_a.py","title_path":["test_z"],"parameters":""},)"
            R"({"spec":"-odd.py","title_path":["t"],"parameters":""}]})");
}

TEST(Pytest, ExplainsWhyItCouldNotList) {
  const auto error = [](ProcessOutput output) { return describe(PytestAdapter().read_discovery(SuiteSettings{}, output).error()); };
  EXPECT_EQ(error({.exit_code = 1, .errput = "/usr/bin/python3: No module named pytest\n"}),
            "pytest is not installed; the end of its error output:\n  | /usr/bin/python3: No module named pytest\n"
            "  hint: install it, or name the right Python, for example program = \".venv/bin/python -m pytest\"");
  EXPECT_EQ(error({.exit_code = 4, .errput = "ERROR: usage: pytest [options]\npytest: error: unrecognized arguments: --nope\n"}),
            "pytest refuses its arguments or its configuration; the end of its error output:\n"
            "  | ERROR: usage: pytest [options]\n  | pytest: error: unrecognized arguments: --nope\n"
            "  hint: check suite.args, suite.config and addopts");
  EXPECT_EQ(
      error({.exit_code = 5,
             .events = R"({"type":"error","error":{"message":"no tests were collected"}})"
                       "\n"}),
      "pytest found no tests\n  hint: pytest collects test_*.py and *_test.py in suite.dir by default; 'python3 -m pytest --collect-only' "
      "shows what it sees");
  EXPECT_EQ(error({.exit_code = 127, .errput = "sh: python3: not found"}),
            "pytest could not be started: exit code 127; the end of its error output:\n  | sh: python3: not found\n"
            "  hint: run 'python3 -m pytest --collect-only' in the suite's folder to see the same");
}

TEST(Pytest, OnlyExitCodeOneMeansFailedTests) {
  const PytestAdapter adapter;
  EXPECT_TRUE(adapter.exit_code_means_failed_tests(1));
  for (const int code : {0, 2, 3, 4, 5}) EXPECT_FALSE(adapter.exit_code_means_failed_tests(code)) << code;
}

}  // namespace
}  // namespace tamarack::adapter
