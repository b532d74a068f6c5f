// The arguments that keep one Playwright invocation to its selection. From 1.62 on our reporter takes every other test out before
// anything runs, and the arguments only save the loading of other files; older versions have nothing but the arguments.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapter/adapter.h"

namespace tamarack::adapter {

// Playwright's positional arguments are regular expressions on absolute paths, found anywhere: "/tests/one\.spec\.ts$".
std::string spec_pattern(std::string_view spec);

// A regular expression that matches this text and nothing else (ECMAScript).
std::string escape_pattern(std::string_view text);

// Whether this version lets a reporter take tests out of the run (Reporter.preprocess, 1.62).
bool reporter_selects(std::string_view framework_version);

Result<std::vector<std::string>> narrowing_arguments(const Selection& selection);

}  // namespace tamarack::adapter
