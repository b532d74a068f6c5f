#include "adapter/command/adapter_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapter/command/template.h"
#include "adapter/selection_for_tests.h"

namespace tamarack::adapter {
namespace {

using domain::TestStatus;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const CommandAdapter adapter;

SuiteSettings suite_with(std::string run, std::string results = "") {
  SuiteSettings suite;
  suite.root = "/app";
  suite.discover = "ls units";
  suite.run = std::move(run);
  suite.results = std::move(results);
  return suite;
}

TEST(Command, OneUnitPerLine) {
  const SuiteSettings suite = suite_with("sh {unit}");
  EXPECT_THAT(adapter.discovery(suite, context_for_tests()).value().argv, ElementsAre("sh", "-c", "ls units"));
  const auto discovery = adapter.read_discovery(suite, {.output = "b.sh\r\n\n  a b.sh \n"});
  ASSERT_TRUE(discovery) << discovery.error().message;
  ASSERT_EQ(discovery->tests.size(), 2U);
  EXPECT_EQ(domain::display_name(discovery->tests[0].identity), "b.sh");
  EXPECT_EQ(discovery->tests[1].identity, (domain::TestIdentity{"a b.sh", {}, ""}));
}

TEST(Command, RefusesABadList) {
  const auto error = [](ProcessOutput output) { return describe(adapter.read_discovery(suite_with("x {unit}"), output).error()); };
  EXPECT_EQ(error({.output = "a\nb\n\n a\n"}), "suite.discover: line 4 'a' is the same unit as line 1");
  EXPECT_EQ(error({.output = "\n  \n"}),
            "suite.discover 'ls units' printed no units\n  hint: it must print one unit per line on standard output");
  EXPECT_EQ(error({.exit_code = 2, .output = "a\n", .errput = "ls: cannot access 'units'\n"}),
            "suite.discover 'ls units' ended with exit code 2; the end of its error output:\n  | ls: cannot access 'units'\n"
            "  hint: run it by hand in '/app'");
  EXPECT_EQ(error({.output = "ok\n\xff\n"}), "suite.discover: line 2 is not valid UTF-8: '\xef\xbf\xbd'");
  EXPECT_EQ(error({.output = std::string("a\0b\n", 4)}), "suite.discover: line 1 contains a NUL byte; separate the units by line ends");
  EXPECT_EQ(error({.output = "a\n", .output_was_cut = true}),
            "suite.discover 'ls units' printed more than is read (2 B)\n  hint: it must print nothing but one unit per line");
}

TEST(Command, FillsTheTemplate) {
  const SelectionForTests selection({{"it's $HOME; rm -rf.sh", {}, ""}});
  const SuiteSettings suite =
      suite_with("PORT={port} W={worker} D={data} S={seed} sh {unit} ${port} {other} | awk '{print}' {", "junit:out/{worker}/{unit}.xml");
  const Invocation invocation = adapter.execution(suite, selection, context_for_tests()).value();
  EXPECT_THAT(
      invocation.argv,
      ElementsAre("sh", "-c", "PORT=4102 W=2 D='/data/two 2' S=7 sh 'it'\\''s $HOME; rm -rf.sh' ${port} {other} | awk '{print}' {"));
  EXPECT_EQ(invocation.results_path, "/app/out/2/it's $HOME; rm -rf.sh.xml");
  EXPECT_EQ(invocation.directory, "/app");
  EXPECT_FALSE(invocation.events_expected);
}

TEST(Command, ManyUnitsOnlyWithUnits) {
  const SelectionForTests two({{"a b", {}, ""}, {"c", {}, ""}});
  EXPECT_THAT(adapter.execution(suite_with("run {units}"), two, context_for_tests()).value().argv, ElementsAre("sh", "-c", "run 'a b' c"));
  EXPECT_TRUE(adapter.capabilities(suite_with("run {units}")).many_units_per_invocation);
  EXPECT_FALSE(adapter.capabilities(suite_with("run {unit}")).many_units_per_invocation);
  EXPECT_EQ(adapter.execution(suite_with("run {unit}"), two, context_for_tests()).error().message,
            "suite.run takes one unit at a time, got 2");
  EXPECT_EQ(describe(adapter.execution(suite_with("run ${unit}"), SelectionForTests({{"a", {}, ""}}), context_for_tests()).error()),
            "suite.run 'run ${unit}' has neither {unit} nor {units}\n  hint: say where the unit goes, for example run = \"sh {unit}\"");
}

TEST(Command, ReadsTheResultsSetting) {
  EXPECT_EQ(parse_results_setting("").value().kind, ResultsKind::exit_code);
  EXPECT_EQ(parse_results_setting("exit-code").value().kind, ResultsKind::exit_code);
  EXPECT_EQ(parse_results_setting("tap").value().kind, ResultsKind::tap);
  EXPECT_EQ(parse_results_setting("ctrf:/tmp/x.json").value().path, "/tmp/x.json");
  EXPECT_EQ(describe(parse_results_setting("junit:").error()),
            "suite.results is 'junit:' without a path\n  hint: name the report file, for example \"junit:out/report-{worker}\"");
  EXPECT_EQ(parse_results_setting("xunit:x").error().message,
            "suite.results must be exit-code, junit:PATH, ctrf:PATH or tap, got 'xunit:x'");
}

// What the adapter says about one unit, as "status: error | error" and the problems.
std::string judged(const std::string& results, ProcessOutput output) {
  const SelectionForTests one({{"a.sh", {}, ""}});
  const FinalResults judged = adapter.read_results(suite_with("sh {unit}", results), one, output);
  std::string text;
  for (const domain::TestReport& report : judged.reports) {
    text += std::string(to_string(report.status));
    for (const domain::TestError& error : report.errors) text += "\n  " + error.message;
    for (const domain::Step& step : report.steps) text += "\n  step " + step.title + (step.failed ? " failed" : "");
  }
  for (const std::string& problem : judged.problems) text += "\nproblem " + problem;
  return text;
}

TEST(Command, JudgesByExitCode) {
  EXPECT_EQ(judged("", {}), "passed");
  EXPECT_EQ(judged("", {.exit_code = 3}), "failed\n  the command ended with exit code 3");
  EXPECT_EQ(judged("", {.exit_code = -1, .signal = 11}), "failed\n  the command ended with signal 11 (SIGSEGV)");
  EXPECT_EQ(judged("", {.exit_code = -1, .signal = 9}), "") << "killed from outside: no result, so that it counts as lost";
}

TEST(Command, KeepsOutputAndDuration) {
  const SelectionForTests one({{"a.sh", {}, ""}});
  const FinalResults results = adapter.read_results(
      suite_with("sh {unit}"), one, {.output = "\x1b[1mout\x1b[0m", .errput = "err\xff", .started = from_ms(5), .duration = Millis{7}});
  ASSERT_EQ(results.reports.size(), 1U);
  EXPECT_EQ(results.reports[0].output, "out");
  EXPECT_EQ(results.reports[0].errput, "err\xef\xbf\xbd");
  EXPECT_EQ(results.reports[0].started, from_ms(5));
  EXPECT_EQ(results.reports[0].duration, Millis{7});
}

TEST(Command, ManyUnitsShareOneExitCode) {
  const SelectionForTests two({{"a", {}, ""}, {"b", {}, ""}});
  const FinalResults good = adapter.read_results(suite_with("run {units}"), two, {.duration = Millis{10}});
  ASSERT_EQ(good.reports.size(), 2U);
  EXPECT_EQ(good.reports[1].status, TestStatus::passed);
  EXPECT_EQ(good.reports[1].duration, Millis{5});
  const FinalResults bad = adapter.read_results(suite_with("run {units}"), two, {.exit_code = 1});
  ASSERT_EQ(bad.reports.size(), 2U);
  for (const domain::TestReport& report : bad.reports)
    EXPECT_EQ(report.errors.at(0).message,
              "the command ended with exit code 1 for 2 units together; with {unit} in suite.run, or a report in suite.results, each would "
              "have its own result");
}

TEST(Command, JudgesByReport) {
  const std::string good = R"(<testsuite name="s"><testcase name="x" time="1"/><testcase name="y"/></testsuite>)";
  const std::string bad = R"(<testsuite name="s"><testcase name="x"/><testcase name="y"><failure message="no"/></testcase></testsuite>)";
  EXPECT_EQ(judged("junit:r.xml", {.results = good}), "passed\n  step s › x\n  step s › y");
  EXPECT_EQ(judged("junit:r.xml", {.exit_code = 1, .results = bad}), "failed\n  s › y: no\n  step s › x\n  step s › y failed");
  EXPECT_EQ(judged("junit:r.xml", {.results = R"(<testsuite name="s"><testcase name="x"><skipped/></testcase></testsuite>)"}),
            "skipped\n  step s › x");
}

TEST(Command, NeverBelievesAReportThatDisagrees) {
  const std::string good = R"(<testsuite name="s"><testcase name="x"/></testsuite>)";
  const std::string bad = R"(<testsuite name="s"><testcase name="x"><failure message="no"/></testcase></testsuite>)";
  const std::string disagrees = "exit_code_disagrees: the command ended with exit code 2 but JUnit report 'r.xml' says that no test failed";
  EXPECT_EQ(judged("junit:r.xml", {.exit_code = 2, .results = good}), "failed\n  " + disagrees + "\n  step s › x\nproblem " + disagrees);
  EXPECT_EQ(judged("junit:r.xml", {.results = bad}),
            "failed\n  s › x: no\n  step s › x failed\nproblem exit_code_disagrees: the command ended with exit code 0 "
            "but JUnit report 'r.xml' says that tests failed");
  const std::string missing = "missing_report: the command ended with exit code 0 but wrote no JUnit report 'r.xml'";
  EXPECT_EQ(judged("junit:r.xml", {}), "failed\n  " + missing + "\nproblem " + missing);
  EXPECT_EQ(judged("junit:r.xml", {.results = "<testsuites/>"}),
            "failed\n  empty_report: JUnit report 'r.xml' has no test cases\nproblem empty_report: JUnit report 'r.xml' has no test cases");
  EXPECT_EQ(judged("tap", {.output = "1..3\nok 1 - a\n"}),
            "failed\n  truncated_report: the TAP plan is 1..3 but only 1 result arrived\n  step a\n"
            "problem truncated_report: the TAP plan is 1..3 but only 1 result arrived");
  EXPECT_EQ(judged("tap", {.output = "1..1\nok 1 - a\n", .output_was_cut = true}),
            "failed\n  oversized_report: the command printed more than the 14 B that are read\n  step a\n"
            "problem oversized_report: the command printed more than the 14 B that are read");
  EXPECT_EQ(judged("ctrf:c.json", {.exit_code = 1, .results = R"({"results":{)"}),
            "failed\n  the command ended with exit code 1\n  truncated_report: CTRF report: JSON ends in the middle, after 12 B\n"
            "problem truncated_report: CTRF report: JSON ends in the middle, after 12 B");
}

TEST(Command, MatchesCasesToUnitsByAnyOfTheirNames) {
  const SelectionForTests three({{"./t/a.py", {}, ""}, {"pkg.B", {}, ""}, {"c", {}, ""}});
  const FinalResults results = adapter.read_results(
      suite_with("run {units}", "junit:r.xml"), three,
      {.exit_code = 1,
       .results =
           R"(<testsuite name="s"><testcase name="x" file="t/a.py" time="2"/><testcase classname="pkg.B" name="y"><failure message="no"/></testcase>)"
           R"(<testcase name="stranger"/></testsuite>)"});
  ASSERT_EQ(results.reports.size(), 2U) << "'c' is not in the report, so it has no result";
  EXPECT_EQ(results.reports[0].status, TestStatus::passed);
  EXPECT_EQ(results.reports[0].duration, Millis{2000});
  EXPECT_EQ(results.reports[1].status, TestStatus::failed);
  EXPECT_EQ(results.reports[1].test, domain::TestIndex(std::size_t{1}));
  EXPECT_THAT(results.problems,
              ElementsAre("unknown_case: 's › stranger' in JUnit report 'r.xml' belongs to none of the 3 units that ran"));
}

}  // namespace
}  // namespace tamarack::adapter
