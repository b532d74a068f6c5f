#include "coordinator/hook_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/secret.h"
#include "base/text.h"
#include "flow/mailbox.h"
#include "io/crypto.h"
#include "io/ws_codec.h"
#include "notify/signature.h"
#include "wire/flow_api.h"

namespace tamarack::coordinator {
namespace {

constexpr std::array<std::string_view, 3> schemes{"standard-webhooks", "hmac-sha256", "none"};
constexpr std::size_t type_bytes_max = 200;

std::string bytes_of_hex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) bytes += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  return bytes;
}

bool is_hmac_of(const std::string& key, std::string_view sent, std::string_view body) {
  const std::string expected = io::hmac_sha256_text(key, body);
  sent = trim(sent);
  if (starts_with_ignoring_case(sent, "sha256=")) sent.remove_prefix(7);
  const bool is_hex = equal_in_constant_time(lower(sent), expected);
  const bool is_base64 = equal_in_constant_time(sent, io::base64(bytes_of_hex(expected)));
  return is_hex || is_base64;
}

// Ids, types and sources come from outside: one line, cut.
std::string plain(std::string_view text, std::size_t bytes_max) {
  std::string out;
  for (const char c : to_valid_utf8(text))
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) out += c;
  return out.size() <= bytes_max ? out : to_valid_utf8(out.substr(0, bytes_max));
}

// An id that is too long is still the same for the same text.
std::string id_of(const std::string& text) {
  return text.size() <= flow::signal_name_bytes_max ? text : "sha256:" + io::sha256_text(text);
}

}  // namespace

bool is_hook_scheme(std::string_view scheme) {
  return std::find(schemes.begin(), schemes.end(), scheme) != schemes.end();
}

std::string why_forged(const store::HookRow& hook, const io::Fields& fields, std::string_view body, Instant now) {
  if (hook.scheme == "none") return {};
  if (hook.scheme == "hmac-sha256") {
    const std::string_view sent = io::field_of(fields, hook.header);
    if (sent.empty()) return fmt::format("the header {} is not there", hook.header);
    return is_hmac_of(hook.secret, sent, body) ? std::string{}
                                               : fmt::format("the signature in {} is not of this body and secret", hook.header);
  }
  const notify::SignedMessage message{.id = io::field_of(fields, "webhook-id"),
                                      .timestamp = io::field_of(fields, "webhook-timestamp"),
                                      .signature = io::field_of(fields, "webhook-signature"),
                                      .body = body};
  if (message.id.empty() || message.timestamp.empty() || message.signature.empty())
    return "webhook-id, webhook-timestamp or webhook-signature is not there";
  const auto key = notify::parse_webhook_secret(hook.secret);
  if (!key) return "the hook's secret cannot be read";
  if (notify::verify_webhook(*key, message, to_ms(now) / 1000)) return {};
  return "the signature is not of this id, time, body and secret, or its time is further than 5 minutes off";
}

Result<domain::Signal> signal_of(const store::HookRow& hook, const io::Fields& fields, std::string_view body) {
  domain::Signal signal{.id = {}, .key = hook.key, .type = "webhook", .sender = {}, .data = {}, .received = {}};
  const std::string_view content_type = trim(io::field_of(fields, "Content-Type"));
  std::string cloud_id;
  if (starts_with_ignoring_case(content_type, "application/cloudevents+json")) {
    const auto event = wire::read_cloud_event(body);
    if (!event) return event.error();
    if (event->id.empty() || event->type.empty()) return make_error(ErrorCode::invalid_argument, "a CloudEvent has an id and a type");
    cloud_id = event->source + " " + event->id;
    signal.type = plain(event->type, type_bytes_max);
    signal.sender = plain(event->source, type_bytes_max);
    signal.data = event->data.text;
  } else {
    signal.data = to_valid_utf8(body);
    if (const auto id = io::field_of(fields, "ce-id"); !id.empty())
      cloud_id = std::string(io::field_of(fields, "ce-source")) + " " + std::string(id);
    if (const auto type = io::field_of(fields, "ce-type"); !type.empty()) signal.type = plain(type, type_bytes_max);
    signal.sender = plain(io::field_of(fields, "ce-source"), type_bytes_max);
  }
  const std::string_view webhook_id = io::field_of(fields, "webhook-id");
  const std::string_view delivery = io::field_of(fields, "X-GitHub-Delivery");
  std::string id = !webhook_id.empty() ? std::string(webhook_id) : !cloud_id.empty() ? cloud_id : std::string(delivery);
  if (id.empty()) id = "sha256:" + io::sha256_text(body);
  signal.id = domain::SignalId{id_of(plain(id, 4096))};
  return signal;
}

}  // namespace tamarack::coordinator
