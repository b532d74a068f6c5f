// Shapes that HTTP server and client share: fields, targets, URLs, and heads as text. Pure: bytes in, values out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace tamarack::io {

using Fields = std::vector<std::pair<std::string, std::string>>;

// The first value under this name (letter case ignored); empty when there is none.
std::string_view field_of(const Fields& fields, std::string_view name);
// True when a comma-separated list such as `Connection` holds the word (letter case ignored).
bool has_token(std::string_view list, std::string_view token);
bool equal_ignoring_case(std::string_view left, std::string_view right);

// Date, Content-Length and Connection are added when it is sent.
struct Answer {
  int status = 200;
  Fields fields;
  std::string body;
};
// An RFC 9457 problem document: type, title, status, detail.
Answer problem(int status, std::string_view detail);
std::string_view reason_of(int status);

// "HTTP/1.1 200 OK\r\n" and the fields, without the empty line. Control characters in values become spaces, so that no value can add a
// field of its own.
std::string answer_head(int status, const Fields& fields);
void append_field(std::string& head, std::string_view name, std::string_view value);
std::string http_date(Instant instant);  // "Sat, 21 Nov 2026 10:24:18 GMT"

struct Target {
  std::string path;                   // percent-decoded valid UTF-8, begins with "/" ("*" for OPTIONS)
  std::vector<std::string> segments;  // what stands between its slashes, each decoded by itself: "/a/b%2Fc" is "", "a", "b/c"
  std::string raw_query;
  std::vector<std::pair<std::string, std::string>> query;  // decoded, "+" is a space
};
// Refuses (invalid_argument): bad escapes, control characters, "." and ".." segments in any spelling, bytes that are not UTF-8, and targets
// that are neither a path nor an http URL.
Result<Target> parse_target(std::string_view target);

// A name as one segment of a path: everything but unreserved characters (RFC 3986) is escaped.
std::string url_segment(std::string_view name);

struct HttpUrl {
  bool tls = false;
  std::string host;  // without brackets
  std::string port;
  std::string authority;  // as it goes into Host
  std::string target;     // path and query, at least "/"
};
// http, https, ws and wss. Errors: invalid_argument.
Result<HttpUrl> parse_http_url(std::string_view url);

// What one single `Range` asks of a file of `size` bytes.
struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t length = 0;
};
enum class RangeKind { whole, part, unsatisfiable };
struct RangeChoice {
  RangeKind kind = RangeKind::whole;  // `whole` as well for several ranges, other units and nonsense: a server may ignore Range
  ByteRange range;
};
RangeChoice choose_range(std::string_view range_field, std::uint64_t size);

}  // namespace tamarack::io
