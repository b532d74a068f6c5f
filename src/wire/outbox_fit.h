// Messages that are too large for the link are cut, with a plain mark where something is missing: sent whole, the server would close the
// link, and the agent would say it again for ever. Verdicts, numbers and names of tests are never touched. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "wire/message.h"

namespace tamarack::wire {

// The message, with its texts and lists cut until its encoding takes at most `bytes_max`. What fits already comes back as it is. 64 KiB is
// enough for whatever a message may hold.
FromAgent fitted(const FromAgent& message, std::size_t bytes_max);

// The beginning and the end of a text, `bytes_max` bytes of it, with a line between them that says how much is missing.
std::string without_middle(std::string_view text, std::size_t bytes_max);

}  // namespace tamarack::wire
