// What is checked before the text is given to the TOML parser: size, emptiness, NUL bytes, UTF-8 and nesting. The parser limits nested
// values but not dotted names, so `[a.a.a…]` over a megabyte would build a tree too deep for its own destructor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tamarack::config {

inline constexpr std::int64_t nesting_max = 32;

struct Position {
  std::int64_t line = 1;
  std::int64_t column = 1;
  friend auto operator<=>(const Position&, const Position&) = default;
};

struct TextProblem {
  Position at;
  std::string message;
  std::string hint;
};

std::optional<TextProblem> check_text(std::string_view text);

}  // namespace tamarack::config
