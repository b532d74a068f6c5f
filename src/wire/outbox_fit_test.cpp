// What is too large for the link is cut, says so, and keeps its verdict.
#include "wire/outbox_fit.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"

namespace tamarack::wire {
namespace {

std::size_t encoded(const FromAgent& message) {
  return encode(AgentEnvelope{0, message}).size();
}

TestEnded ended() {
  return {domain::WorkerId{"a/1"}, domain::Term{7u}, {.test = domain::TestIndex{3u}, .status = domain::TestStatus::failed}};
}

TEST(Fitted, LeavesWhatFitsAsItIs) {
  TestEnded message = ended();
  message.report.output = std::string(100'000, 'o');
  EXPECT_EQ(encode(AgentEnvelope{0, fitted(message, 16 << 20)}), encode(AgentEnvelope{0, message}));
}

TEST(Fitted, CutsAHugeErrorInTheMiddleAndSaysSo) {
  TestEnded message = ended();
  message.report.errors = {{.message = "expected 1 row, got " + std::string(3 << 20, 'x') + " at the end"}};
  message.report.errput = "a short word";
  const auto cut = std::get<TestEnded>(fitted(message, 2 << 20));
  EXPECT_LE(encoded(cut), 2U << 20);
  const std::string& text = cut.report.errors.at(0).message;
  EXPECT_TRUE(text.starts_with("expected 1 row, got xxx"));
  EXPECT_TRUE(text.ends_with("xxx at the end"));
  EXPECT_NE(text.find("… 2.0 MiB cut: too much for one message to the server …"), std::string::npos) << text.substr(786'000, 600);
  EXPECT_EQ(cut.report.errput, "a short word");
  EXPECT_EQ(cut.report.status, domain::TestStatus::failed);
  EXPECT_EQ(cut.term, domain::Term{7u});
}

TEST(Fitted, CutsListsThatNeverEnd) {
  TestEnded message = ended();
  message.report.errors.assign(20'000, {.message = "the same complaint, over and over", .file = "a.ts"});
  const auto cut = std::get<TestEnded>(fitted(message, 1'500'000));
  EXPECT_LE(encoded(cut), 1'500'000U);
  EXPECT_EQ(cut.report.errors.size(), 10'000U);
  EXPECT_NE(cut.report.errput.find("10000 of 20000 errors left out"), std::string::npos);
}

// A control character takes six bytes in JSON: what counts is what travels.
TEST(Fitted, CountsWhatTravels) {
  InvocationEnded message{.worker = domain::WorkerId{"a/1"}, .term = domain::Term{7u}};
  message.disagreements.assign(100, {"truncated_report", std::string(500, '\x01')});
  message.invocation.log_tail = std::string(20'000, '\x02');
  const FromAgent cut = fitted(message, 100'000);
  EXPECT_LE(encoded(cut), 100'000U);
  EXPECT_EQ(std::get<InvocationEnded>(cut).term, domain::Term{7u});
}

TEST(Fitted, CutsOneLongDisagreement) {
  const DisagreementSeen message{domain::WorkerId{"a/1"}, domain::Term{7u}, {"framework_error", std::string(200'000, 'x')}};
  const FromAgent cut = fitted(message, 100'000);
  EXPECT_LE(encoded(cut), 100'000U);
  EXPECT_EQ(std::get<DisagreementSeen>(cut).disagreement.name, "framework_error");
}

TEST(Fitted, LeavesACaptureOutRatherThanCutItInHalf) {
  TestEnded message = ended();
  message.report.captures = {{"job_id", "\"j-1\""}, {"rows", '"' + std::string(60'000, 'r') + '"'}};
  const auto cut = std::get<TestEnded>(fitted(message, 50'000));
  EXPECT_EQ(cut.report.captures, (std::vector<domain::Capture>{{"job_id", "\"j-1\""}}));
  EXPECT_NE(cut.report.errput.find("1 captures left out"), std::string::npos);
}

TEST(WithoutMiddle, NeverHalvesACharacter) {
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += "ä€";
  for (std::size_t bytes = 100; bytes < 120; ++bytes) EXPECT_TRUE(is_valid_utf8(without_middle(text, bytes))) << bytes;
}

RC_GTEST_PROP(Fitted, AnythingFitsInto64KiB, (const std::string& a, const std::string& b, std::uint16_t many, std::uint16_t times)) {
  const auto long_text = [&](const std::string& text) {
    std::string all;
    for (int i = 0; i < times % 60; ++i) all += text;
    return all;
  };
  TestEnded message = ended();
  message.report.errors.assign(many % 20, {.message = long_text(a), .stack = b, .file = a, .snippet = b});
  message.report.steps.assign(many % 30, {.title = a + b, .category = b});
  message.report.annotations.assign(many % 20, {.type = b, .description = a});
  message.report.output = long_text(b);
  message.report.captures.assign(many % 25, {.name = a, .json = long_text(b)});
  RC_ASSERT(encoded(fitted(message, 64 << 10)) <= 64U << 10);
}

}  // namespace
}  // namespace tamarack::wire
