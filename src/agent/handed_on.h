// What the tests of one invocation are told of the captures that came before them: captures.json and variables.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "adapter/adapter.h"
#include "base/result.h"
#include "run/event.h"

namespace tamarack::agent {

// Writes captures.json into the attempt's folder if there is anything to tell. The variables: TAMARACK_CAPTURES, its path, and
// TAMARACK_CAPTURE_<NAME> where all tests get the same. Errors: io.
Result<std::map<std::string, std::string>> hand_on(const domain::Plan& plan, const adapter::Selection& selection,
                                                   const std::vector<run::LeaseCaptures>& captures, const std::string& attempt_dir);

}  // namespace tamarack::agent
