// A wait parks its owner until conditions hold; it ends exactly once, in one of six outcomes.
#pragma once

#include <string_view>

#include "base/id.h"

namespace tamarack::domain {

using WaitId = TextId<struct WaitTag>;

enum class WaitOutcome { satisfied, failed, timed_out, lost, cancelled, invalid };

std::string_view to_string(WaitOutcome outcome);

// 0 satisfied · 1 failed · 3 timed_out · 4 lost · 5 invalid · 7 cancelled: the codes of a run's verdicts.
int exit_code_of(WaitOutcome outcome);

}  // namespace tamarack::domain
