// Any bytes as tamarack.toml: a configuration or problems that name a place, never a crash.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/read_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const tamarack::config::ReadResult result = tamarack::config::read_config(text, "tamarack.toml");
  if (result.config.has_value() != result.problems.empty()) std::abort();
  for (const tamarack::config::Problem& problem : result.problems)
    if (problem.line < 1 || problem.column < 1 || problem.message.empty()) std::abort();
  if (describe(result.problems).empty() != result.problems.empty()) std::abort();
  return 0;
}
