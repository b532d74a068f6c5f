#include "probe/secrets.h"

#include <vector>

#include "base/masker.h"
#include "base/text.h"
#include "wire/server_url.h"

namespace tamarack::probe {
namespace {

class Secrets {
 public:
  void add(std::string_view value) {
    // As it is and as it was written. Even a short one: it is better to hide too much of an error than a password.
    if (!value.empty()) values_.emplace_back(value);
  }
  void add_address(const std::string& address) {
    const auto url = wire::parse_server_url(address);
    if (!url) return add_words(address);
    add(url->password);
    const std::size_t scheme = address.find("://") + 3;
    const std::string_view authority = std::string_view(address).substr(scheme, address.find_first_of("/?#", scheme) - scheme);
    const std::size_t at = authority.rfind('@');
    const std::size_t colon = authority.find(':');
    if (at != std::string_view::npos && colon < at) add(authority.substr(colon + 1, at - colon - 1));
    for (const std::string& field : split(url->query, '&')) {
      const std::size_t equals = field.find('=');
      if (equals == std::string::npos || !is_secret_name(std::string_view(field).substr(0, equals))) continue;
      add(std::string_view(field).substr(equals + 1));
      add(wire::percent_decoded(std::string_view(field).substr(equals + 1)));
    }
  }
  void add_fields(const std::map<std::string, std::string>& fields) {
    static const std::vector<std::string> headers = {"*AUTHORIZATION*", "*COOKIE*", "*AUTH*"};
    for (const auto& [name, value] : fields) {
      if (!is_secret_name(name, headers)) continue;
      add(value);
      const std::size_t space = value.find(' ');  // "Bearer abc"
      if (space != std::string::npos) add(std::string_view(value).substr(space + 1));
    }
  }
  std::string hide_in(std::string text) const {
    std::vector<std::string> longest_first = values_;
    std::sort(longest_first.begin(), longest_first.end(), [](const auto& left, const auto& right) { return left.size() > right.size(); });
    for (const std::string& value : longest_first) text = replace_all(std::move(text), value, mask_text);
    return text;
  }

 private:
  // password=… of a connection string.
  void add_words(const std::string& words) {
    const std::string hidden = wire::without_secrets(words);
    if (hidden == words) return;
    const std::size_t from = hidden.find(mask_text);
    const std::size_t behind = hidden.size() - from - mask_text.size();
    if (from == std::string::npos || words.size() < from + behind) return;
    std::string_view value = std::string_view(words).substr(from, words.size() - from - behind);
    add(value);
    if (value.starts_with('\'') && value.ends_with('\'') && value.size() >= 2) add(value.substr(1, value.size() - 2));
  }

  std::vector<std::string> values_;
};

}  // namespace

std::string without_secrets_of(const wire::ProbeRequest& request, const std::string& text) {
  Secrets secrets;
  if (const auto* http = std::get_if<wire::HttpProbe>(&request)) {
    secrets.add_address(http->url);
    secrets.add_address(http->events);
    secrets.add_fields(http->headers);
  }
  if (const auto* redis = std::get_if<wire::RedisProbe>(&request)) secrets.add_address(redis->url);
  if (const auto* postgres = std::get_if<wire::PostgresProbe>(&request)) secrets.add_address(postgres->url);
  if (const auto* rabbit = std::get_if<wire::RabbitProbe>(&request)) secrets.add_address(rabbit->url);
  if (const auto* command = std::get_if<wire::CommandProbe>(&request)) secrets.add_fields(command->env);
  return secrets.hide_in(text);
}

}  // namespace tamarack::probe
