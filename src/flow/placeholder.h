// Puts captured values into the texts of a wait: "/api/v1/jobs/{job_id}/status". What is missing or unusable is refused by its name, before
// anything is asked: a path with "undefined" in it would be a 404 for minutes and then be called a timeout.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "flow/rules.h"

namespace tamarack::flow {

enum class FilledAs { text, address };  // in an address values are percent-encoded

// Strings and numbers fill a place; null, booleans, lists, objects, empty strings and what a program writes for "nothing" ("undefined",
// "null", "NaN", "None", "[object Object]") do not. "{{" is a brace. `invalid_argument` names the field.
Result<std::string> fill(std::string_view pattern, const std::vector<Captured>& captures, FilledAs as);

// A part of an address that can only be a forgotten value: "undefined" in /jobs/undefined/status. Empty: none.
std::string forgotten_value(std::string_view address);

}  // namespace tamarack::flow
