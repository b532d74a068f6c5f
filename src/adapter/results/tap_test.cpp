#include "adapter/results/tap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace tamarack::adapter {
namespace {

using domain::TestStatus;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Tap, ReadsAStreamOfNodeTest) {
  // node --test-reporter=tap, shortened.
  const ResultReport report = read_tap(R"(TAP version 13
# Subtest: adds
ok 1 - adds
  ---
  duration_ms: 12.5
  ...
# Subtest: group
    ok 1 - inner
    1..1
ok 2 - group \# one # SKIP not today
not ok 3 - breaks
  ---
  duration_ms: 3
  error: |-
    expected 2
  message: 'one is not two'
  ...
debug output of the program
not ok 4 - later # TODO not written
1..4
# tests 4
)");
  EXPECT_THAT(report.problems, IsEmpty());
  ASSERT_EQ(report.cases.size(), 4U);
  EXPECT_EQ(report.cases[0].name, "adds");
  EXPECT_EQ(report.cases[0].duration, Millis{12});
  EXPECT_EQ(report.cases[1].name, "group # one");
  EXPECT_EQ(report.cases[1].status, TestStatus::skipped);
  EXPECT_EQ(report.cases[2].status, TestStatus::failed);
  EXPECT_EQ(report.cases[2].errors.at(0).message, "one is not two");
  EXPECT_EQ(report.cases[2].errors.at(0).stack, "duration_ms: 3\nerror: |-\n  expected 2\nmessage: 'one is not two'\n");
  EXPECT_EQ(report.cases[3].status, TestStatus::passed) << "a failing TODO is expected";
}

TEST(Tap, KeepsTheCommentsAfterAFailure) {
  const ResultReport report = read_tap("1..2\nok\nnot ok - sum\n#   Failed test 'sum'\n#   at t/a.t line 4.\n");
  EXPECT_THAT(report.problems, IsEmpty());
  ASSERT_EQ(report.cases.size(), 2U);
  EXPECT_EQ(report.cases[0].name, "test 1");
  EXPECT_EQ(report.cases[1].errors.at(0).message, "not ok 2 - sum");
  EXPECT_EQ(report.cases[1].errors.at(0).stack, "Failed test 'sum'\nat t/a.t line 4.\n");
}

TEST(Tap, AStreamThatSkipsItselfIsOneSkippedCase) {
  const ResultReport report = read_tap("TAP version 13\n1..0 # SKIP no database\n");
  ASSERT_EQ(report.cases.size(), 1U);
  EXPECT_EQ(report.cases[0].status, domain::TestStatus::skipped);
  EXPECT_EQ(report.cases[0].reason, "no database");
  EXPECT_THAT(report.problems, IsEmpty());
  EXPECT_THAT(read_tap("1..0\n").cases, IsEmpty()) << "nothing says that this was meant";
}

TEST(Tap, NamesProblems) {
  const auto problems = [](std::string_view bytes) { return read_tap(bytes).problems; };
  EXPECT_THAT(problems(""), ElementsAre("malformed_report: the output has no TAP plan and no TAP results"));
  EXPECT_THAT(problems("hello\nokay\n"), ElementsAre("malformed_report: the output has no TAP plan and no TAP results"));
  EXPECT_THAT(problems("1..5\nok 1\nok 2\nok 3\n"), ElementsAre("truncated_report: the TAP plan is 1..5 but only 3 results arrived"));
  EXPECT_THAT(problems("1..1\n"), ElementsAre("truncated_report: the TAP plan is 1..1 but only 0 results arrived"));
  EXPECT_THAT(problems("ok 1\nok 2\n"), ElementsAre("truncated_report: the TAP stream has 2 results but no plan ('1..2')"));
  EXPECT_THAT(problems("1..1\nok 1\nok 2\n"), ElementsAre("malformed_report: the TAP plan is 1..1 but there are 2 results"));
  EXPECT_THAT(problems("1..2\nok 1\nok 1\n"), ElementsAre("malformed_report: test 1 appears twice in the TAP stream",
                                                          "truncated_report: the TAP plan is 1..2 but only 1 result arrived"));
  EXPECT_THAT(problems("1..1\nok 1\n1..2\n"), ElementsAre("malformed_report: the TAP stream has a second plan, '1..2' after '1..1'"));
  EXPECT_THAT(problems("1..3\nok 1\nBail out! no database\nok 2\n"), ElementsAre("bailed_out: no database"));
  EXPECT_THAT(problems("1..2\nok 1\n  ---\n  open: yes\nok 2\n"),
              ElementsAre("truncated_report: the TAP plan is 1..2 but only 1 result arrived"));
}

RC_GTEST_PROP(Tap, AnyTextIsRead, (const std::vector<std::string>& pieces)) {
  std::string text;
  for (const std::string& piece : pieces)
    text += *rc::gen::element<std::string>("ok ", "not ok ", "1..", "\n", "  ---\n", "  ...\n", "# ", "# SKIP", "\\") + piece;
  const ResultReport report = read_tap(text);
  RC_ASSERT(report.cases.size() <= text.size());
}

}  // namespace
}  // namespace tamarack::adapter
