#include "wire/history.h"

#include <gtest/gtest.h>

namespace tamarack::wire {
namespace {

using domain::Outcome;
using domain::TestId;

domain::History example() {
  domain::History history{.app_starts = {Millis{2500}, Millis{0}},
                          .framework_starts = {Millis{700}},
                          .failed_when_last_run = {TestId{"00aa"}},
                          .has_run = true};
  history.tests[TestId{"00aa"}].timings = {{.duration = Millis{412}, .outcome = Outcome::failed},
                                           {.duration = Millis{398}, .outcome = Outcome::flaky},
                                           {.duration = Millis{0}, .outcome = Outcome::passed}};
  history.tests[TestId{"00bb"}];
  return history;
}

constexpr const char* example_json = R"({"version":1,"has_run":true,"app_starts":[2500,0],"framework_starts":[700],"failed":["00aa"],)"
                                     R"("tests":{"00aa":{"ms":[412,398,0],"outcomes":"fyp"},"00bb":{"ms":[],"outcomes":""}}})";

TEST(History, RoundTrips) {
  EXPECT_EQ(encode_history(example()), example_json);
  const auto back = decode_history(example_json);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(encode_history(*back), example_json);
  EXPECT_EQ(back->tests.at(TestId{"00aa"}).timings.at(1).duration, Millis{398});
  EXPECT_EQ(back->tests.at(TestId{"00aa"}).timings.at(1).outcome, Outcome::flaky);
  EXPECT_EQ(back->failed_when_last_run, example().failed_when_last_run);
  EXPECT_EQ(back->app_starts, example().app_starts);
  EXPECT_TRUE(back->has_run);
}

TEST(History, OfAProjectWithoutRunsIsEmpty) {
  const auto back = decode_history(encode_history({}));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_TRUE(back->tests.empty());
  EXPECT_FALSE(back->has_run);
}

std::string refusal(const std::string& text) {
  const auto history = decode_history(text);
  return history ? "accepted" : history.error().message;
}

TEST(History, WhatIsNoneIsRefusedByName) {
  EXPECT_EQ(refusal(R"({"has_run":true})"), "a history of version 0, expected 1");
  EXPECT_EQ(refusal(R"({"version":2})"), "a history of version 2, expected 1");
  EXPECT_EQ(refusal(R"({"version":1,"failed":1,"tests":[]})"),
            "not a history: /failed: expected an array, got an integer; /tests: expected an object, got an array");
  EXPECT_EQ(refusal(R"({"version":1,"app_starts":[1,-1]})"), "not a history: /app_starts/1: expected at least 0, got -1");
  EXPECT_EQ(refusal(R"({"version":1,"tests":{"a":{"ms":[1],"outcomes":"pp"}}})"),
            "not a history: /tests/a: expected one outcome per duration, got 2 and 1");
  for (const char* timings : {R"({"ms":[-1],"outcomes":"p"})", R"({"ms":[1],"outcomes":"x"})"})
    EXPECT_EQ(refusal(fmt::format(R"({{"version":1,"tests":{{"a":{}}}}})", timings)),
              "not a history: /tests/a: expected durations of at least 0 and the letters p, f and y");
  EXPECT_NE(refusal("{").find("invalid JSON"), std::string::npos);
  EXPECT_NE(refusal(std::string(history_bytes_max + 1, ' ')).find("at most 64.0 MiB"), std::string::npos);
}

TEST(History, ManyProblemsAreCounted) {
  std::string tests;
  for (int i = 0; i < 15; ++i) tests += fmt::format(R"({}"t{}":{{"ms":[1],"outcomes":"x"}})", i == 0 ? "" : ",", i);
  EXPECT_TRUE(refusal(fmt::format(R"({{"version":1,"tests":{{{}}}}})", tests)).ends_with("; and 5 more"));
}

TEST(History, MembersOfALaterVersionArePassedOver) {
  EXPECT_EQ(refusal(R"({"version":1,"later":[1],"tests":{"a":{"ms":[1],"outcomes":"p","later":1}}})"), "accepted");
}

}  // namespace
}  // namespace tamarack::wire
