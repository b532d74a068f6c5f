// What reports of tests in flows get beside their own words, over real files.
#include "agent/flow_marks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "io/files.h"

namespace tamarack::agent {
namespace {

using domain::Annotation;
using domain::Capture;
using domain::TestIndex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A flow: one prepare test, a wait, two validate tests in another file. And a test of no flow.
class FlowMarksTest : public testing::Test {
 protected:
  FlowMarksTest() {
    char name[] = "/tmp/tamarack-marks-XXXXXX";
    folder_ = mkdtemp(name);
    EXPECT_TRUE(io::make_directories(folder_ + "/suite"));
    for (const char* spec : {"prepare.ts", "validate.ts", "validate.ts", "plain.ts"}) {
      domain::TestCase test;
      test.identity = {spec, {"t" + std::to_string(plan_.tests.size())}, ""};
      plan_.tests.push_back(test);
      plan_.units.push_back({.spec = spec, .tests = {TestIndex{plan_.tests.size() - 1}}});
    }
    plan_.flows = {{.name = "report",
                    .phases = {{.name = "prepare", .tests = {TestIndex{0U}}},
                               {.name = "backend", .needs = {0}, .wish = "{}"},
                               {.name = "validate", .needs = {1}, .tests = {TestIndex{1U}, TestIndex{2U}}}}}};
    write("prepare.ts", "1");
    write("validate.ts", "1");
    write("plain.ts", "1");
  }
  ~FlowMarksTest() override { (void)io::remove_tree(folder_).has_value(); }

  void write(const std::string& spec, const std::string& content) { ASSERT_TRUE(io::write_file(folder_ + "/suite/" + spec, content)); }
  domain::TestReport report(std::size_t test, std::vector<Capture> captures = {}) {
    adapter::Selection selection{.plan = &plan_, .parts = {{&plan_.units[test], {TestIndex{test}}}}};
    const auto marks = FlowMarks::look(
        selection, {.notes_dir = folder_ + "/run/flows", .suite_dir = folder_ + "/suite", .commit = commit_, .app_url = app_url_},
        handed_on_);
    const std::vector<Capture> said = captures;
    domain::TestReport report{.test = TestIndex{test}, .captures = std::move(captures)};
    EXPECT_TRUE(marks);
    if (!marks) return report;
    marks->add_to(report);
    // The same is said when Tamarack was killed before it could.
    domain::TestReport recovered{.test = TestIndex{test}, .captures = said};
    EXPECT_TRUE(io::remove_tree(folder_ + "/attempt"));
    EXPECT_TRUE(io::make_directories(folder_ + "/attempt"));
    EXPECT_TRUE(marks->keep(folder_ + "/attempt"));
    FlowMarks::kept(folder_ + "/attempt").add_to(recovered);
    EXPECT_EQ(recovered, report);
    return report;
  }
  std::string drift(std::size_t test) {
    const auto annotations = report(test).annotations;
    return annotations.empty() ? "" : annotations[0].type + ": " + annotations[0].description;
  }

  std::string folder_;
  domain::Plan plan_;
  std::string commit_ = "1111111111111111";
  std::string app_url_;
  std::vector<run::LeaseCaptures> handed_on_;
};

TEST_F(FlowMarksTest, TheSameCodeIsNotWorthAWord) {
  EXPECT_EQ(drift(0), "");
  EXPECT_EQ(drift(1), "");
}

TEST_F(FlowMarksTest, AChangedSpecAnotherCommitAndAMissingFileAreNamed) {
  report(0);
  write("validate.ts", "2");
  EXPECT_EQ(drift(1), "drifted: validate.ts has changed since the flow began");
  EXPECT_EQ(drift(2), drift(1)) << "the note is of the beginning, however often it is looked at";
  commit_ = "2222222222222222";
  EXPECT_EQ(drift(1), "drifted: validate.ts has changed since the flow began; it began at commit 111111111111, now it is 222222222222");
  write("validate.ts", "1");
  EXPECT_EQ(drift(1), "drifted: it began at commit 111111111111, now it is 222222222222");
  ASSERT_TRUE(io::remove_tree(folder_ + "/suite/prepare.ts"));
  EXPECT_THAT(drift(1), HasSubstr("prepare.ts is gone"));
  commit_.clear();
  EXPECT_EQ(drift(1), "drifted: prepare.ts is gone since the flow began") << "what is not known has not changed";
}

TEST_F(FlowMarksTest, TestsOfNoFlowAreLeftAlone) {
  app_url_ = "http://127.0.0.1:4711";
  report(3);
  write("plain.ts", "2");
  EXPECT_THAT(report(3, {{"id", "1"}}).annotations, IsEmpty());
  EXPECT_THAT(report(3, {{"id", "1"}}).captures, ElementsAre(Capture{"id", "1"}));
  EXPECT_FALSE(io::exists(folder_ + "/run/flows"));
}

TEST_F(FlowMarksTest, WhereTheWorkIsIsCapturedBesideIt) {
  app_url_ = "http://127.0.0.1:4711";
  const Capture where{"app_url", "\"http://127.0.0.1:4711\""};
  EXPECT_THAT(report(0).captures, ElementsAre(where)) << "it alone begins the flow";
  EXPECT_THAT(report(0, {{"id", "1"}}).captures, ElementsAre(Capture{"id", "1"}, where));
  EXPECT_THAT(report(0, {{"app_url", "\"http://shop\""}}).captures, ElementsAre(Capture{"app_url", "\"http://shop\""}))
      << "the test knows better";
  EXPECT_THAT(report(1).captures, IsEmpty()) << "validate does not move the flow to its own worker";
  EXPECT_THAT(report(1, {{"id", "2"}}).captures, ElementsAre(Capture{"id", "2"}, where)) << "unless it begins something itself";
  app_url_.clear();
  EXPECT_THAT(report(0, {{"id", "1"}}).captures, ElementsAre(Capture{"id", "1"}));
}

TEST_F(FlowMarksTest, AnotherApplicationThanThePhaseBeforeHadIsNamed) {
  const auto drifts = [&](std::size_t test, std::vector<Capture> captures) {
    std::string text;
    for (const Annotation& one : report(test, std::move(captures)).annotations) text += one.type + ": " + one.description + "\n";
    return text;
  };
  EXPECT_EQ(drifts(0, {{"app_version", "\"1.4\""}}), "") << "the first one says what it is";
  handed_on_ = {{{TestIndex{0U}}, {{"x", "1"}}}, {{TestIndex{1U}, TestIndex{2U}}, {{"id", "1"}, {"app_version", "\"1.4\""}}}};
  EXPECT_EQ(drifts(1, {{"app_version", "\"1.4\""}}), "");
  EXPECT_EQ(drifts(1, {{"id", "2"}}), "") << "who does not look has seen nothing";
  EXPECT_EQ(drifts(1, {{"app_version", "\"1.5\""}}), "drifted: app_version was \"1.4\", now it is \"1.5\"\n");
  EXPECT_EQ(drifts(2, {{"app_version", "\"1.5\""}, {"app_version", "\"1.4\""}}), "") << "the last of a name counts";
  EXPECT_EQ(drifts(0, {{"app_version", "\"1.5\""}}), "") << "it was handed none";
  EXPECT_EQ(drifts(3, {{"app_version", "\"1.5\""}}), "") << "it is in no flow";
  write("validate.ts", "2");
  EXPECT_EQ(drifts(1, {{"app_version", "7"}}),
            "drifted: validate.ts has changed since the flow began\ndrifted: app_version was \"1.4\", now it is 7\n");
  write("validate.ts", "1");
  handed_on_[1].captures[1].json = "{\n\"build\": 1}";
  EXPECT_EQ(drifts(1, {{"app_version", "{\n\"build\": 1}"}}), "");
  EXPECT_EQ(drifts(1, {{"app_version", "{\"build\": 2}"}}), "drifted: app_version was { \"build\": 1}, now it is {\"build\": 2}\n");
}

TEST_F(FlowMarksTest, WhatIsLeftOfABrokenNoteSaysNothing) {
  for (const char* text : {"", "\n3 v\n", "\n3 v \n", "\nv v 1\n", "\n", "http://a", "\nx 1 y\n", "\n-1 0 y\n", "\n3\n", "\n3 1\n",
                           "\n99999999999999999999 0 y\n"}) {
    ASSERT_TRUE(io::make_directories(folder_ + "/attempt"));
    ASSERT_TRUE(io::write_file(folder_ + "/attempt/flow-marks.txt", text));
    domain::TestReport report{.test = TestIndex{3U}};
    FlowMarks::kept(folder_ + "/attempt").add_to(report);
    EXPECT_EQ(report, domain::TestReport{.test = TestIndex{3U}}) << text;
  }
}

}  // namespace
}  // namespace tamarack::agent
