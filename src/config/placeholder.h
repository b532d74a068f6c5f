// {port}, {worker}, {data}, {seed}, {unit} and {units} in commands and environment values: which words are known and which a text uses.
// Whoever starts a command puts the values in. Shells, awk and JSON use braces too, so only `{word}` of lower-case letters counts,
// `${word}` does not, and `{{word}}` stands for the literal text `{word}` of a word that is not ours.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::config {

struct Placeholder {
  std::string_view name;         // "port"
  std::string_view description;  // one sentence for the reference page
};

std::span<const Placeholder> worker_placeholders();  // known wherever a worker runs something
std::span<const Placeholder> unit_placeholders();    // known in suite.run as well

// The words between braces, in order, with repetitions.
std::vector<std::string> placeholders_in(std::string_view text);

// The text with `{{word}}` as `{word}`, for words that are not ours.
std::string without_escapes(std::string_view text);

}  // namespace tamarack::config
