// Comparing secrets. Only the length may show in the time it takes.
#pragma once

#include <string_view>

namespace tamarack {

// True when both are the same bytes. The time depends on the lengths alone, never on where the first difference is, so that an answer's
// delay does not tell how much of a guess was right. For hashes and signatures, whose length is no secret.
bool equal_in_constant_time(std::string_view left, std::string_view right);

}  // namespace tamarack
