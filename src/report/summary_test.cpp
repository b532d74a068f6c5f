#include "report/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "report/cells.h"
#include "report/example_view.h"
#include "report/view_query.h"
#include "tests/golden/golden.h"

namespace tamarack::report {
namespace {

TEST(TerminalSummary, ShowsEveryKindOfEnd) {
  EXPECT_TRUE(matches_golden("summary_mixed.txt", terminal_summary(mixed_view(), {.report_path = ".tamarack/runs/r-1/report.html"})));
}

TEST(TerminalSummary, AGreenRunIsShort) {
  EXPECT_TRUE(matches_golden("summary_green.txt", terminal_summary(green_view())));
}

TEST(TerminalSummary, ColoursChangeNothingButColours) {
  EXPECT_EQ(strip_ansi(terminal_summary(mixed_view(), {.colour = true})), terminal_summary(mixed_view()));
  EXPECT_NE(terminal_summary(mixed_view(), {.colour = true}), terminal_summary(mixed_view()));
}

TEST(TerminalSummary, ManyFailuresAreCounted) {
  ReportView view = mixed_view();
  view.tests.assign(30, view.tests[1]);
  EXPECT_THAT(terminal_summary(view), ::testing::HasSubstr("and 10 more, see the report"));
}

std::string end_of(const std::string& text) {
  return text.substr(text.find("\n\n", text.find("  run ")) + 1);
}

TEST(TerminalSummary, EndsWithWhatDecidedTheVerdict) {
  ReportView view = mixed_view();
  view.run.verdict = "failed";
  view.run.headline = "2 of 8 tests failed";
  view.run.exit_code = 1;
  view.tests[1].attempts.back().errors = {error_view("\x1b[31m\n  no till\x1b[0m\n  at all")};
  EXPECT_EQ(end_of(terminal_summary(view)),
            "\n  ✗ tests/checkout.spec.ts › guest › pays it's 100% [chromium]: no till\n"
            "  ✗ tests/slow.spec.ts › waits: Test timeout of 9000ms exceeded. (tests/slow.spec.ts:3:1)\n"
            "  ? tests/crash.spec.ts › dies: took 3 workers down with it\n"
            "  ! fewer_tests_than_planned: the framework ended with exit code 0 after 1 of 2 tests\n"
            "\n✗ 2 of 8 tests failed  (exit code 1)\n")
      << "what never ran because the run was stopped and what is in quarantine decided nothing";
}

TEST(TerminalSummary, ItsEndStaysShort) {
  ReportView view = mixed_view();
  view.tests.assign(30, view.tests[1]);
  view.disagreements.clear();
  EXPECT_THAT(end_of(terminal_summary(view)), ::testing::HasSubstr("\n    and 20 more\n\n✗ "));
  for (const std::string& line : split_lines(end_of(terminal_summary(view, {.width = 60})))) EXPECT_LE(cells_of(line), 60U) << line;
}

TEST(TerminalSummary, ALedgerThatDoesNotAddUpIsSeen) {
  ReportView view = green_view();
  view.run.planned = 3;
  EXPECT_THAT(terminal_summary(view), ::testing::HasSubstr("3 planned ≠ 2 passed"));
}

TEST(TerminalSummary, FitsTheTerminal) {
  ReportView view = mixed_view();
  view.run.held_back = {
      "the longest unit 'tests/a-unit-with-a-name-that-is-longer-than-the-whole-terminal-is-wide.spec.ts' alone took 58 s of 1 m 02 s, and "
      "others waited for it"};
  view.run.headline = "2 of 7 tests failed (1 flaky, 1 skipped, 1 lost, 1 never ran, 1 failed in quarantine)";
  view.tests[1].spec = "tests/" + std::string(80, 'x') + ".spec.ts";
  view.tests[1].attempts.back().errors = {error_view("expected the basket to hold three things but it held none of them at all")};
  for (const bool colour : {false, true}) {
    for (const std::string& line : split_lines(strip_ansi(terminal_summary(view, {.colour = colour, .width = 60})))) {
      const bool is_to_copy = line.find("again: ") != std::string::npos || line.find("     at ") == 0;
      EXPECT_TRUE(is_to_copy || cells_of(line) <= 60) << line;
    }
  }
  EXPECT_THAT(terminal_summary(view, {.width = 60}), ::testing::HasSubstr("again: tamarack run --only 'tests/xxx"));
}

TEST(TerminalSummary, ATinyLowerBoundIsNoMeasure) {
  ReportView view = green_view();
  view.run.wall_ms = 812;
  view.run.lower_bound_ms = 1;
  EXPECT_THAT(terminal_summary(view), ::testing::Not(::testing::HasSubstr("lower bound")));
  view.run.lower_bound_ms = 406;
  EXPECT_THAT(terminal_summary(view), ::testing::HasSubstr("2.00 × the lower bound of 406 ms"));
}

TEST(TerminalSummary, TestsThatAreStillToComeArePending) {
  ReportView view = green_view();
  view.run.planned = 3;
  view.tests.push_back(test_view("id-3", "c.spec", {"later"}, "never_ran", {}));
  EXPECT_THAT(terminal_summary(view), ::testing::HasSubstr("3 planned = 2 passed + 1 pending"));
}

TEST(TerminalSummary, WhatStandsFromAnEarlierRunIsNotCountedAsRun) {
  ReportView view = mixed_view();
  view.tests[0].carried_from = "r-1";
  view.tests[3].carried_from = "r-1";
  view.tests[3].attempts.clear();
  EXPECT_EQ(
      ledger_equation(view),
      "8 planned = 1 passed (1 carried from run r-1) + 2 failed + 1 flaky (1 carried) + 1 skipped + 1 timed out + 1 lost + 1 never ran");
  EXPECT_THAT(terminal_summary(view), ::testing::HasSubstr("flaky     tests/search.spec.ts › finds (carried)"));
  EXPECT_EQ(carried(view).tests, 2);
  EXPECT_EQ(carried(mixed_view()).tests, 0);
}

TEST(TerminalSummary, ACommandThatFailedShowsItsLastWords) {
  ReportView view = green_view();
  view.tests[0].outcome = "failed";
  AttemptView& attempt = view.tests[0].attempts[0];
  attempt.errors = {{.message = "the command ended with exit code 1"}};
  for (int i = 1; i <= 12; ++i) attempt.output += "step " + std::to_string(i) + "\n\n";
  attempt.errput = "\x1b[31mno such table\x1b[0m: " + std::string(200, 'x') + "\n";
  const std::string text = terminal_summary(view, {.width = 60});
  EXPECT_THAT(text, ::testing::HasSubstr("exit code 1\n     | … 3 lines before, in the report\n     | step 4\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("     | step 12\n     | no such table: xxx"));
  for (const std::string& line : split_lines(text)) EXPECT_LE(cells_of(line), 60U) << line;
  view.run.verdict = "failed";
  EXPECT_THAT(end_of(terminal_summary(view)), ::testing::HasSubstr(": the command ended with exit code 1: no such table: xxx"));
  attempt.errors[0].file = "a.spec.ts";
  EXPECT_THAT(terminal_summary(view), ::testing::Not(::testing::HasSubstr("| step"))) << "its error says where";
  EXPECT_TRUE(own_words(view.tests[1], 10).lines.empty());
}

TEST(TerminalSummary, OneReasonOfManyTestsIsToldOnce) {
  ReportView view = mixed_view();
  for (int i = 0; i < 9; ++i) {
    view.tests.push_back(test_view("id", "tests/x" + std::to_string(i) + ".spec.ts", {"x"}, "never_ran", {}));
    view.tests.back().reason = "agent 'c' could not begin";
  }
  const std::string text = terminal_summary(view, {.server = "http://s:1"});
  EXPECT_THAT(text, ::testing::HasSubstr("  5) 9 tests never ran\n     agent 'c' could not begin\n     · tests/x0.spec.ts › x\n"));
  EXPECT_THAT(text,
              ::testing::HasSubstr("     · and 4 more\n     again: tamarack rerun r-20261121-102418-3f9a --failed --server http://s:1\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("  4) tests/crash.spec.ts › after  never ran\n     the unit was given up\n"))
      << "a reason of its own";
}

TEST(ViewQuery, ATestWhoseNameCannotBeTypedIsCalledByItsId) {
  EXPECT_EQ(rerun_command(test_view("0123abcd", "a.spec", {"pays"}, "failed", {})), "tamarack run --only 'a.spec › pays'");
  EXPECT_EQ(rerun_command(test_view("0123abcd", "a.spec", {"two\nlines"}, "failed", {})), "tamarack run --only 0123abcd");
  EXPECT_EQ(rerun_command(test_view("0123abcd", "a.spec", {"red\x1b[31m"}, "failed", {})), "tamarack run --only 0123abcd");
}

TEST(ViewQuery, AStopIsNoDisagreement) {
  ReportView view = green_view();
  view.disagreements = {{"stopped", "interrupted by Ctrl-C", {}}, {"infrastructure", "local/1: no", {}}, {"stale_report", "old", {}}};
  EXPECT_EQ(disagreement_count(view), 1);
}

}  // namespace
}  // namespace tamarack::report
