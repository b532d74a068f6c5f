#include "flow/reading.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace tamarack::flow {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const Instant now = from_ms(1'800'000'000'000);

ReadRules job_rules() {
  return {.field = "$.status",
          .map = {{"PENDING", Meaning::going_on},
                  {"RUNNING", Meaning::going_on},
                  {"COMPLETED", Meaning::satisfied},
                  {"FAILED", Meaning::failed},
                  {"LOST", Meaning::lost},
                  {"CANCELLED", Meaning::cancelled}},
          .error_field = "$.error"};
}

HttpAnswer json(std::string body, std::int32_t status = 200) {
  return {.status = status, .content_type = "application/json", .body = std::move(body)};
}

ReadingKind kind(const ReadRules& rules, const Answer& answer) {
  return read(rules, answer, now).kind;
}

TEST(Reading, AStatusMeansWhatTheMapSays) {
  const ReadRules rules = job_rules();
  EXPECT_EQ(kind(rules, json(R"({"status":"RUNNING"})")), ReadingKind::going_on);
  EXPECT_EQ(kind(rules, json(R"({"status":"PENDING"})", 202)), ReadingKind::going_on);
  EXPECT_EQ(kind(rules, json(R"({"status":"COMPLETED"})")), ReadingKind::satisfied);
  EXPECT_EQ(kind(rules, json(R"({"status":"LOST"})")), ReadingKind::lost);
  EXPECT_EQ(kind(rules, json(R"({"status":"CANCELLED"})")), ReadingKind::cancelled);
}

TEST(Reading, AFailureBringsTheBackendsOwnWords) {
  const Reading reading = read(job_rules(), json(R"({"status":"FAILED","error":"Random processing error occurred"})"), now);
  EXPECT_EQ(reading.kind, ReadingKind::failed);
  EXPECT_EQ(reading.message, "Random processing error occurred");
}

TEST(Reading, AStatusOutsideTheMapIsInvalidAndNamesWhatIsAllowed) {
  const Reading reading = read(job_rules(), json(R"({"status":"COMPLETE"})"), now);
  EXPECT_EQ(reading.kind, ReadingKind::invalid);
  EXPECT_EQ(
      reading.message,
      "the field $.status is 'COMPLETE', expected one of: PENDING, RUNNING, COMPLETED, FAILED, LOST, CANCELLED; did you mean 'COMPLETED'?");
  EXPECT_EQ(kind(job_rules(), json(R"({"status":"running"})")), ReadingKind::invalid);
}

TEST(Reading, AMissingOrWronglyTypedStatusIsInvalidAndNamesTheField) {
  EXPECT_EQ(read(job_rules(), json(R"({"state":"RUNNING"})"), now).message, "there is no field $.status in the answer");
  EXPECT_EQ(read(job_rules(), json(R"({"status":{"code":1}})"), now).message, "the field $.status is an object, expected a status");
  EXPECT_EQ(kind(job_rules(), json(R"({"status":null})")), ReadingKind::invalid);
}

TEST(Reading, AnErrorPageWithStatus200IsInvalidAndNotATimeout) {
  const HttpAnswer page{.status = 200, .content_type = "text/html", .body = "<html><h1>Bad gateway</h1></html>"};
  const Reading reading = read(job_rules(), page, now);
  EXPECT_EQ(reading.kind, ReadingKind::invalid);
  EXPECT_THAT(reading.message, HasSubstr("expected JSON with the field $.status, got no JSON (content type 'text/html'): <html>"));
}

TEST(Reading, StatusesOfHttp) {
  const ReadRules rules = job_rules();
  const std::vector<std::pair<std::int32_t, ReadingKind>> table{
      {404, ReadingKind::not_found}, {410, ReadingKind::gone},      {401, ReadingKind::refused},   {403, ReadingKind::refused},
      {408, ReadingKind::no_answer}, {425, ReadingKind::no_answer}, {429, ReadingKind::no_answer}, {500, ReadingKind::no_answer},
      {502, ReadingKind::no_answer}, {503, ReadingKind::no_answer}, {504, ReadingKind::no_answer}, {302, ReadingKind::invalid},
      {303, ReadingKind::invalid},   {400, ReadingKind::invalid},   {405, ReadingKind::invalid},   {422, ReadingKind::invalid}};
  for (const auto& [status, expected] : table) EXPECT_EQ(kind(rules, HttpAnswer{.status = status}), expected) << status;
  EXPECT_THAT(read(rules, HttpAnswer{.status = 302, .location = "/login"}, now).message, HasSubstr("302 to '/login'"));
}

TEST(Reading, WithoutFieldA202GoesOnAndAnythingElseThatSucceedsIsTheEnd) {
  const ReadRules rules;
  EXPECT_EQ(kind(rules, HttpAnswer{.status = 202, .body = "anything"}), ReadingKind::going_on);
  EXPECT_EQ(kind(rules, HttpAnswer{.status = 200}), ReadingKind::satisfied);
  EXPECT_EQ(kind(rules, HttpAnswer{.status = 204}), ReadingKind::satisfied);
  EXPECT_EQ(kind(rules, HttpAnswer{.status = 303, .location = "/result/7"}), ReadingKind::satisfied);
}

TEST(Reading, PatienceIsReadAsSecondsOrDateAndHoldsTheHostOnlyWhenItIsOverloaded) {
  const ReadRules rules = job_rules();
  HttpAnswer busy{.status = 429, .retry_after = "7"};
  EXPECT_EQ(read(rules, busy, now).retry_after, Millis{7'000});
  EXPECT_TRUE(read(rules, busy, now).holds_host);
  busy.retry_after = "";
  EXPECT_FALSE(read(rules, busy, now).holds_host);
  HttpAnswer later = json(R"({"status":"RUNNING"})", 202);
  later.retry_after = "30";
  EXPECT_EQ(read(rules, later, now).retry_after, Millis{30'000});
  EXPECT_FALSE(read(rules, later, now).holds_host);
}

TEST(Reading, UntilHoldsOnlyWhenAllHold) {
  const ReadRules rules{.until = {{"$.count", Comparison::above, "3"}, {"$.name", Comparison::equals, "export"}}};
  EXPECT_EQ(kind(rules, json(R"({"count":4,"name":"export"})")), ReadingKind::satisfied);
  EXPECT_EQ(kind(rules, json(R"({"count":3,"name":"export"})")), ReadingKind::going_on);
  EXPECT_EQ(kind(rules, json(R"({"name":"export"})")), ReadingKind::going_on);
}

TEST(Reading, WhatAnUntilStillLacksIsSaid) {
  const ReadRules rules{.until = {{"$.count", Comparison::above, "3"}, {"$.name", Comparison::equals, "export"}}};
  EXPECT_EQ(read(rules, json(R"({"count":3,"name":"import"})"), now).status, "$.count is 3");
  EXPECT_EQ(read(rules, json(R"({"count":4,"name":"import"})"), now).status, "$.name is \"import\"");
  EXPECT_EQ(read(rules, json(R"({"count":4})"), now).status, "$.name is missing");
  EXPECT_EQ(read(rules, json("<html>"), now).status, "the body is no JSON");
  const ReadRules log{.until = {{"", Comparison::contains, "ready"}}};
  EXPECT_EQ(read(log, ValueAnswer{.exists = true, .body = " starting\n"}, now).status, "the body is starting");
  EXPECT_EQ(read(log, ValueAnswer{.exists = true, .body = std::string(500, 'x')}, now).status, "the body is " + std::string(100, 'x'));
}

TEST(Reading, EveryComparison) {
  const auto holds = [](Comparison comparison, std::string value, std::string body) {
    return kind({.until = {{"$.v", comparison, std::move(value)}}}, json(std::move(body))) == ReadingKind::satisfied;
  };
  EXPECT_TRUE(holds(Comparison::exists, "", R"({"v":0})"));
  EXPECT_FALSE(holds(Comparison::exists, "", R"({"v":null})"));
  EXPECT_TRUE(holds(Comparison::equals, "7", R"({"v":7.0})"));
  EXPECT_TRUE(holds(Comparison::equals, "7", R"({"v":"7"})"));
  EXPECT_TRUE(holds(Comparison::equals, "true", R"({"v":true})"));
  EXPECT_FALSE(holds(Comparison::equals, "true", R"({"v":1})"));
  EXPECT_TRUE(holds(Comparison::differs, "a", R"({"v":"b"})"));
  EXPECT_FALSE(holds(Comparison::differs, "a", R"({"other":"b"})"));
  EXPECT_TRUE(holds(Comparison::below, "2", R"({"v":1.5})"));
  EXPECT_FALSE(holds(Comparison::below, "2", R"({"v":"x"})"));
  EXPECT_TRUE(holds(Comparison::below, "2", R"({"v":"1.5"})"));  // as a Redis hash has it
  EXPECT_TRUE(holds(Comparison::above, "2", R"({"v":"10"})"));
  EXPECT_TRUE(holds(Comparison::contains, "ell", R"({"v":"hello"})"));
}

TEST(Reading, FailWhenComesBeforeEverythingElseASuccessMayMean) {
  ReadRules rules = job_rules();
  rules.fail_when = {{"$.warnings", Comparison::above, "0"}};
  const Reading reading = read(rules, json(R"({"status":"COMPLETED","warnings":2,"error":"two rows dropped"})"), now);
  EXPECT_EQ(reading.kind, ReadingKind::failed);
  EXPECT_EQ(reading.message, "$.warnings above '0': two rows dropped");
  const ReadRules log{.until = {{"", Comparison::contains, "ready"}}, .fail_when = {{"", Comparison::contains, "panic"}}};
  EXPECT_EQ(kind(log, ValueAnswer{.exists = true, .body = "panic: then ready"}), ReadingKind::failed);
  EXPECT_EQ(kind(log, ValueAnswer{.exists = true, .body = "ready"}), ReadingKind::satisfied);
}

TEST(Reading, ACaptureThatIsMissingOrOfAnotherTypeIsInvalidAndNamed) {
  ReadRules rules = job_rules();
  rules.captures = {{"rows", "$.result.rows", CaptureType::integer}};
  const Reading good = read(rules, json(R"({"status":"COMPLETED","result":{"rows":12}})"), now);
  ASSERT_EQ(good.kind, ReadingKind::satisfied);
  EXPECT_EQ(good.captures, (std::vector<Captured>{{"rows", "12"}}));
  const Reading missing = read(rules, json(R"({"status":"COMPLETED","result":{"row":12}})"), now);
  EXPECT_EQ(missing.kind, ReadingKind::invalid);
  EXPECT_EQ(missing.message, "capture 'rows': there is no field $.result.rows in the answer, expected integer");
  const Reading wrong = read(rules, json(R"({"status":"COMPLETED","result":{"rows":"12"}})"), now);
  EXPECT_EQ(wrong.message, "capture 'rows': the field $.result.rows is a string, expected integer: 12");
}

TEST(Reading, AValueThatIsNotThere) {
  EXPECT_EQ(kind({}, ValueAnswer{}), ReadingKind::going_on);  // a file that is waited for
  EXPECT_EQ(kind(job_rules(), ValueAnswer{}), ReadingKind::not_found);
  EXPECT_EQ(kind({}, ValueAnswer{.exists = true}), ReadingKind::satisfied);
  EXPECT_EQ(kind(job_rules(), ValueAnswer{.exists = true, .body = R"({"status":"RUNNING"})"}), ReadingKind::going_on);
}

TEST(Reading, AnAnswerThatWasCutOffDecidesNothing) {
  HttpAnswer long_one = json(R"({"status":"COMPLETED")");
  long_one.truncated = true;
  EXPECT_EQ(kind(job_rules(), long_one), ReadingKind::invalid);
  EXPECT_EQ(kind({}, long_one), ReadingKind::satisfied);
}

TEST(Reading, TheCommonMapKnowsTheWordsOfOthers) {
  const ReadRules rules{.field = "$.status", .map = common_status_map()};
  EXPECT_THAT(problems_of(rules), IsEmpty());
  for (const char* word : {"pending", "STARTED", "Running", "NotStarted", "InProgress"})
    EXPECT_EQ(kind(rules, json(fmt::format(R"({{"status":"{}"}})", word))), ReadingKind::going_on) << word;
  for (const char* word : {"SUCCESS", "Succeeded", "done"})
    EXPECT_EQ(kind(rules, json(fmt::format(R"({{"status":"{}"}})", word))), ReadingKind::satisfied) << word;
  EXPECT_EQ(kind(rules, json(R"({"status":"Canceled"})")), ReadingKind::cancelled);
  EXPECT_EQ(kind(rules, json(R"({"status":"FAILURE"})")), ReadingKind::failed);
}

TEST(Rules, AllProblemsAtOnce) {
  const ReadRules rules{.field = "$.", .map = {{"A", Meaning::going_on}, {"A", Meaning::failed}}, .captures = {{"x y", "$.a"}, {"b", "["}}};
  EXPECT_EQ(problems_of(rules).size(), 5U);
  EXPECT_THAT(problems_of(ReadRules{}), IsEmpty());
  EXPECT_THAT(problems_of(ReadRules{.map = {{"A", Meaning::satisfied}}}), Not(IsEmpty()));
}

RC_GTEST_PROP(Reading, NothingThatComesBackBreaksIt,
              (const std::string& body, std::uint16_t status, const std::string& retry_after, bool value)) {
  ReadRules rules = job_rules();
  rules.captures = {{"x", "$.x", CaptureType::any}};
  const Answer answer = value ? Answer{ValueAnswer{.exists = true, .body = body}}
                              : Answer{HttpAnswer{.status = status, .retry_after = retry_after, .body = body}};
  const Reading reading = read(rules, answer, now);
  RC_ASSERT(reading.kind != ReadingKind::satisfied || !reading.captures.empty());
  RC_ASSERT(reading.retry_after <= Millis{86'400'000});
  RC_ASSERT(excerpt_of(answer, 100).size() <= 300U);
}

}  // namespace
}  // namespace tamarack::flow
