#include "report/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "report/example_view.h"
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

TEST(TerminalSummary, ALedgerThatDoesNotAddUpIsSeen) {
  ReportView view = green_view();
  view.run.planned = 3;
  EXPECT_THAT(terminal_summary(view), ::testing::HasSubstr("3 planned ≠ 2 passed"));
}

}  // namespace
}  // namespace tamarack::report
