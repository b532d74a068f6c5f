// What comes from outside may be any bytes; the journal holds text. Done before the board hears it, so that what is live and what is read
// back are the same.
#pragma once

#include "base/result.h"
#include "flow/event.h"

namespace tamarack::board {

// Repairs texts that people read. `invalid_argument` where a name (an id, a key) is no UTF-8: two of them could become the same.
Result<> clean(flow::Event& event);

}  // namespace tamarack::board
