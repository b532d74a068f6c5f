#include "agent/redact.h"

#include <gtest/gtest.h>

namespace tamarack::agent {
namespace {

// Every text of every message an agent can say holds the secret; afterwards none does, wherever a field may be added.
TEST(Redact, NoTextOfAnyMessageKeepsTheSecret) {
  const std::string secret = "hunter2-hunter2";
  const Masker masker(std::vector<std::string>{secret});
  const std::string text = "the password is " + secret + "!";
  const domain::TestReport report{.errors = {{.message = text, .stack = text, .snippet = text}},
                                  .output = text,
                                  .errput = text,
                                  .app_log = text,
                                  .annotations = {{"issue", text}},
                                  .steps = {{.title = text}}};
  const wire::FromAgent messages[] = {
      wire::TestEnded{domain::WorkerId{"a/1"}, domain::Term{1U}, report},
      wire::DisagreementSeen{domain::WorkerId{"a/1"}, domain::Term{1U}, {"framework_error", text}},
      wire::InvocationEnded{domain::WorkerId{"a/1"}, domain::Term{1U}, false, {.log_tail = text}, {{"crash", text}}},
      wire::WorkerDown{domain::WorkerId{"a/1"}, true, text, text},
      wire::Gone{text},
  };
  for (const wire::FromAgent& message : messages) {
    const std::string before = wire::encode(wire::AgentEnvelope{1, message});
    const std::string after = wire::encode(wire::AgentEnvelope{1, redacted(message, masker)});
    EXPECT_NE(before.find(secret), std::string::npos);
    EXPECT_EQ(after.find(secret), std::string::npos) << after;
    EXPECT_NE(after.find("the password is ***!"), std::string::npos) << after;
  }
}

TEST(Redact, ACaptureThatHoldsASecretIsNotKeptAndSaysSo) {
  const Masker masker(std::vector<std::string>{"hunter2-hunter2"});
  const wire::FromAgent message = wire::TestEnded{
      domain::WorkerId{"a/1"}, domain::Term{1U}, {.captures = {{"password", "\"hunter2-hunter2\""}, {"job_id", "\"j-1\""}}}};
  const wire::FromAgent said = redacted(message, masker);
  const domain::TestReport& report = std::get<wire::TestEnded>(said).report;
  EXPECT_EQ(report.captures, (std::vector<domain::Capture>{{"job_id", "\"j-1\""}}));
  ASSERT_EQ(report.annotations.size(), 1U);
  EXPECT_EQ(report.annotations[0].description, "capture 'password' is not kept: it holds a secret of the environment");
}

TEST(Redact, WhatHoldsNoSecretStaysAsItIs) {
  const wire::FromAgent message = wire::TestEnded{domain::WorkerId{"a/1"}, domain::Term{1U}, {.output = "plain"}};
  EXPECT_EQ(wire::encode(wire::AgentEnvelope{1, redacted(message, Masker(std::vector<std::string>{"hunter2-hunter2"}))}),
            wire::encode(wire::AgentEnvelope{1, message}));
}

}  // namespace
}  // namespace tamarack::agent
