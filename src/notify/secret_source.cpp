#include "notify/secret_source.h"

#include <fmt/format.h>

#include "base/text.h"
#include "io/files.h"
#include "io/http_message.h"
#include "notify/signature.h"

namespace tamarack::notify {
namespace {

constexpr std::size_t secret_bytes_max = 16 * 1024;

Result<std::string> usable(std::string_view text, const std::string& where) {
  const std::string value(trim(text));
  if (value.empty()) return make_error(ErrorCode::invalid_config, fmt::format("{} is empty or not there", where));
  for (const char c : value)  // it goes into a header; "Bearer …" has a space
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f)
      return make_error(ErrorCode::invalid_config, fmt::format("{} must hold one line", where));
  return value;
}

struct Named {
  std::string target;
  const config::SecretRef* secret;
};

std::vector<Named> secrets_of(const config::ServerFile& file) {
  std::vector<Named> all;
  const auto add = [&](std::string target, const config::SecretRef& secret) {
    if (!secret.empty()) all.push_back({std::move(target), &secret});
  };
  for (const config::WebhookSetting& webhook : file.webhooks) {
    add("webhook/" + webhook.name, webhook.secret);
    add("webhook/" + webhook.name, webhook.previous_secret);
  }
  for (const config::SlackSetting& slack : file.slacks) add("slack/" + slack.name, slack.url);
  add("github", file.github.token);
  add("otlp", file.otlp.header_value);
  return all;
}

}  // namespace

SecretSource system_secrets(std::string root) {
  return [root = std::move(root)](const config::SecretRef& ref) -> Result<std::string> {
    if (!ref.env.empty()) return usable(io::environment(ref.env.c_str()), fmt::format("the variable {}", ref.env));
    const std::string path = io::join_path(root, ref.file);
    const Result<std::string> content = io::read_file(path, secret_bytes_max);
    if (!content) return make_error(ErrorCode::invalid_config, fmt::format("the secret's file '{}' cannot be read", path));
    return usable(*content, fmt::format("the secret's file '{}'", path));
  };
}

std::vector<std::string> secret_values(const config::ServerFile& file, const SecretSource& source) {
  std::vector<std::string> values;
  for (const Named& one : secrets_of(file)) {
    const Result<std::string> value = source(*one.secret);
    if (!value) continue;
    values.push_back(*value);
    // An address is shown in errors as a whole, and its target alone in others.
    if (const Result<io::HttpUrl> url = io::parse_http_url(*value); url && url->target.size() > 1) values.push_back(url->target);
  }
  return values;
}

std::vector<std::string> secret_problems(const config::ServerFile& file, const SecretSource& source) {
  std::vector<std::string> problems;
  for (const Named& one : secrets_of(file)) {
    const Result<std::string> value = source(*one.secret);
    if (!value) {
      problems.push_back(fmt::format("{}: {}", one.target, value.error().message));
    } else if (one.target.starts_with("webhook/")) {
      if (const Result<std::string> key = parse_webhook_secret(*value); !key)
        problems.push_back(fmt::format("{}: {} ({})", one.target, key.error().message, key.error().hint));
    } else if (one.target.starts_with("slack/") && !io::parse_http_url(*value)) {
      problems.push_back(fmt::format("{}: the address in the secret is not a usable URL", one.target));
    }
  }
  return problems;
}

}  // namespace tamarack::notify
