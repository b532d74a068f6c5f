#include "report/markdown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/example_view.h"
#include "tests/golden/golden.h"

namespace tamarack::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Markdown, ShowsWhatAReaderOfTheStepSummaryNeeds) {
  EXPECT_TRUE(matches_golden("summary_mixed.md", to_markdown(mixed_view())));
}
TEST(Markdown, AGreenRunIsShort) {
  EXPECT_TRUE(matches_golden("summary_green.md", to_markdown(green_view())));
}

TEST(Markdown, StaysUnderTheLimitAndSaysWhatIsMissing) {
  ReportView view = mixed_view();
  TestView failed = view.tests[1];
  failed.attempts.back().errors[0].message = std::string(20'000, 'x');
  view.tests.assign(3000, failed);
  const std::string text = to_markdown(view, 200'000);
  EXPECT_LE(text.size(), 200'000U);
  EXPECT_THAT(text, HasSubstr("more failures not shown here, see the report"));
  EXPECT_THAT(text, HasSubstr("### Time"));
}

TEST(Markdown, NamesAndMessagesCannotBecomeMarkup) {
  ReportView view = mixed_view();
  view.tests[1].title_path = {"</summary><img src=x> [link](http://x) `code` | cell"};
  view.tests[1].attempts.back().errors = {error_view("````\n</details>", "x.ts")};
  const std::string text = to_markdown(view);
  const std::string summary = text.substr(text.find("<summary>"), text.find("</summary>") - text.find("<summary>"));
  EXPECT_THAT(summary, HasSubstr("&lt;/summary&gt;&lt;img src=x&gt;"));
  EXPECT_THAT(summary, Not(HasSubstr("<img")));
  EXPECT_THAT(text, HasSubstr("`````text\n````\n</details>"));
}

}  // namespace
}  // namespace tamarack::report
