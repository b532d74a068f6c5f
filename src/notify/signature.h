// Signatures of webhooks as Standard Webhooks 1.0 wants them (https://www.standardwebhooks.com, "Signature scheme"): HMAC-SHA256 over
// "{id}.{timestamp}.{body}", in base64 after "v1,". Several secrets give several signatures, so that a secret can be changed without a gap.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tamarack::notify {

// The key in "whsec_" and base64 of 24 to 64 bytes. Errors: invalid_config; the message never shows the text.
Result<std::string> parse_webhook_secret(std::string_view text);

// The value of `webhook-signature`: one signature per key. `id` holds no '.', `timestamp_s` are seconds since the Unix epoch.
std::string sign_webhook(std::span<const std::string> keys, std::string_view id, std::int64_t timestamp_s, std::string_view body);

// As a receiver does it: one of the signatures is of this key, and the time is not further than `tolerance_s` from `now_s`.
struct SignedMessage {
  std::string_view id;
  std::string_view timestamp;
  std::string_view signature;
  std::string_view body;
};
bool verify_webhook(const std::string& key, const SignedMessage& message, std::int64_t now_s, std::int64_t tolerance_s = 300);

}  // namespace tamarack::notify
