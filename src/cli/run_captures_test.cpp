// What a run hands on to the one that continues it, from journals as flows write them.
#include "cli/run_captures.h"

#include <gtest/gtest.h>

#include "run/flow_world.h"

namespace tamarack::cli {
namespace {

using domain::Capture;
using domain::WaitOutcome;
using run::FlowWorld;

const std::vector<std::string> three{"prepare:p", "backend", "validate:v"};

// "job_id=1", and "?job_id" for each whose value is not clear.
std::vector<std::string> told(const RunCaptures& found) {
  std::vector<std::string> all;
  for (const flow::Captured& capture : found.captures) all.push_back(capture.name + "=" + capture.json);
  for (const std::string& name : found.unclear) all.push_back("?" + name);
  return all;
}
using Told = std::vector<std::string>;

TEST(RunCaptures, OfTestsOfWaitsAndWhatWasGiven) {
  FlowWorld world({.flows = {three}, .others = {"other"}, .change = [](domain::Plan& plan) {
                     plan.given = {{"base", "\"http://a\""}, {"more", "false"}};
                   }});
  world.capture(1, "p", {{"job_id", "1"}});
  world.exit(1);
  world.capture(1, "other", {{"more", "true"}});
  world.exit(1);
  world.conclude(1, WaitOutcome::satisfied, {{"result", "3"}});
  const RunCaptures all = captures_of(world.journal(), "");
  EXPECT_EQ(told(all), (Told{"job_id=1", "more=true", "result=3", "base=\"http://a\""}));
  EXPECT_EQ(given_by(all), (std::vector<Capture>{{"job_id", "1"}, {"more", "true"}, {"result", "3"}, {"base", "\"http://a\""}}));
  EXPECT_TRUE(warnings_of(all, "r").empty());
  EXPECT_EQ(told(captures_of(world.journal(), "Other")), Told{"more=true"}) << "of this test only";
  EXPECT_EQ(told(captures_of(world.journal(), "flow-0 › backend")), Told{"result=3"}) << "of this wait only";
}

TEST(RunCaptures, WhereTwoDisagreeNobodyIsGivenEither) {
  FlowWorld world({.flows = {three, {"prepare:q", "backend"}}, .others = {"other"}});
  world.capture(1, "p", {{"job_id", "1"}, {"kind", "\"x\""}, {"app_url", "\"http://127.0.0.1:1\""}});
  world.exit(1);
  world.capture(1, "q", {{"job_id", "2"}, {"kind", "\"x\""}, {"app_url", "\"http://127.0.0.1:2\""}});
  world.exit(1);
  world.conclude(1, WaitOutcome::satisfied, {{"result", "3"}});
  world.conclude(1, WaitOutcome::satisfied, {{"result", "4"}}, "", 1);
  const RunCaptures all = captures_of(world.journal(), "");
  EXPECT_EQ(told(all), (Told{"job_id=1", "kind=\"x\"", "app_url=\"http://127.0.0.1:1\"", "result=3", "?job_id", "?app_url", "?result"}));
  EXPECT_EQ(given_by(all), (std::vector<Capture>{{"kind", "\"x\""}}));
  EXPECT_EQ(warnings_of(all, "r-1"),
            (std::vector<std::string>{"several tests or waits of 'r-1' have captured different values of 'job_id': no test gets it",
                                      "several tests or waits of 'r-1' have captured different values of 'result': no test gets it"}));
}

TEST(RunCaptures, ARetryReplacesWhatTheTryBeforeHasLeft) {
  FlowWorld world({.flows = {}, .others = {"other"}, .run = {.retries = 1}});
  world.capture(1, "other", {{"job_id", "1"}}, domain::TestStatus::failed);
  world.exit(1, 1);
  world.capture(1, "other", {{"job_id", "2"}});
  world.exit(1);
  EXPECT_EQ(told(captures_of(world.journal(), "")), Told{"job_id=2"});
}

}  // namespace
}  // namespace tamarack::cli
