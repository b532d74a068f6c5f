// Every section and key of tamarack.toml, said once: name, type, default, limits, one sentence, an example, and where the value goes.
// Sections stand in schema.cpp, keys in keys.cpp. The reader (read_config.h), the JSON Schema and the reference page (generated.h) are made
// from these tables.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/config.h"

namespace tamarack::config {

enum class Kind {
  text,
  integer,
  integer_or_auto,  // "auto" is stored as 0
  choice,
  duration,
  size,
  date,
  list,         // of strings
  environment,  // table of strings
  flag,         // true or false
  scalar,       // a string, a number or a boolean, stored as JSON text
  texts,        // table of strings under any names; with `choices` the strings are these
  typed_names,  // what is to be captured: a table of names and types, or a list of names
  captures,     // where captures come from: a table of names and JSON paths, or { path, type }
};

enum class Placeholders { none, worker, unit };  // which words in braces a value may hold (placeholder.h)

// Where a value goes in a Config. For repeated sections: in the last entry.
using Slot = std::variant<std::string*, std::int64_t*, Millis*, std::optional<Millis>*, std::vector<std::string>*,
                          std::map<std::string, std::string>*, domain::Policy*, bool*, std::optional<bool>*, std::vector<Capture>*>;

struct Key {
  std::string_view section;  // "", "suite", "app.ready", "lock"
  std::string_view name;
  Kind kind = Kind::text;
  bool required = false;
  std::string_view default_value;  // as it is written in the file, which is JSON as well; empty: unset
  std::int64_t min = 0;            // integers: the number, durations: milliseconds, sizes: bytes, texts: characters
  std::int64_t max = 0;
  std::vector<std::string_view> choices;
  Placeholders placeholders = Placeholders::none;
  std::string_view description;
  std::string_view example;         // the value as it is written in the file
  Slot (*slot)(Config&) = nullptr;  // of tamarack.toml's keys
};

struct Section {
  std::string_view name;
  bool repeated = false;  // [[name]]
  bool required = false;  // wherever the section around it stands
  std::string_view description;
  std::vector<std::string_view> alternatives = {};       // keys of which at most one may be set
  bool alternative_required = false;                     // exactly one of them
  std::string_view short_form = {};                      // as it is written on one line; for required sections inside of others
  std::string_view keys_like = {};                       // it has the keys and sections of this one
  std::string_view example = {};                         // for the reference page, instead of one that is made from the keys
  bool secret = false;                                   // it names a secret: what stands in its place by mistake is never shown
  void (*append)(Config&, std::int64_t line) = nullptr;  // of tamarack.toml's sections: it begins
};

// The words for the types that a captured value can have.
std::span<const std::string_view> capture_types();

// The tables of one file.
struct Layout {
  std::span<const Section> sections;
  std::span<const Key> keys;
};
const Section* find_section(const Layout& layout, std::string_view name);
std::vector<const Key*> keys_of(const Layout& layout, std::string_view section);
std::vector<const Section*> sections_in(const Layout& layout, std::string_view parent);  // "" → suite, app, …; "app" → app.ready

// Of tamarack.toml.
std::span<const Section> sections();  // the top level first, then in the order of the reference page
std::span<const Key> keys();

const Section* find_section(std::string_view name);
std::vector<const Key*> keys_of(std::string_view section);
std::vector<const Section*> sections_in(std::string_view parent);

std::string_view last_part(std::string_view section);  // "app.ready" → "ready"
std::string heading_of(const Section& section);        // "[run]", "[[lock]]", "the top level"
std::string expected_value(const Key& key);            // "an integer from 0 to 10"

}  // namespace tamarack::config
