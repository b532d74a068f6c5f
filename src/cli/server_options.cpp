#include "cli/server_options.h"

#include <fmt/format.h>

#include "base/text.h"
#include "domain/token_text.h"
#include "io/files.h"

namespace tamarack::cli {

Result<std::map<std::string, std::string>> parse_labels(const std::vector<std::string>& texts, std::string_view option) {
  std::map<std::string, std::string> labels;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return make_error(ErrorCode::invalid_argument, fmt::format("{}: expected NAME=VALUE, got '{}'", option, text),
                        fmt::format("for example {} zone=eu", option));
    labels[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return labels;
}

Result<client::ServerAddress> server_address(const ServerOptions& options) {
  client::ServerAddress address{.url = options.url.empty() ? io::environment("TAMARACK_SERVER") : options.url, .ca_file = options.ca_file};
  if (address.url.empty())
    return make_error(ErrorCode::invalid_argument, "no server is named", "pass --server URL, or set $TAMARACK_SERVER");
  address.url = TRY(client::checked_url(address.url));
  if (!address.ca_file.empty() && !io::exists(address.ca_file))
    return make_error(ErrorCode::invalid_argument, fmt::format("--ca-file: there is no '{}'", address.ca_file), "give a readable PEM file");
  const std::string from = options.token_file.empty() ? "$TAMARACK_TOKEN" : "'" + options.token_file + "'";
  address.token = options.token_file.empty() ? io::environment("TAMARACK_TOKEN") : TRY(io::read_file(options.token_file, 4096));
  address.token = std::string(trim(address.token));
  // The text itself is never repeated: it may be another secret.
  if (!address.token.empty() && !domain::parse_token(address.token))
    return make_error(ErrorCode::invalid_argument, fmt::format("{} does not hold a token", from),
                      "a token begins with 'tmk_' and is made by `tamarack token create`");
  return address;
}

}  // namespace tamarack::cli
