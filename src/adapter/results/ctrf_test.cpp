#include "adapter/results/ctrf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace tamarack::adapter {
namespace {

using domain::TestStatus;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Ctrf, ReadsAReport) {
  const ResultReport report = read_ctrf(
      R"({"reportFormat":"CTRF","specVersion":"0.0.0","results":{"tool":{"name":"jest"},"summary":{"tests":5,"passed":1,"failed":2,"pending":1,"skipped":0,"other":1},"tests":[)"
      R"({"name":"adds","status":"passed","duration":12.4,"suite":"math","filePath":"a.test.js","tags":["x"],"extra":{}},)"
      R"({"name":"breaks","status":"failed","duration":3,"suite":["math","deep"],"message":"expected 2","trace":"at a.test.js:4","line":4,"stdout":["one","two"]},)"
      R"({"name":"hangs","status":"failed","duration":5000,"rawStatus":"timedOut"},)"
      R"({"name":"later","status":"pending","duration":0},)"
      R"({"name":"todo","status":"other","duration":0,"rawStatus":"todo"}]}})");
  EXPECT_THAT(report.problems, IsEmpty());
  ASSERT_EQ(report.cases.size(), 5U);
  EXPECT_EQ(display_name(report.cases[0]), "math › adds");
  EXPECT_EQ(report.cases[0].duration, Millis{12});
  EXPECT_EQ(report.cases[1].suite, "math › deep");
  EXPECT_EQ(report.cases[1].errors.at(0).message, "expected 2");
  EXPECT_EQ(report.cases[1].errors.at(0).stack, "at a.test.js:4");
  EXPECT_EQ(report.cases[1].errors.at(0).line, 4);
  EXPECT_EQ(report.cases[1].output, "one\ntwo");
  EXPECT_EQ(report.cases[2].status, TestStatus::timed_out);
  EXPECT_EQ(report.cases[2].errors.at(0).message, "timed_out without a message");
  EXPECT_EQ(report.cases[3].status, TestStatus::skipped);
  EXPECT_EQ(report.cases[4].status, TestStatus::skipped);
}

TEST(Ctrf, AnUnknownOutcomeIsNeverGreen) {
  const ResultReport report = read_ctrf(R"({"results":{"tests":[{"name":"a","status":"other","duration":0}]}})");
  EXPECT_EQ(report.cases.at(0).status, TestStatus::failed);
}

TEST(Ctrf, NamesProblems) {
  const auto problem = [](std::string_view bytes) { return ::testing::PrintToString(read_ctrf(bytes).problems); };
  EXPECT_EQ(problem(""), R"({ "truncated_report: CTRF report: JSON ends in the middle, after 0 B" })");
  EXPECT_EQ(problem(R"({"results":{"tests":[{"name":"a")"), R"({ "truncated_report: CTRF report: JSON ends in the middle, after 32 B" })");
  EXPECT_EQ(problem("<xml/>"), R"({ "malformed_report: CTRF report: not valid JSON: syntax error" })");
  EXPECT_EQ(problem("[]"), R"({ "malformed_report: the CTRF report is not a JSON object" })");
  EXPECT_EQ(problem("{}"), R"({ "malformed_report: in the CTRF report, field 'results' is missing" })");
  EXPECT_EQ(problem(R"({"results":{}})"), R"({ "malformed_report: in the CTRF report, field 'results.tests' is missing" })");
  EXPECT_EQ(
      problem(R"({"results":{"tests":[{"name":"a","status":"ok"}]}})"),
      R"({ "malformed_report: in the CTRF report, field 'results.tests[0].status' must be passed, failed, skipped, pending or other, got 'ok'" })");
  EXPECT_EQ(problem(R"({"results":{"tests":[{"name":"a","status":"passed","duration":"3"}]}})"),
            R"({ "malformed_report: in the CTRF report, field 'results.tests[0].duration' must be a number, got a string" })");
  EXPECT_EQ(problem(R"({"results":{"summary":{"tests":3},"tests":[{"name":"a","status":"passed"}]}})"),
            R"({ "truncated_report: the CTRF summary announces 3 tests but 1 is listed" })");
  EXPECT_EQ(problem(R"({"results":{"summary":{"tests":1,"failed":1},"tests":[{"name":"a","status":"passed"}]}})"),
            R"({ "malformed_report: the CTRF summary counts 1 failed test but 0 are listed as failed" })");
}

RC_GTEST_PROP(Ctrf, AnyBytesAreAProblem, (const std::string& bytes)) {
  RC_ASSERT(!read_ctrf(bytes).problems.empty());
}

}  // namespace
}  // namespace tamarack::adapter
