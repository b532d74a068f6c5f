// Text measured in terminal cells: an é is one cell in two bytes, a 漢 two cells in three.
// What a terminal would obey is never let through: escape sequences are removed, control characters become spaces.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tamarack::report {

// One line of plain, valid text without anything a terminal acts on.
std::string printable(std::string_view text);

std::size_t cells_of(std::string_view printable_text);

// At most `cells` wide; what does not fit is replaced by "…".
std::string fit(std::string_view printable_text, std::size_t cells);
// The same, but the end is kept and the front is cut: the end of a test's name says more than its folder.
std::string fit_end(std::string_view printable_text, std::size_t cells);
// Exactly `cells` wide: cut or filled with spaces.
std::string pad(std::string_view printable_text, std::size_t cells);
std::string pad_left(std::string_view printable_text, std::size_t cells);

}  // namespace tamarack::report
