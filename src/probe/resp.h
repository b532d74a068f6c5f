// Answers of a Redis server out of a stream of bytes (RESP 2), with hiredis's reader. Pure; what is too large or no RESP is an error, and
// the stream cannot be read on then.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tamarack::probe {

struct RedisReply {
  enum class Kind { nil, text, error, integer, array };
  Kind kind = Kind::nil;
  std::string text;  // of a text or an error
  std::int64_t number = 0;
  std::vector<RedisReply> items;
};

class RespReader {
 public:
  RespReader();
  ~RespReader();
  RespReader(const RespReader&) = delete;
  RespReader& operator=(const RespReader&) = delete;

  // The answers that are complete by now. Errors: limit_exceeded (one answer has more than reply_bytes_max bytes or items_max items in a
  // row), unavailable (no RESP).
  Result<std::vector<RedisReply>> feed(std::string_view bytes);

  static constexpr std::size_t reply_bytes_max = 8 << 20;
  static constexpr int items_max = 128 * 1024;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A command as the server reads it.
std::string resp_command(const std::vector<std::string>& words);

}  // namespace tamarack::probe
