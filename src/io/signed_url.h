// URLs that open one path until an instant, for people and browsers that have no token at hand (an artifact in a report, a link in a chat).
// Pure: path, instant and key in, text out.
//
// Canonical form, whose HMAC-SHA256 under the server's key is the signature:
//   "tamarack-signed-url-1" LF  path  LF  expires
// `path` is the request target before '?', byte for byte as it was sent: no decoding, no collapsing of "//" or "..", so there is one
// spelling of a signed path and every other is forged. `expires` is in whole seconds since 1970, decimal. The query text is
//   expires=1795256658&signature=<64 lower-case hexadecimal digits>
// and must be all of the query, in this order: what a route wants to be told by parameters it puts into the path.
// A signature opens the path for reading only: the route allows GET and HEAD, nothing else.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"

namespace tamarack::io {

inline constexpr std::size_t signing_key_bytes = 32;
// The name under which the store keeps the key (store::AccessStore::server_key), as new_signing_key() makes it at the first use.
inline constexpr std::string_view signing_key_name = "signed_urls";
std::string new_signing_key();  // 64 hexadecimal digits, fresh from the system's random source

// The query text. `path` begins with '/' and has no '?', '#' or line end; `expires` is cut to the second, so a URL never lives longer than
// asked for. `key` is not empty.
std::string sign_path(std::string_view path, Instant expires, std::string_view key);

enum class SignatureCheck { ok, expired, forged };

// `query` without '?'. Forged is everything that sign_path did not make for this path with this key; only a genuine one can be expired,
// from its second on. Compares in constant time.
SignatureCheck verify_path(std::string_view path, std::string_view query, std::string_view key, Instant now);

}  // namespace tamarack::io
