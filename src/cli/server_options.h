// How a command finds its server: address, token, certificate authority.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "client/api_client.h"

namespace tamarack::cli {

struct ServerOptions {
  std::string url;         // empty: $TAMARACK_SERVER
  std::string token_file;  // empty: $TAMARACK_TOKEN, or none for an open server
  std::string ca_file;
};

// Errors: `invalid_argument` for a bad address or a token file with something else in it.
// "zone=eu" for each; the error names the option and the text.
Result<std::map<std::string, std::string>> parse_labels(const std::vector<std::string>& texts, std::string_view option);

Result<client::ServerAddress> server_address(const ServerOptions& options);

}  // namespace tamarack::cli
