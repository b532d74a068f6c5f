// What a message of an agent may say, beyond having the right fields: it comes from another machine, and what it says is folded into paths,
// links and sums for as long as its run is kept.
#pragma once

#include "base/result.h"
#include "wire/message.h"

namespace tamarack::wire {

// Times no clock of an honest machine shows are brought to the nearest one that can be: results that frameworks write have them. Captures
// beyond domain/capture.h are left out, with an annotation that says so; of several values under one name the last stays. Errors:
// `corrupt`, for what has no honest reading: an attachment whose hash is not a SHA-256, or whose size is negative.
Result<> bring_into_bounds(FromAgent& message);

}  // namespace tamarack::wire
