// `tamarack wait http URL --field … --map …`: what was typed, as the wish that everybody sends (wire/wait_wish.h). Pure. What is wrong with
// the wish itself is said by its reader; here only what is no NAME=VALUE.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace tamarack::cli {

struct WaitFlags {
  std::string source;  // "http", "job", …: the key of the wish
  std::string target;  // URL, path, host:port, command, key or id

  // Of the sources; empty: not given.
  std::string method, body, events, cancel;
  std::vector<std::string> headers;
  bool discover = false;
  std::string hash, key, stream, after;
  bool notify = false;
  std::string query, channel;
  std::string queue, exchange, routing_key;
  std::string pattern;
  std::string dir;
  std::vector<std::string> env;

  // How answers are read.
  std::string field, error_field, heartbeat_field;
  std::vector<std::string> map, until, fail, capture;
  std::int64_t hold = 0;  // 0: not given
  std::optional<std::int64_t> lost_after_ms, not_found_max_ms, no_answer_max_ms;

  std::string name;
  std::optional<std::int64_t> timeout_ms, every_ms;
  bool has_captures = false;  // of an earlier run: only then braces in commands, bodies and patterns are places
};

// The wish, as JSON. `invalid_argument` names the option and what was expected.
Result<std::string> wish_of(const WaitFlags& flags);

}  // namespace tamarack::cli
