#include "wire/message_bounds.h"

#include <gtest/gtest.h>

#include <limits>

namespace tamarack::wire {
namespace {

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

Result<AgentEnvelope> said(const FromAgent& message) {
  return decode_from_agent(encode(AgentEnvelope{1, message}));
}

TestEnded ended_with(const std::string& sha256) {
  TestEnded ended{.worker = domain::WorkerId{"a/1"}, .term = {}, .report = {}};
  ended.report.attachments.push_back({.name = "x.png", .content_type = "image/png", .path = "", .sha256 = sha256, .size = 3});
  return ended;
}

TEST(MessageBounds, AHashIsOneOrNone) {
  EXPECT_TRUE(said(ended_with("")));
  EXPECT_TRUE(said(ended_with(std::string(64, 'a'))));
  for (const std::string hash : {"x", "ab?cd", "ab#cd", "ab\ncd", "../../../../../../../../etc/hostname",
                                 "../../../../../../../../../../../../../../../../../../etc/host"}) {
    const auto test = said(ended_with(hash));
    ASSERT_FALSE(test) << hash;
    EXPECT_EQ(test.error().code, ErrorCode::corrupt);
    EXPECT_EQ(test.error().message.find("etc"), std::string::npos) << "what was sent is not repeated";
    EXPECT_FALSE(
        said(Artifact{.worker = domain::WorkerId{"a/1"}, .term = {}, .test = {}, .attachment = ended_with(hash).report.attachments[0]}));
  }
}

TEST(MessageBounds, ASizeIsNotNegative) {
  TestEnded ended = ended_with("");
  ended.report.attachments[0].size = -1;
  EXPECT_FALSE(said(ended));
}

TEST(MessageBounds, TimesThatCannotBeAreBroughtToOnesThatCan) {
  TestEnded ended{.worker = domain::WorkerId{"a/1"}, .term = {}, .report = {}};
  ended.report.duration = Millis{least};
  ended.report.started = from_ms(most);
  ended.report.steps = {{.title = "s", .category = "", .started = from_ms(least), .duration = Millis{most}}};
  const auto envelope = said(ended);
  ASSERT_TRUE(envelope);
  const domain::TestReport& report = std::get<TestEnded>(envelope->message).report;
  EXPECT_EQ(report.duration, Millis{0});
  EXPECT_EQ(iso8601(report.started), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(report.steps[0].started, from_ms(0));
  EXPECT_EQ(report.steps[0].duration, std::chrono::days{3650});
}

TEST(MessageBounds, CapturesThatCannotBeKeptAreLeftOutByName) {
  TestEnded ended{.worker = domain::WorkerId{"a/1"}, .term = {}, .report = {}};
  ended.report.captures = {{"job_id", "1"},          {"9lives", "1"},  {"a b", "1"},
                           {"broken", "{\"a\":"},    {"empty", ""},    {"large", '"' + std::string(64 * 1024, 'x') + '"'},
                           {"job_id", "\"second\""}, {"list", "[1,2]"}};
  const auto envelope = said(ended);
  ASSERT_TRUE(envelope) << "the test's result stands";
  const domain::TestReport& report = std::get<TestEnded>(envelope->message).report;
  EXPECT_EQ(report.captures, (std::vector<domain::Capture>{{"job_id", "\"second\""}, {"list", "[1,2]"}}));
  ASSERT_EQ(report.annotations.size(), 1U);
  EXPECT_EQ(report.annotations[0].description,
            "'9lives': a name has letters, digits and '_', and no digit first; 'a b': a name has letters, digits and '_', and no digit "
            "first; 'broken': its value is no JSON; 'empty': its value is no JSON; 'large': its value takes 64.0 KiB, at most 64.0 KiB are "
            "kept");
}

TEST(MessageBounds, ATestHasSoManyCaptures) {
  TestEnded ended{.worker = domain::WorkerId{"a/1"}, .term = {}, .report = {}};
  for (int i = 0; i < 100; ++i) ended.report.captures.push_back({"c" + std::to_string(i), "1"});
  ended.report.captures.push_back({"c0", "2"});
  const auto envelope = said(ended);
  ASSERT_TRUE(envelope);
  const domain::TestReport& report = std::get<TestEnded>(envelope->message).report;
  EXPECT_EQ(report.captures.size(), 64U);
  EXPECT_EQ(report.captures.front(), (domain::Capture{"c0", "2"}));
  EXPECT_TRUE(report.annotations.at(0).description.starts_with("'c64': a test has at most 64; 'c65':"));
}

TEST(MessageBounds, TimesThatCanBeStay) {
  InvocationEnded ended{.worker = domain::WorkerId{"a/1"}, .term = {}};
  ended.invocation.duration = Millis{1234};
  ended.invocation.framework_start = Millis{most};
  const auto envelope = said(ended);
  ASSERT_TRUE(envelope);
  EXPECT_EQ(std::get<InvocationEnded>(envelope->message).invocation.duration, Millis{1234});
  EXPECT_LT(std::get<InvocationEnded>(envelope->message).invocation.framework_start, Millis{most});
}

}  // namespace
}  // namespace tamarack::wire
