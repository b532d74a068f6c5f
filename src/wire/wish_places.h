// The {places} in the texts of a wish: found, and filled with what was captured. A value never becomes anything but a value: in an address
// it is percent-encoded, in a pattern its special characters are taken literally, and in a query or a command only harmless characters may
// come from outside. Only for wire/*.cpp.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "flow/rules.h"

namespace tamarack::wire {

enum class PlaceKind {
  address,  // "{{" is a brace; a place at the very beginning may be a whole address and is not encoded
  word,     // a key, path or name: "{{" is a brace, and a brace that begins no place is a mistake
  free,     // a body, a header, a value: a brace that begins no place stands for itself, "{{name}}" is "{name}"
  command,  // as free, "${name}" is left to the shell; values of letters, digits and "_.:@/+=,-" only, not beginning with '-', without "--"
  pattern,  // as free; values are taken literally
};

// The names in its places. `invalid_argument` says at which character something else stood (address and word only).
Result<std::set<std::string>> places_in(std::string_view text, PlaceKind kind);

// `invalid_argument` names the captured field that is missing or cannot stand here.
Result<std::string> fill_places(std::string_view text, PlaceKind kind, const std::vector<flow::Captured>& captures);

}  // namespace tamarack::wire
