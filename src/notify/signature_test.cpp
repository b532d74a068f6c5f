#include "notify/signature.h"

#include <gtest/gtest.h>

namespace tamarack::notify {
namespace {

// The published example: every library for Standard Webhooks (and for Svix, where the scheme comes from) tests itself with it.
constexpr const char* known_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr const char* known_id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr std::int64_t known_time = 1614265330;
constexpr const char* known_body = R"({"test": 2432232314})";
constexpr const char* known_signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

TEST(Signature, is_what_the_standard_says) {
  const auto key = parse_webhook_secret(known_secret);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key->size(), 24U);
  const std::vector<std::string> keys{*key};
  EXPECT_EQ(sign_webhook(keys, known_id, known_time, known_body), known_signature);
}

TEST(Signature, of_two_secrets_is_taken_by_both_receivers) {
  const std::string fresh(32, '\xf0');
  const std::string old(24, 'o');
  const std::vector<std::string> keys{fresh, old};
  const std::string both = sign_webhook(keys, "evt_1", 1000, "{}");
  EXPECT_EQ(both.size(), 2 * 47U + 1);
  const SignedMessage message{.id = "evt_1", .timestamp = "1000", .signature = both, .body = "{}"};
  EXPECT_TRUE(verify_webhook(fresh, message, 1000));
  EXPECT_TRUE(verify_webhook(old, message, 1200));
  EXPECT_FALSE(verify_webhook(std::string(24, 'x'), message, 1000)) << "another key";
  EXPECT_FALSE(verify_webhook(old, message, 1301)) << "too old, a replay";
  EXPECT_FALSE(verify_webhook(old, message, 699)) << "from the future";
  for (const SignedMessage& forged :
       {SignedMessage{"evt_2", "1000", both, "{}"}, SignedMessage{"evt_1", "1001", both, "{}"}, SignedMessage{"evt_1", "1000", both, "{ }"},
        SignedMessage{"evt_1", "1000", "", "{}"}, SignedMessage{"evt_1", "-1000", both, "{}"}})
    EXPECT_FALSE(verify_webhook(old, forged, 1000));
}

TEST(Signature, refuses_secrets_that_are_none_without_showing_them) {
  EXPECT_TRUE(parse_webhook_secret(" whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")) << "a file ends with a line end";
  for (const char* text : {"", "whsec_", "hunter2", "whsec_hunter2", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                           "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-w"}) {
    const auto key = parse_webhook_secret(text);
    ASSERT_FALSE(key) << text;
    EXPECT_EQ(key.error().code, ErrorCode::invalid_config);
    EXPECT_EQ(key.error().message.find("hunter2"), std::string::npos);
  }
  EXPECT_FALSE(parse_webhook_secret("whsec_" + std::string(88, 'A'))) << "66 bytes, 64 are allowed";
}

}  // namespace
}  // namespace tamarack::notify
