// One TOML value into its place in the Config, or the reason why it does not fit.
#pragma once

#include <toml++/toml.h>

#include <optional>
#include <string>

#include "config/schema.h"
#include "config/text_checks.h"

namespace tamarack::config {

struct ValueProblem {
  Position at;
  std::string name;  // "env.PORT" when a part of the value is meant, else empty
  std::string what;  // "must be an integer from 0 to 10, got string 'two'"
  std::string hint;
};

Position position_of(const toml::node& node);

// "string 'two'", "integer 5", "a table": what stands in the file.
std::string found_value(const toml::node& node);

// All problems of the value; the slot is written only where there are none.
std::vector<ValueProblem> read_value(const Key& key, const toml::node& node, Slot slot);

}  // namespace tamarack::config
