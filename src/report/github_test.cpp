#include "report/github.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"
#include "report/example_view.h"
#include "tests/golden/golden.h"

namespace tamarack::report {
namespace {

TEST(GitHub, AnnotatesWhatCountsBesideTheCode) {
  EXPECT_TRUE(matches_golden("github_mixed.txt", github_annotations(mixed_view(), "e2e")));
}
TEST(GitHub, AGreenRunIsOneNotice) {
  EXPECT_EQ(github_annotations(green_view()), "::notice title=Tamarack%3A passed::all 2 tests passed\n");
}

TEST(GitHub, ShowsTenErrorsAndSaysHowManyThereAre) {
  ReportView view = mixed_view();
  view.disagreements.clear();
  view.tests.assign(25, view.tests[1]);
  view.run.headline = "25 of 25 tests failed";
  const auto lines = split_lines(github_annotations(view));
  ASSERT_EQ(lines.size(), 11U);
  EXPECT_EQ(lines.back(), "::notice title=Tamarack%3A incomplete::25 of 25 tests failed; 10 of 25 problems are annotated");
}

RC_GTEST_PROP(GitHub, NothingATestPrintsBecomesACommand, (const std::string& bytes)) {
  ReportView view = mixed_view();
  view.tests[1].title_path = {bytes + "\n::set-output name=x::1"};
  view.tests[1].attempts.back().errors = {error_view(bytes + "\r\n::error::x", bytes + ",line=1::\n", 3)};
  for (const std::string& line : split_lines(github_annotations(view)))
    RC_ASSERT(line.starts_with("::error file=") || line.starts_with("::error title=") || line.starts_with("::notice title="));
}

TEST(GitHub, NothingATerminalObeysReachesTheLog) {
  ReportView view = mixed_view();
  view.tests[1].title_path = {"two\nlines \x1b[31mred\x07"};
  view.tests[1].attempts.back().errors = {error_view("first \x1b]0;title\x07 line\nsecond\x08", "a.spec", 3)};
  view.disagreements = {{"stale_report", "old \x1b[2J", "u\nnit"}};
  const std::string text = github_annotations(view, ".");
  for (const char c : text) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n') << static_cast<int>(c);
  for (const std::string& line : split_lines(text)) EXPECT_TRUE(line.starts_with("::")) << line;
}

}  // namespace
}  // namespace tamarack::report
