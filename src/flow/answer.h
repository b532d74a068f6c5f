// What came back when something outside was looked at. The shell makes these; they are cut to size before they come here.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

namespace tamarack::flow {

inline constexpr std::size_t answer_bytes_max = 1024 * 1024;  // of a body; a status fits, a download does not

struct HttpAnswer {
  std::int32_t status = 0;
  std::string content_type;
  std::string retry_after;  // as received
  std::string location;
  std::string operation_location;
  std::string body;
  bool truncated = false;  // the body was longer than answer_bytes_max
};

// What is no HTTP: a Redis hash, a row, a file, a line of a log, the output of a command, the data of a signal.
struct ValueAnswer {
  bool exists = false;
  std::string body;  // JSON text where there are fields
  bool truncated = false;
};

struct NoAnswer {
  std::string what;  // "connection refused", "no answer within 10 s"
};

using Answer = std::variant<HttpAnswer, ValueAnswer, NoAnswer>;

}  // namespace tamarack::flow
