#include "notify/signature.h"

#include <fmt/format.h>

#include <optional>

#include "base/secret.h"
#include "base/text.h"
#include "io/crypto.h"
#include "io/ws_codec.h"

namespace tamarack::notify {
namespace {

constexpr std::string_view prefix = "whsec_";
constexpr std::size_t key_bytes_min = 24;  // both as the standard says
constexpr std::size_t key_bytes_max = 64;

std::optional<std::string> from_base64(std::string_view text) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6 | static_cast<std::uint32_t>(value)) & 0xffffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xff);
  }
  return count == 6 ? std::nullopt : std::optional(bytes);
}

std::string from_hex(std::string_view digits) {
  const auto value = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) bytes += static_cast<char>(value(digits[i]) << 4 | value(digits[i + 1]));
  return bytes;
}

std::string signature_of(const std::string& key, std::string_view id, std::string_view timestamp, std::string_view body) {
  return "v1," + io::base64(from_hex(io::hmac_sha256_text(key, fmt::format("{}.{}.{}", id, timestamp, body))));
}

}  // namespace

Result<std::string> parse_webhook_secret(std::string_view text) {
  text = trim(text);
  const auto key = text.starts_with(prefix) ? from_base64(text.substr(prefix.size())) : std::nullopt;
  if (key && key->size() >= key_bytes_min && key->size() <= key_bytes_max) return *key;
  return make_error(ErrorCode::invalid_config,
                    fmt::format("a webhook's secret must be whsec_ and base64 of {} to {} bytes", key_bytes_min, key_bytes_max),
                    "make one with: echo \"whsec_$(openssl rand -base64 32)\"");
}

std::string sign_webhook(std::span<const std::string> keys, std::string_view id, std::int64_t timestamp_s, std::string_view body) {
  std::vector<std::string> signatures;
  for (const std::string& key : keys) signatures.push_back(signature_of(key, id, std::to_string(timestamp_s), body));
  return join(signatures, " ");
}

bool verify_webhook(const std::string& key, const SignedMessage& message, std::int64_t now_s, std::int64_t tolerance_s) {
  const auto timestamp = parse_integer(message.timestamp);
  if (!timestamp || *timestamp < now_s - tolerance_s || *timestamp > now_s + tolerance_s) return false;
  const std::string expected = signature_of(key, message.id, message.timestamp, message.body);
  bool found = false;
  for (const std::string& one : split(message.signature, ' ')) found |= equal_in_constant_time(one, expected);
  return found;
}

}  // namespace tamarack::notify
