// How a command finds its server: address, token, certificate authority.
#pragma once

#include <string>

#include "client/api_client.h"

namespace tamarack::cli {

struct ServerOptions {
  std::string url;         // empty: $TAMARACK_SERVER
  std::string token_file;  // empty: $TAMARACK_TOKEN, or none for an open server
  std::string ca_file;
};

// Errors: `invalid_argument` for a bad address or a token file with something else in it.
Result<client::ServerAddress> server_address(const ServerOptions& options);

}  // namespace tamarack::cli
