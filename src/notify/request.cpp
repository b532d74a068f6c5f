#include "notify/request.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/text.h"
#include "notify/signature.h"

namespace tamarack::notify {
namespace {

constexpr Millis connect_timeout{10'000};
constexpr Millis total_timeout{30'000};            // what Standard Webhooks recommends at most
constexpr std::size_t answer_bytes_max = 1 << 20;  // an answer to a check run repeats a part of it

Error unknown(const std::string& target) {
  return make_error(ErrorCode::not_found, fmt::format("'{}' is not in the configuration any more", target));
}

template <class Setting>
const Setting* named(const std::vector<Setting>& settings, std::string_view name) {
  const auto found = std::find_if(settings.begin(), settings.end(), [&](const Setting& one) { return one.name == name; });
  return found == settings.end() ? nullptr : &*found;
}

Result<> address_webhook(const config::WebhookSetting& webhook, const SecretSource& secrets, const Delivery& delivery, Instant now,
                         io::ClientRequest& request) {
  std::vector<std::string> keys;
  for (const config::SecretRef* ref : {&webhook.secret, &webhook.previous_secret}) {
    if (ref->empty()) continue;
    const std::string text = TRY(secrets(*ref));
    keys.push_back(TRY(parse_webhook_secret(text)));
  }
  const std::int64_t timestamp_s = to_ms(now) / 1000;
  request.url = webhook.url;
  request.fields.emplace_back("webhook-id", delivery.event_id);
  request.fields.emplace_back("webhook-timestamp", std::to_string(timestamp_s));
  request.fields.emplace_back("webhook-signature", sign_webhook(keys, delivery.event_id, timestamp_s, delivery.body));
  return {};
}

Result<> address_github(const config::GithubSetting& github, const SecretSource& secrets, const Delivery& delivery,
                        const std::string& remembered, io::ClientRequest& request) {
  const std::string token = TRY(secrets(github.token));
  request.url = github.api_url + delivery.path;
  request.fields.emplace_back("Accept", "application/vnd.github+json");
  request.fields.emplace_back("Authorization", "Bearer " + token);
  request.fields.emplace_back("X-GitHub-Api-Version", "2022-11-28");
  if (delivery.remember.empty()) return {};
  if (!remembered.empty()) {
    request.method = "PATCH";
    request.url += "/" + remembered;
  } else if (delivery.create_members.empty()) {
    return make_error(ErrorCode::conflict, "the check run that this belongs to was never created");
  } else {
    request.body.insert(1, delivery.create_members);
  }
  return {};
}

}  // namespace

RetryStyle style_of(const std::string& target) {
  if (target == "otlp") return RetryStyle::otlp;
  return target.starts_with("github/") ? RetryStyle::github : RetryStyle::usual;
}

Result<io::ClientRequest> request_of(const config::ServerFile& file, const SecretSource& secrets, const Delivery& delivery,
                                     const std::string& remembered, Instant now) {
  io::ClientRequest request{.method = "POST", .body = delivery.body};
  request.fields = {{"Content-Type", delivery.content_type}, {"User-Agent", "tamarack"}};
  request.connect_timeout = connect_timeout;
  request.silence_timeout = total_timeout;
  request.total_timeout = total_timeout;
  request.body_max = answer_bytes_max;
  const std::string& target = delivery.target;
  const std::string name = target.substr(target.find('/') + 1);
  if (target.starts_with("webhook/")) {
    const config::WebhookSetting* webhook = named(file.webhooks, name);
    if (webhook == nullptr) return unknown(target);
    TRY_VOID(address_webhook(*webhook, secrets, delivery, now, request));
  } else if (target.starts_with("slack/")) {
    const config::SlackSetting* slack = named(file.slacks, name);
    if (slack == nullptr) return unknown(target);
    request.url = TRY(secrets(slack->url));
  } else if (target.starts_with("github/")) {
    if (file.github.token.empty() || named(file.github.repositories, name) == nullptr) return unknown(target);
    TRY_VOID(address_github(file.github, secrets, delivery, remembered, request));
  } else if (target == "otlp" && !file.otlp.endpoint.empty()) {
    request.url = file.otlp.endpoint + delivery.path;
    if (!file.otlp.header_value.empty()) request.fields.emplace_back(file.otlp.header, TRY(secrets(file.otlp.header_value)));
  } else {
    return unknown(target);
  }
  return request;
}

std::string created_id(const io::ClientAnswer& answer) {
  boost::json::error_code failed;
  const boost::json::value value = boost::json::parse({answer.body.data(), answer.body.size()}, failed);
  const boost::json::object* object = failed ? nullptr : value.if_object();
  const boost::json::value* id = object == nullptr ? nullptr : object->if_contains("id");
  return id != nullptr && id->is_int64() && id->as_int64() > 0 ? std::to_string(id->as_int64()) : std::string();
}

}  // namespace tamarack::notify
