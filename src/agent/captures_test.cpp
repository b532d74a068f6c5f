// Captures out of an invocation and into the next one, over real files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "agent/framework_output.h"
#include "agent/handed_on.h"
#include "agent/output_file.h"
#include "io/files.h"

namespace tamarack::agent {
namespace {

using domain::Capture;
using domain::TestIndex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CapturesTest : public testing::Test {
 protected:
  CapturesTest() {
    char name[] = "/tmp/tamarack-captures-XXXXXX";
    folder_ = mkdtemp(name);
    for (const char* spec : {"a.spec.ts", "b.spec.ts"}) {
      domain::TestCase test;
      test.identity = {spec, {"x"}, ""};
      plan_.tests.push_back(test);
      plan_.units.push_back({.spec = spec, .tests = {TestIndex{plan_.tests.size() - 1}}});
    }
    selection_.plan = &plan_;
    for (const domain::Unit& unit : plan_.units) selection_.parts.push_back({&unit, unit.tests});
  }
  ~CapturesTest() override { (void)io::remove_tree(folder_).has_value(); }

  void append(std::string_view text) { ASSERT_TRUE(io::append_file(output_path(folder_), text)); }

  std::string folder_;
  domain::Plan plan_;
  adapter::Selection selection_;
};

TEST_F(CapturesTest, LinesBelongToTheTestThatHasJustEnded) {
  const PlanIndex index(plan_);
  OutputFile output(output_path(folder_));
  std::vector<domain::TestReport> reports;
  EventReader reader(index, {.on_fact =
                                 [&](const Fact& fact) {
                                   if (const auto* ended = std::get_if<TestEnded>(&fact)) reports.push_back(ended->report);
                                 },
                             .on_attachment = [](auto&&...) {},
                             .take_output = [&](std::int64_t up_to) { return output.take(up_to); }});
  append("job_id=j-1\n");
  append("of_b=2\nbad\n");  // the next test writes before anybody reads the first one's end
  reader.take(
      R"({"type":"test_finished","spec":"a.spec.ts","title_path":["x"],"status":"passed","output_bytes":11,"captures":[{"name":"own","value":1}]})"
      "\n"
      R"({"type":"test_finished","spec":"b.spec.ts","title_path":["x"],"status":"passed","output_bytes":22})"
      "\n");
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_THAT(reports[0].captures, ElementsAre(Capture{"own", "1"}, Capture{"job_id", "\"j-1\""}));
  EXPECT_THAT(reports[0].annotations, IsEmpty());
  EXPECT_THAT(reports[1].captures, ElementsAre(Capture{"of_b", "2"}));
  ASSERT_EQ(reports[1].annotations.size(), 1U);
  EXPECT_EQ(reports[1].annotations[0], (domain::Annotation{"warning", "line 2 of TAMARACK_OUTPUT is no capture (name=value): 'bad'"}));
}

TEST_F(CapturesTest, WithoutLiveEventsTheyAreTheOnlyTests) {
  append("job_id=j-1\n");
  OutputFile of_one(output_path(folder_));
  std::vector<domain::TestReport> one(1);
  EXPECT_EQ(take_output(of_one, one), "");
  EXPECT_THAT(one[0].captures, ElementsAre(Capture{"job_id", "\"j-1\""}));
  OutputFile of_two(output_path(folder_));
  std::vector<domain::TestReport> two(2);
  EXPECT_EQ(take_output(of_two, two),
            "unclaimed_captures: TAMARACK_OUTPUT has 'job_id', but 2 tests were reported together: nobody can tell which one captured it");
  EXPECT_THAT(two[0].captures, IsEmpty());
  OutputFile missing(folder_ + "/nowhere");
  EXPECT_EQ(take_output(missing, two), "") << "nobody captured anything";
}

TEST_F(CapturesTest, WhatIsTooMuchIsCutAtALineAndSaid) {
  append("first=1\n" + std::string(adapter::output_bytes_max, 'x'));
  const adapter::ReadCaptures read = OutputFile(output_path(folder_)).take(-1);
  EXPECT_THAT(read.captures, ElementsAre(Capture{"first", "1"}));
  EXPECT_THAT(read.problems, ElementsAre(HasSubstr("the last 8 B of TAMARACK_OUTPUT were not read")));
}

TEST_F(CapturesTest, TestsReadThemInAFileAndInVariables) {
  plan_.given = {{"build", "17"}};
  const auto env = hand_on(plan_, selection_, {{{TestIndex{0U}, TestIndex{1U}}, {{"build", "17"}, {"job_id", "\"j-1\""}}}}, folder_);
  ASSERT_TRUE(env) << env.error().message;
  EXPECT_EQ(env->at("TAMARACK_CAPTURE_JOB_ID"), "j-1");
  EXPECT_EQ(env->at("TAMARACK_CAPTURE_BUILD"), "17");
  EXPECT_EQ(
      io::read_file(env->at("TAMARACK_CAPTURES")).value_or("none"),
      R"({"flows":[{"tests":[{"spec":"a.spec.ts","title_path":["x"],"parameters":""},{"spec":"b.spec.ts","title_path":["x"],"parameters":""}],)"
      R"("captures":{"build":17,"job_id":"j-1"}}],"given":{"build":17}})");
}

TEST_F(CapturesTest, NothingToTellIsNoFile) {
  const auto env = hand_on(plan_, selection_, {}, folder_);
  ASSERT_TRUE(env) << env.error().message;
  EXPECT_THAT(*env, IsEmpty());
  EXPECT_FALSE(io::read_file(folder_ + "/captures.json"));
}

}  // namespace
}  // namespace tamarack::agent
