// tamarack.toml as text to a Config, or every problem in it at once. Pure: the caller reads the file and knows today's date.
// A file with a syntax error has one problem, because nothing after it can be understood; otherwise all problems are listed in the order
// of the file. There is no half-read configuration: `config` is there exactly when `problems` is empty.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace tamarack::config {

// The greatest file that is read. A configuration of this size is a mistake (a log, a dump), and a limit keeps hostile input cheap.
inline constexpr std::size_t file_bytes_max = 1024 * 1024;
inline constexpr std::int64_t version_known = 1;

struct Problem {
  std::string file;
  std::int64_t line = 1;    // 1-based
  std::int64_t column = 1;  // 1-based, in characters
  std::string message;      // what was expected, what was found
  std::string hint;         // what to do next; may be empty
  friend bool operator==(const Problem&, const Problem&) = default;
};

struct ReadResult {
  std::optional<Config> config;
  std::vector<Problem> problems;
  std::vector<Problem> warnings;  // settings that have no effect; the configuration can be used
};

// `path` is what messages and Config::path name; Config::root is its folder.
ReadResult read_config(std::string_view text, const std::string& path);

// "tamarack.toml:12:5: unknown key 'worker' in [run], …\n  hint: did you mean 'workers'?\n" per problem. Files below `directory` are named
// relative to it.
std::string describe(const std::vector<Problem>& problems, std::string_view directory = {});

}  // namespace tamarack::config
