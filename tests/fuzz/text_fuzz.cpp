// The small text functions everything else leans on: what they promise holds for any bytes.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string valid = tamarack::to_valid_utf8(text);
  if (!tamarack::is_valid_utf8(valid)) __builtin_trap();
  if (tamarack::is_valid_utf8(text) && valid != text) __builtin_trap();
  const std::string plain = tamarack::strip_ansi(text);
  if (plain.size() > size || tamarack::strip_ansi(plain).size() > plain.size()) __builtin_trap();
  if (tamarack::tail_of(text, 64).size() > 64 + 100) __builtin_trap();  // and a line that says how much was cut
  if (const auto number = tamarack::parse_integer(text); number && *number < 0) __builtin_trap();
  const std::size_t end = text.find('\n');
  const std::string_view first = text.substr(0, std::min(end, std::size_t{200}));
  const std::string_view rest = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1, 200);
  if (first.find_first_of("*?") == std::string_view::npos && tamarack::glob_match(first, rest) != (first == rest)) __builtin_trap();
  (void)tamarack::glob_match(first, rest);
  if (first == rest && tamarack::edit_distance(first, rest) != 0) __builtin_trap();
  if (tamarack::shell_quote(first).empty()) __builtin_trap();
  return 0;
}
