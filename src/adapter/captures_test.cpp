#include "adapter/captures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "adapter/selection_for_tests.h"

namespace tamarack::adapter {
namespace {

using domain::Capture;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(ReadOutput, JsonIsTakenAsItIsAndEverythingElseIsText) {
  const ReadCaptures read =
      read_output("job_id=j-1\ncount=3\nbig=12345678901234567890123\nzero=007\nreport={\"a\":[1]}\r\nempty=\nequal=a=b\nno=null\n");
  EXPECT_THAT(read.problems, IsEmpty());
  EXPECT_THAT(read.captures, ElementsAre(Capture{"job_id", "\"j-1\""}, Capture{"count", "3"}, Capture{"big", "12345678901234567890123"},
                                         Capture{"zero", "\"007\""}, Capture{"report", "{\"a\":[1]}"}, Capture{"empty", "\"\""},
                                         Capture{"equal", "\"a=b\""}, Capture{"no", "null"}));
}

TEST(ReadOutput, ValuesOfSeveralLinesHaveAnEndMark) {
  const ReadCaptures read = read_output("text<<EOF\none = 1\n\ntwo\nEOF\nlist<<---\n[1,\n2]\n---\nlast=x");
  EXPECT_THAT(read.problems, IsEmpty());
  EXPECT_THAT(read.captures, ElementsAre(Capture{"text", R"("one = 1\n\ntwo")"}, Capture{"list", "[1,\n2]"}, Capture{"last", "\"x\""}));
}

TEST(ReadOutput, WhatIsRefusedIsNamed) {
  const ReadCaptures read = read_output("nonsense\n1st=2\nx y=2\nopen<<EOF\nwithout an end\n");
  EXPECT_THAT(read.captures, IsEmpty());
  EXPECT_THAT(read.problems,
              ElementsAre(HasSubstr("line 1 of TAMARACK_OUTPUT is no capture (name=value): 'nonsense'"), HasSubstr("capture '1st'"),
                          HasSubstr("capture 'x y'"), AllOf(HasSubstr("capture 'open'"), HasSubstr("end mark 'EOF' is missing"))));
  EXPECT_THAT(read_output("huge=" + std::string(domain::capture_bytes_max, 'x')).problems,
              ElementsAre(HasSubstr("capture 'huge' is not kept: it has 64.0 KiB")));
}

TEST(AddCaptures, ATestHasAtMostSoMany) {
  std::string text;
  for (int i = 0; i < 66; ++i) text += fmt::format("c{}={}\n", i, i);
  domain::TestReport report;
  add_captures(report, read_output(text));
  EXPECT_EQ(report.captures.size(), domain::captures_of_test_max);
  EXPECT_THAT(report.annotations, ElementsAre(domain::Annotation{"warning", "capture 'c64' is not kept: a test has at most 64"},
                                              domain::Annotation{"warning", "capture 'c65' is not kept: a test has at most 64"}));
}

TEST(AddCaptures, AThousandBadLinesAreAFewWarnings) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "bad\n";
  domain::TestReport report;
  add_captures(report, read_output(text));
  ASSERT_EQ(report.annotations.size(), 21U);
  EXPECT_EQ(report.annotations.back().description, "980 more captures are not kept");
}

RC_GTEST_PROP(ReadOutput, AnyBytesGiveAValue, (const std::string& bytes)) {
  for (const Capture& capture : read_output(bytes).captures) RC_ASSERT(capture_problem(capture.name, capture.json).empty());
}

struct TwoTests {
  SelectionForTests tests{{{"a.spec.ts", {"flow", "validates"}, "chromium"}, {"b.spec.ts", {"other"}, ""}}};
  const Selection& selection = tests;
  const std::vector<Capture> given{{"build", "17"}};
};

TEST(CapturesJson, TellsWhatEachTestGets) {
  const TwoTests two;
  EXPECT_EQ(captures_json(*two.selection.plan, {{{domain::TestIndex{0U}}, {{"job_id", "\"j-1\""}}}}, two.given),
            R"({"flows":[{"tests":[{"spec":"a.spec.ts","title_path":["flow","validates"],"parameters":"chromium"}],)"
            R"("captures":{"job_id":"j-1"}}],"given":{"build":17}})");
}

TEST(CaptureEnvironment, IsThereWhenAllTestsGetTheSame) {
  const TwoTests two;
  EXPECT_THAT(capture_environment(two.selection, {}, two.given), ElementsAre(Pair("TAMARACK_CAPTURE_BUILD", "17")));
  const CaptureSet of_both{{domain::TestIndex{0U}, domain::TestIndex{1U}}, {{"job_id", "\"j-1\""}, {"rows", "[1,2]"}}};
  EXPECT_THAT(capture_environment(two.selection, {of_both}, two.given),
              UnorderedElementsAre(Pair("TAMARACK_CAPTURE_BUILD", "17"), Pair("TAMARACK_CAPTURE_JOB_ID", "j-1"),
                                   Pair("TAMARACK_CAPTURE_ROWS", "[1,2]")));
  const CaptureSet of_one{{domain::TestIndex{0U}}, {{"job_id", "\"j-1\""}}};
  EXPECT_THAT(capture_environment(two.selection, {of_one}, two.given), IsEmpty()) << "the other test would read what is not its own";
}

TEST(CaptureEnvironment, LeavesOutWhatDoesNotFit) {
  const TwoTests two;
  const std::vector<Capture> given{{"long_one", "\"" + std::string(5000, 'x') + "\""}, {"with_nul", R"("a\u0000b")"}, {"fits", "true"}};
  EXPECT_THAT(capture_environment(two.selection, {}, given), ElementsAre(Pair("TAMARACK_CAPTURE_FITS", "true")));
}

}  // namespace
}  // namespace tamarack::adapter
