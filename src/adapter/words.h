// Command lines as people write them in tamarack.toml, split into arguments without any shell: quotes and backslashes count, variables
// and wildcards are plain text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tamarack::adapter {

// "python3 -m 'my pytest'" -> python3, -m, my pytest. An open quote is an error.
Result<std::vector<std::string>> split_words(std::string_view line);

// The words of `program`, or `fallback` when it is blank.
Result<std::vector<std::string>> program_words(std::string_view program, std::vector<std::string> fallback);

}  // namespace tamarack::adapter
