// What a wait looks at, by the wish that stands in the plan (wire/wait_wish.h has the form): a report says it in a word, and knows nothing
// else of wishes.
#pragma once

#include <string>
#include <string_view>

namespace tamarack::report {

// "http", "signal"; of several conditions each once, as they stand: "redis, http". Empty: the wish cannot be read.
std::string source_of_wish(std::string_view wish);

}  // namespace tamarack::report
