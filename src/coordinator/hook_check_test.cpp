#include "coordinator/hook_check.h"

#include <gtest/gtest.h>

#include "io/crypto.h"
#include "io/ws_codec.h"

namespace tamarack::coordinator {
namespace {

const Instant now = from_ms(1'800'000'000'000);

store::HookRow hook_of(const std::string& scheme, const std::string& secret = "0123456789abcdef") {
  return {.project = "shop", .key = "shop/paid", .scheme = scheme, .secret = secret, .header = "X-Hub-Signature-256", .created = now};
}

TEST(HookCheck, AnHmacInAnyOfItsSpellings) {
  const store::HookRow hook = hook_of("hmac-sha256");
  const std::string hex = io::hmac_sha256_text(hook.secret, "body");
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  for (const std::string& sent : {"sha256=" + hex, hex, io::base64(bytes), " SHA256=" + hex + " "})
    EXPECT_EQ(why_forged(hook, {{"x-hub-signature-256", sent}}, "body", now), "") << sent;
  for (const std::string& sent : {std::string("sha256="), std::string(), hex.substr(1), "sha1=" + hex, "sha256=" + std::string(64, '0')})
    EXPECT_NE(why_forged(hook, {{"x-hub-signature-256", sent}}, "body", now), "") << sent;
  EXPECT_NE(why_forged(hook, {{"x-hub-signature-256", hex}}, "body ", now), "");
  EXPECT_NE(why_forged(hook, {}, "body", now), "");
  EXPECT_EQ(why_forged(hook_of("none", ""), {}, "body", now), "");
}

TEST(HookCheck, WhyItWasRefusedRepeatsNoSecret) {
  const store::HookRow hook = hook_of("hmac-sha256");
  const std::string why = why_forged(hook, {{"X-Hub-Signature-256", "sha256=abc"}}, "body", now);
  EXPECT_EQ(why.find(hook.secret), std::string::npos);
  EXPECT_EQ(why.find("abc"), std::string::npos);
}

TEST(HookCheck, WhatNamesASignal) {
  const store::HookRow hook = hook_of("none", "");
  const auto id = [&](const io::Fields& fields, std::string_view body = "{}") { return signal_of(hook, fields, body).value().id.value; };
  EXPECT_EQ(id({{"webhook-id", "w"}, {"ce-id", "c"}, {"X-GitHub-Delivery", "g"}}), "w");
  EXPECT_EQ(id({{"ce-id", "c"}, {"ce-source", "s"}, {"X-GitHub-Delivery", "g"}}), "s c");
  EXPECT_EQ(id({{"X-GitHub-Delivery", "g"}}), "g");
  EXPECT_EQ(id({}), "sha256:" + io::sha256_text("{}"));
  EXPECT_NE(id({}, "1"), id({}, "2"));
  const std::string longest(1000, 'x');
  EXPECT_LE(id({{"webhook-id", longest}}).size(), 256U);
  EXPECT_NE(id({{"webhook-id", longest}}), id({{"webhook-id", longest + "y"}}));
}

TEST(HookCheck, TheDataOfACloudEvent) {
  const store::HookRow hook = hook_of("none", "");
  const io::Fields json{{"Content-Type", "application/cloudevents+json"}};
  const auto signal = signal_of(hook, json, R"({"specversion":"1.0","id":"1","source":"/s","type":"paid","data":{"a":1}})");
  ASSERT_TRUE(signal);
  EXPECT_EQ(signal->id.value, "/s 1");
  EXPECT_EQ(signal->type, "paid");
  EXPECT_EQ(signal->data, R"({"a":1})");
  EXPECT_EQ(signal->key, "shop/paid");
  EXPECT_FALSE(signal_of(hook, json, R"({"id":"1"})"));
  EXPECT_FALSE(signal_of(hook, json, "no"));
  const auto bytes = signal_of(hook, {}, std::string_view("\xff\0x", 3));
  ASSERT_TRUE(bytes) << "any bytes are kept as text";
}

}  // namespace
}  // namespace tamarack::coordinator
