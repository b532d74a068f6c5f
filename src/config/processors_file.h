// The file of `tamarack agent --processors FILE`: which commands this machine executes as jobs of a server.
//
//   [processors.resize]
//   command = "python3 resize.py"   # run by `sh -c`
//   concurrency = 2                 # so many at once
//   timeout = "10m"                 # of one; none: as long as it takes
//
// Read with every problem at once. Pure: the caller reads the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "config/read_config.h"

namespace tamarack::config {

struct ProcessorSetting {
  std::string name;  // letters, digits, '-', '_' and '.'
  std::string command;
  std::int64_t concurrency = 1;
  Millis timeout{0};  // 0: none
};

struct ProcessorsRead {
  std::vector<ProcessorSetting> processors;  // by name; meaningful when there are no problems
  std::vector<Problem> problems;
};

inline constexpr std::int64_t concurrency_max = 64;
inline constexpr std::size_t processors_max = 100;

ProcessorsRead read_processors_file(std::string_view text, const std::string& path);

}  // namespace tamarack::config
