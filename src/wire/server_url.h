// The address of a server as one text: scheme://user:password@host:port/path?query, for Redis, PostgreSQL and RabbitMQ. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace tamarack::wire {

struct ServerUrl {
  std::string scheme;  // lower case
  std::string user;    // decoded, as the password and the path
  std::string password;
  std::string host;  // without brackets; may be empty
  std::string port;  // digits, or empty
  std::string path;  // without its first '/'
  bool has_path = false;
  std::string query;  // as written, without its '?'
};

// `invalid_argument` never repeats the text, because a password may stand in it.
Result<ServerUrl> parse_server_url(std::string_view text);

// Escapes of a URL decoded; what is no escape stays as it is.
std::string percent_decoded(std::string_view text);

// The address without what should not be read by others: a password becomes ***, and so does the value of a query's field whose name
// sounds like a secret. Understands connection strings of libpq (password=…), too. Anything else stays as it is.
std::string without_secrets(std::string_view address);

}  // namespace tamarack::wire
