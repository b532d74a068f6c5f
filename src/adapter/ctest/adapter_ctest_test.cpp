#include "adapter/ctest/adapter_ctest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapter/selection_for_tests.h"

namespace tamarack::adapter {
namespace {

using domain::TestStatus;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const CtestAdapter adapter;

SuiteSettings suite_in_app() {
  SuiteSettings suite;
  suite.root = "/app";
  return suite;
}

// CTest 3.25.1 --show-only=json-v1, shortened.
constexpr const char* recorded_list = R"({
  "backtraceGraph": {"commands": ["add_test"], "files": ["/app/CMakeLists.txt", "/app/sub/CMakeLists.txt"],
                     "nodes": [{"file": 0}, {"command": 0, "file": 0, "line": 9, "parent": 0}, {"command": 0, "file": 1, "line": 2}]},
  "kind": "ctestInfo",
  "tests": [
    {"command": ["/app/build/unit_tests", "--gtest_filter=Math.Adds"], "name": "Math.Adds",
     "properties": [{"name": "SKIP_REGULAR_EXPRESSION", "value": ["\\[  SKIPPED \\]"]}, {"name": "LABELS", "value": ["unit"]}]},
    {"command": ["/app/build/unit_tests", "--gtest_filter=Math.DISABLED_Off"], "name": "Math.Off", "properties": [{"name": "DISABLED", "value": true}]},
    {"backtrace": 1, "command": ["/usr/bin/sleep", "30"], "name": "slow",
     "properties": [{"name": "LABELS", "value": ["db", "slow"]}, {"name": "RESOURCE_LOCK", "value": ["db", "port"]}, {"name": "RUN_SERIAL", "value": true},
                    {"name": "TIMEOUT", "value": 1.0}, {"name": "FIXTURES_REQUIRED", "value": ["server"]}]},
    {"backtrace": 2, "name": "not found", "properties": [{"name": "WORKING_DIRECTORY", "value": "/app/build/sub"}]}
  ],
  "version": {"major": 1, "minor": 0}
})";

TEST(Ctest, ListsTheBuildFolder) {
  SuiteSettings suite = suite_in_app();
  suite.build_dir = "out/debug/";
  suite.arguments = {"-C", "Debug"};
  EXPECT_THAT(adapter.discovery(suite, context_for_tests()).value().argv,
              ElementsAre("ctest", "--test-dir", "/app/out/debug", "--show-only=json-v1", "-C", "Debug"));
}

TEST(Ctest, ReadsTheList) {
  const auto discovery = adapter.read_discovery(suite_in_app(), {.output = recorded_list});
  ASSERT_TRUE(discovery) << discovery.error().message;
  const std::vector<domain::TestCase>& tests = discovery->tests;
  ASSERT_EQ(tests.size(), 4U);
  EXPECT_EQ(domain::display_name(tests[0].identity), "unit_tests › Math.Adds");
  EXPECT_THAT(tests[0].tags, ElementsAre("unit"));
  EXPECT_EQ(tests[0].group, "") << "CTest tests are processes of their own, so each is free";
  EXPECT_TRUE(tests[1].skip_expected);
  EXPECT_EQ(domain::display_name(tests[2].identity), "CMakeLists.txt › slow");
  EXPECT_EQ(tests[2].line, 9);
  EXPECT_THAT(tests[2].tags, ElementsAre("db", "slow", "lock:db", "lock:port", "run_serial"));
  EXPECT_THAT(tests[2].annotations, ElementsAre(domain::Annotation{"fixtures_required", "server"}));
  EXPECT_EQ(domain::display_name(tests[3].identity), "sub/CMakeLists.txt › not found");
  EXPECT_EQ(tests[3].selector, "4");
  EXPECT_THAT(discovery->warnings, ElementsAre("ctest cannot find the executable of test 'not found'; it will fail"));
}

TEST(Ctest, RefusesABadList) {
  const auto error = [](ProcessOutput output) { return describe(adapter.read_discovery(suite_in_app(), output).error()); };
  const auto list = [](const std::string& tests) { return R"({"kind":"ctestInfo","tests":[)" + tests + "]}"; };
  EXPECT_EQ(error({.output = list("")}),
            "ctest found no tests\n  hint: check suite.build_dir, and that the project calls enable_testing() and has been built");
  EXPECT_EQ(error({.output = list(R"({"name":"unit_tests_NOT_BUILT"})")}),
            "'unit_tests' has not been built, so its tests are unknown\n  hint: run: cmake --build /app/build");
  EXPECT_EQ(error({.output = list(R"({"name":"a","command":["/app/build/x/a"]},{"name":"a","command":["/app/build/y/a"]})")}),
            "two tests are called 'a', in different folders of the project\n  hint: ctest selects and reports tests by name; give one of "
            "them another");
  EXPECT_EQ(error({.output = R"({"kind":"ctestInfo","tests":[)"}), "ctest printed no test list: JSON ends in the middle, after 29 B");
  EXPECT_EQ(error({.output = "{}"}), "ctest printed something else than a test list\n  hint: tamarack needs CTest 3.21 or newer");
  EXPECT_EQ(
      error({.exit_code = 1, .errput = "Failed to change working directory to /app/build"}),
      "ctest could not list its tests: exit code 1; the end of its error output:\n  | Failed to change working directory to /app/build\n"
      "  hint: is '/app/build' a build folder? tamarack needs CTest 3.21 or newer");
}

TEST(Ctest, SelectsExactNames) {
  const SelectionForTests selection({{"unit_tests", {"Math.Adds"}, ""}, {"CMakeLists.txt", {"weird (name) [x] a|b+c* \"q\" $d"}, ""}});
  const Invocation invocation = adapter.execution(suite_in_app(), selection, context_for_tests()).value();
  EXPECT_THAT(invocation.argv, ElementsAre("ctest", "--test-dir", "/app/build", "-j", "1", "--no-tests=error", "--output-junit",
                                           "/run/1/ctest.xml", "--test-output-size-passed", "65536", "--test-output-size-failed", "65536",
                                           "-R", "^(Math\\.Adds|weird \\(name\\) \\[x\\] a\\|b\\+c\\* \"q\" \\$d)$"));
  EXPECT_EQ(invocation.results_path, "/run/1/ctest.xml");
}

TEST(Ctest, SelectsByNumberWhenTheNamesAreTooLong) {
  std::vector<domain::TestIdentity> identities;
  for (int i = 0; i < 400; ++i) identities.push_back({"unit_tests", {std::string(100, 'x') + std::to_string(i)}, ""});
  const Invocation invocation = adapter.execution(suite_in_app(), SelectionForTests(identities), context_for_tests()).value();
  EXPECT_EQ(invocation.argv.at(invocation.argv.size() - 2), "-I");
  EXPECT_EQ(invocation.argv.back(), "/run/1/tests.txt");
  EXPECT_TRUE(invocation.files.at(0).content.starts_with("1,1,1,2,3,4,5,6,"));
  EXPECT_TRUE(invocation.files.at(0).content.ends_with(",399,400"));
}

// CTest 3.25.1 --output-junit, shortened; one test of each kind.
constexpr const char* recorded_junit = R"xml(<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="(empty)" tests="7" failures="3" disabled="1" skipped="2" hostname="" time="1" timestamp="2026-11-21T10:59:36">
	<testcase name="Math.Adds" classname="Math.Adds" time="0.0261806" status="run"><system-out>[       OK ] Math.Adds (0 ms)
</system-out></testcase>
	<testcase name="Math.Breaks" classname="Math.Breaks" time="0.0121513" status="fail">
		<failure message=""/>
		<system-out>[ RUN      ] Math.Breaks
/app/u.cpp:3: Failure
Expected equality of these values:
  1+1
    Which is: 2
  3
oh &lt;no&gt; &amp; "x"
[  FAILED  ] Math.Breaks (0 ms)
[==========] 1 test from 1 test suite ran. (3 ms total)
</system-out>
	</testcase>
	<testcase name="Math.Off" classname="Math.Off" time="0" status="disabled"><system-out>Disabled</system-out></testcase>
	<testcase name="slow" classname="slow" time="1.00822" status="fail"><failure message=""/><system-out></system-out></testcase>
	<testcase name="notfound" classname="notfound" time="0" status="notrun"><skipped message="Unable to find executable"/></testcase>
	<testcase name="skipcode" classname="skipcode" time="0.005" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/></testcase>
	<testcase name="crash" classname="crash" time="0.13" status="fail"><failure message=""/><system-out></system-out></testcase>
</testsuite>)xml";
constexpr const char* recorded_stdout = R"(
The following tests did not run:
	 11 - off (Disabled)

The following tests FAILED:
	  2 - Math.Breaks (Failed)
	 10 - slow (Timeout)
	 12 - notfound (Not Run)
	 14 - crash (SEGFAULT)                          unit
)";

TEST(Ctest, ReadsResultsOfEveryKind) {
  const SelectionForTests selection({{"unit_tests", {"Math.Adds"}, ""},
                                     {"unit_tests", {"Math.Breaks"}, ""},
                                     {"unit_tests", {"Math.Off"}, ""},
                                     {"CMakeLists.txt", {"slow"}, ""},
                                     {"CMakeLists.txt", {"notfound"}, ""},
                                     {"CMakeLists.txt", {"skipcode"}, ""},
                                     {"CMakeLists.txt", {"crash"}, ""},
                                     {"CMakeLists.txt", {"never started"}, ""}});
  const FinalResults results =
      adapter.read_results(suite_in_app(), selection, {.exit_code = 8, .output = recorded_stdout, .results = recorded_junit});
  EXPECT_THAT(results.problems, IsEmpty());
  std::string story;
  for (const domain::TestReport& report : results.reports) {
    story += std::to_string(report.test.value) + " " + std::string(to_string(report.status));
    for (const domain::TestError& error : report.errors) story += " | " + error.message;
    for (const domain::Annotation& annotation : report.annotations) story += " (" + annotation.description + ")";
    story += "\n";
  }
  EXPECT_EQ(story,
            "0 passed\n"
            "1 failed | Expected equality of these values:\n  1+1\n    Which is: 2\n  3\noh <no> & \"x\"\n"
            "2 skipped (disabled)\n"
            "3 timed_out | ended by ctest after 1.0 s: timeout\n"
            "4 failed | did not run: Unable to find executable\n"
            "5 skipped (SKIP_RETURN_CODE=77)\n"
            "6 failed | the test's command failed: SEGFAULT\n")
      << "a test that is not in the file has no result";
  EXPECT_EQ(results.reports.at(1).errors.at(0).file, "/app/u.cpp");
  EXPECT_EQ(results.reports.at(1).errors.at(0).line, 3);
}

TEST(Ctest, NamesDisagreements) {
  const SelectionForTests selection({{"unit_tests", {"a"}, ""}});
  const auto problems = [&](ProcessOutput output) { return adapter.read_results(suite_in_app(), selection, output).problems; };
  EXPECT_THAT(problems({.exit_code = -1, .signal = 15}),
              ElementsAre("missing_report: ctest ended with signal 15 (SIGTERM) but wrote no JUnit file"));
  EXPECT_THAT(problems({.exit_code = 8, .results = R"(<testsuite tests="1"><testcase name="a" status="run"/></testsuite>)"}),
              ElementsAre("exit_code_disagrees: ctest ended with exit code 8 but its JUnit file says that no test failed"));
  EXPECT_THAT(problems({.results = R"(<testsuite tests="2"><testcase name="a" status="run"/></testsuite>)"}),
              ElementsAre("truncated_report: test suite '' announces 2 tests but contains 1"));
}

TEST(Ctest, OnlyExitCodeEightMeansFailedTests) {
  EXPECT_TRUE(adapter.exit_code_means_failed_tests(8));
  for (const int code : {0, 1, 4, 16}) EXPECT_FALSE(adapter.exit_code_means_failed_tests(code)) << code;
}

}  // namespace
}  // namespace tamarack::adapter
