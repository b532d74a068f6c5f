#include "adapter/results/junit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace tamarack::adapter {
namespace {

using domain::TestStatus;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Junit, ReadsPytestsDialect) {
  // pytest 7.2.1 --junitxml, shortened.
  const ResultReport report = read_junit(
      R"(<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" errors="0" failures="1" skipped="1" tests="3" time="0.031" timestamp="2026-11-21T10:00:00" hostname="vm">)"
      R"(<testcase classname="tests.test_a" name="test_ok[1-a b]" time="0.001" />)"
      R"(<testcase classname="tests.test_a" name="test_bad" time="0.0125"><failure message="AssertionError: 1 != 2&#10;more">def test_bad():&gt; assert 1 == 2
tests/test_a.py:5: AssertionError</failure><system-out>printed</system-out></testcase>)"
      R"(<testcase classname="tests.test_a" name="test_skip" time="0"><skipped type="pytest.skip" message="later">x</skipped></testcase></testsuite></testsuites>)");
  EXPECT_THAT(report.problems, IsEmpty());
  ASSERT_EQ(report.cases.size(), 3U);
  EXPECT_EQ(display_name(report.cases[0]), "pytest › tests.test_a › test_ok[1-a b]");
  EXPECT_EQ(report.cases[0].duration, Millis{1});
  EXPECT_EQ(report.cases[1].status, TestStatus::failed);
  EXPECT_EQ(report.cases[1].duration, Millis{13});
  EXPECT_EQ(report.cases[1].errors.at(0).message, "AssertionError: 1 != 2\nmore");
  EXPECT_EQ(report.cases[1].errors.at(0).stack, "def test_bad():> assert 1 == 2\ntests/test_a.py:5: AssertionError");
  EXPECT_EQ(report.cases[1].output, "printed");
  EXPECT_EQ(report.cases[2].status, TestStatus::skipped);
  EXPECT_EQ(report.cases[2].reason, "later");
}

TEST(Junit, ReadsNestedSuitesErrorsAndARootSuite) {
  const ResultReport nested = read_junit(
      R"(<testsuites><testsuite name="a.spec.ts"><testsuite name="guest" file="a.spec.ts"><testcase name="pays" time="1,234.5"><error type="Timeout"/></testcase></testsuite></testsuite></testsuites>)");
  ASSERT_EQ(nested.cases.size(), 1U);
  EXPECT_EQ(nested.cases[0].suite, "a.spec.ts › guest");
  EXPECT_EQ(nested.cases[0].file, "a.spec.ts");
  EXPECT_EQ(nested.cases[0].duration, Millis{1'234'500});
  EXPECT_EQ(nested.cases[0].errors.at(0).message, "Timeout");
  const ResultReport root = read_junit(R"(<testsuite name="s" tests="1"><testcase classname="s" name="x" status="fail"/></testsuite>)");
  ASSERT_EQ(root.cases.size(), 1U);
  EXPECT_EQ(display_name(root.cases[0]), "s › x");
  EXPECT_EQ(root.cases[0].errors.at(0).message, "status 'fail' without a failure element");
}

TEST(Junit, NamesATruncatedFile) {
  const std::string whole =
      R"(<testsuites><testsuite name="s"><testcase name="a"/><testcase name="b"><failure message="no"/></testcase></testsuite></testsuites>)";
  const ResultReport report = read_junit(std::string_view(whole).substr(0, whole.find("<failure") + 5));
  ASSERT_EQ(report.cases.size(), 1U) << "b must not pass because its failure was cut off";
  EXPECT_EQ(report.cases[0].name, "a");
  EXPECT_THAT(
      report.problems,
      ElementsAre("truncated_report: the JUnit report breaks off after 1 test case (error parsing start element tag at byte 75 of 76)"));
}

TEST(Junit, NamesASuiteThatAnnouncesMoreThanItContains) {
  EXPECT_THAT(read_junit(R"(<testsuite name="s" tests="5" skipped="1"><testcase name="a"/></testsuite>)").problems,
              ElementsAre("truncated_report: test suite 's' announces 5 tests but contains 1"));
  // mocha-junit-reporter counts pending tests but leaves them out.
  EXPECT_THAT(read_junit(R"(<testsuite name="s" tests="4" skipped="2"><testcase name="a"/><testcase name="b"/></testsuite>)").problems,
              IsEmpty());
}

TEST(Junit, RefusesWhatIsNoReport) {
  EXPECT_THAT(read_junit("").problems, ElementsAre("malformed_report: expected <testsuites> or <testsuite>, got an empty file"));
  EXPECT_THAT(read_junit("{\"a\":1}").problems, ElementsAre("malformed_report: expected <testsuites> or <testsuite>, got no XML element"));
  EXPECT_THAT(read_junit("<html><body/></html>").problems,
              ElementsAre("malformed_report: expected <testsuites> or <testsuite>, got <html>"));
  EXPECT_THAT(read_junit(std::string(report_bytes_max + 1, ' ')).problems,
              ElementsAre("oversized_report: the JUnit report has 64.0 MiB, at most 64.0 MiB are read"));
}

TEST(Junit, SurvivesBombs) {
  const ResultReport laughs = read_junit(
      R"(<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><testsuite><testcase name="&b;"/></testsuite>)");
  ASSERT_EQ(laughs.cases.size(), 1U);
  EXPECT_EQ(laughs.cases[0].name, "&b;") << "entities of the document are not expanded";
  std::string deep = "<testsuites>";
  for (int i = 0; i < 100'000; ++i) deep += "<testsuite>";
  const ResultReport nested = read_junit(deep);
  EXPECT_THAT(nested.problems, ::testing::Contains("malformed_report: test suites are nested deeper than 32 levels"));
}

TEST(Junit, CapturedTextIsBoundedAndClean) {
  const std::string text = "\x1b[31m" + std::string(1'000'000, 'x') + "\nlast";
  const ResultReport report = read_junit("<testsuite><testcase name='a'><system-out>" + text + "</system-out></testcase></testsuite>");
  ASSERT_EQ(report.cases.size(), 1U);
  EXPECT_LE(report.cases[0].output.size(), case_text_bytes_max + 100);
  EXPECT_TRUE(report.cases[0].output.ends_with("\nlast"));
}

TEST(Junit, ReadsSeconds) {
  EXPECT_EQ(parse_seconds("0.125"), Millis{125});
  EXPECT_EQ(parse_seconds("1e-3"), Millis{1});
  EXPECT_EQ(parse_seconds("0,5"), Millis{500});
  for (const char* odd : {"", "-1", "nan", "inf", "1s", "1e300"}) EXPECT_EQ(parse_seconds(odd), Millis{0}) << odd;
}

RC_GTEST_PROP(Junit, AnyCutIsAProblemOrComplete, ()) {
  const std::string whole =
      R"(<testsuite name="s" tests="2"><testcase name="a"/><testcase name="b"><failure>no</failure></testcase></testsuite>)";
  const std::size_t size = *rc::gen::inRange<std::size_t>(0, whole.size());
  const ResultReport report = read_junit(std::string_view(whole).substr(0, size));
  RC_ASSERT(!report.problems.empty());
  for (const ResultCase& result : report.cases) RC_ASSERT(result.name != "b" || result.status == TestStatus::failed);
}

}  // namespace
}  // namespace tamarack::adapter
