// Rules of tamarack.toml that apply to no test of the suite: usually a spelling mistake, and the protection their author relies on is not
// there.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "domain/test_case.h"

namespace tamarack::cli {

// "tamarack.toml:12: [[lock]] 'db' applies to no test of the suite (match '*.spec.tx')", in the order of the file's sections. `tests` are
// all tests of the suite, not only those that a filter selects.
std::vector<std::string> unmatched_rules(const config::Config& config, const std::vector<domain::TestCase>& tests);

}  // namespace tamarack::cli
