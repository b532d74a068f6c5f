#include "flow/placeholder.h"

#include <gtest/gtest.h>

#include "flow/wait_spec.h"

namespace tamarack::flow {
namespace {

std::string filled(std::string_view pattern, const std::vector<Captured>& captures) {
  const auto text = fill(pattern, captures, FilledAs::address);
  return text ? *text : text.error().message;
}

TEST(Placeholder, CapturedValuesGoIntoTheAddress) {
  EXPECT_EQ(filled("/api/v1/jobs/{job_id}/status", {{"job_id", "\"a b/7\""}}), "/api/v1/jobs/a%20b%2F7/status");
  EXPECT_EQ(filled("/jobs/{id}", {{"id", "42"}}), "/jobs/42");
  EXPECT_EQ(filled("/q?filter={{x}}", {}), "/q?filter={x}");
  EXPECT_EQ(*fill("say {x}", {{"x", "\"a/b\""}}, FilledAs::text), "say a/b");
}

TEST(Placeholder, TheTypoOfTheSeedIsNamedAtOnce) {
  const auto text = fill("/api/v1/jobs/{jobId}/status", {{"job_id", "\"x\""}}, FilledAs::address);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().message, "the captured field 'jobId' is missing");
  EXPECT_EQ(text.error().hint, "did you mean '{job_id}'?");
}

TEST(Placeholder, WhatIsNoUsableValueIsRefused) {
  EXPECT_EQ(filled("/{id}", {{"id", "null"}}), "the captured field 'id' is null, expected a string or a number");
  EXPECT_EQ(filled("/{id}", {{"id", "{\"a\":1}"}}), "the captured field 'id' is an object, expected a string or a number");
  EXPECT_EQ(filled("/{id}", {{"id", "true"}}), "the captured field 'id' is a boolean, expected a string or a number");
  EXPECT_EQ(filled("/{id}", {{"id", "\" \""}}), "the captured field 'id' is empty");
  EXPECT_EQ(filled("/{id}", {{"id", "\"undefined\""}}), "the captured field 'id' is 'undefined'");
  EXPECT_EQ(filled("/{id}", {{"id", "\"[object Object]\""}}), "the captured field 'id' is '[object Object]'");
  EXPECT_EQ(filled("/{id", {}), "'/{id', character 2: expected '{name}'");
  EXPECT_EQ(filled("/{}", {}), "'/{}', character 2: expected '{name}'");
}

TEST(Placeholder, AForgottenValueIsSeenInAFinishedAddress) {
  EXPECT_EQ(forgotten_value("http://app/api/v1/jobs/undefined/status"), "undefined");
  EXPECT_EQ(forgotten_value("http://app/jobs/[object Object]"), "[object Object]");
  EXPECT_EQ(forgotten_value("http://app/jobs/undefined-behaviour?x=null"), "");
}

Condition looked_at(std::string target) {
  return {.target = std::move(target), .request = "GET", .host = "app"};
}

TEST(WaitSpec, AWaitThatCouldNeverEndWellIsRefusedWithAllItsProblems) {
  EXPECT_TRUE(problems_of(WaitSpec{.conditions = {looked_at("http://app/x")}}).empty());
  EXPECT_EQ(problems_of(WaitSpec{}).size(), 1U);
  const WaitSpec wrong{.conditions = {looked_at("/jobs/undefined/status"),
                                      {.source = SourceKind::signal, .target = "k", .hold_times = 3},
                                      {.source = SourceKind::job, .target = " "}},
                       .limit = Millis{0},
                       .pace = {.min = Millis{100}, .max = Millis{50}}};
  const std::vector<std::string> problems = problems_of(wrong);
  ASSERT_EQ(problems.size(), 5U);
  EXPECT_EQ(problems[2], "the address '/jobs/undefined/status' contains 'undefined': a captured field was not set");
}

}  // namespace
}  // namespace tamarack::flow
