// A path to one value of a JSON document:  $   $.name   $['any text']   $["any text"]   $.items[0].id   $[-1]
// A name after a dot is letters, digits, '_' and '-'. An index below zero counts from the end. The leading '$' may be left out.
// No wildcards, slices, filters or recursion: a status is one value, and what selects many can be ambiguous.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace tamarack::flow {

using JsonPath = std::vector<std::variant<std::string, std::int64_t>>;  // member names and indices from the root; empty: the root

inline constexpr std::size_t json_path_steps_max = 32;

// `invalid_argument` says at which character reading failed and what was expected there.
Result<JsonPath> parse_json_path(std::string_view text);

// The value the path leads to, or nothing. Points into `root`.
const boost::json::value* find(const boost::json::value& root, const JsonPath& path);

// Bytes from outside: at most 64 levels deep, invalid UTF-8 is refused, nothing throws. Empty when it is no JSON document.
std::optional<boost::json::value> parse_document(std::string_view text);

// As people read it: a string without quotes, everything else as JSON.
std::string plain_text(const boost::json::value& value);

// "a string", "an object", …
std::string_view kind_name(const boost::json::value& value);

}  // namespace tamarack::flow
