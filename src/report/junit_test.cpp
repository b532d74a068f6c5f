#include "report/junit.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <pugixml.hpp>
#include <string>

#include "report/example_view.h"
#include "tests/golden/golden.h"

namespace tamarack::report {
namespace {

TEST(JUnit, TellsEveryOutcome) {
  EXPECT_TRUE(matches_golden("junit_mixed.xml", to_junit(mixed_view())));
}

TEST(JUnit, CountsAgreeWithTheElements) {
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(to_junit(mixed_view()).c_str()));
  const auto root = document.child("testsuites");
  EXPECT_EQ(root.attribute("tests").as_uint(), root.select_nodes(".//testcase").size());
  EXPECT_EQ(root.attribute("failures").as_uint(), root.select_nodes(".//failure").size());
  EXPECT_EQ(root.attribute("errors").as_uint(), root.select_nodes(".//error").size());
  EXPECT_EQ(root.attribute("skipped").as_uint(), root.select_nodes(".//skipped").size());
}

TEST(JUnit, ARunThatIsNotGreenIsNeverAllPassed) {
  ReportView view = green_view();
  view.run.exit_code = 6;
  view.run.verdict = "infrastructure";
  view.run.headline = "the infrastructure failed, not the tests";
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(to_junit(view).c_str()));
  EXPECT_EQ(document.select_node("//testsuite[@name='tamarack']/testcase/error").node().attribute("message").as_string(),
            view.run.headline);
}

TEST(JUnit, TroubleIsToldAndNotCounted) {
  ReportView view = mixed_view();
  view.disagreements = {
      {"stopped", "interrupted by Ctrl-C", {}}, {"truncated_report", "cut off", "a.spec"}, {"truncated_report", "cut off", "b.spec"}};
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(to_junit(view).c_str()));
  const auto root = document.child("testsuites");
  EXPECT_EQ(root.attribute("tests").as_uint(), view.tests.size());
  EXPECT_EQ(root.select_nodes(".//testcase").size(), view.tests.size());
  const std::string told = root.select_node("testsuite[@name='tamarack']/system-err").node().text().as_string();
  EXPECT_NE(told.find("stopped: interrupted by Ctrl-C"), std::string::npos);
  EXPECT_NE(told.find("truncated_report in b.spec: cut off"), std::string::npos);
}

TEST(JUnit, ARunThatOnlyDisagreesGetsOneRedCase) {
  ReportView view = green_view();
  view.run.exit_code = 1;
  view.disagreements = {{"truncated_report", "cut off", "a.spec"}, {"truncated_report", "cut off", "b.spec"}};
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(to_junit(view).c_str()));
  const auto root = document.child("testsuites");
  EXPECT_EQ(root.attribute("tests").as_uint(), view.tests.size() + 1);
  EXPECT_EQ(root.select_nodes(".//testcase").size(), view.tests.size() + 1);
  EXPECT_EQ(root.attribute("errors").as_uint(), 1U);
}

RC_GTEST_PROP(JUnit, AnyBytesMakeWellFormedXml, (const std::string& bytes)) {
  ReportView view = green_view();
  TestView& test = view.tests.front();
  test.outcome = "failed";
  test.spec = test.parameters = test.attempts[0].output = bytes;
  test.title_path = {bytes};
  test.attempts[0].errors = {error_view(bytes, bytes)};
  pugi::xml_document document;
  RC_ASSERT(document.load_string(to_junit(view).c_str()));
  // pugixml forgives control characters that strict readers refuse.
  for (const char c : to_junit(view)) RC_ASSERT(static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t');
}

}  // namespace
}  // namespace tamarack::report
