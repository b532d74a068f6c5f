// A TOML file by its tables of sections and keys (schema.h), with every problem at once. What a key means is the business of the file's own
// reader: read_config.h for tamarack.toml, server_file.h for server.toml.
#pragma once

#include <toml++/toml.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/cross_checks.h"
#include "config/read_config.h"
#include "config/schema.h"
#include "config/text_checks.h"

namespace tamarack::config {

// Where values go. All three outlive the call; `slot` and `append` are set.
struct SectionTarget {
  std::function<Slot(const Key&)> slot;                                  // for repeated sections: in the last entry
  std::function<void(const Section&, std::int64_t line)> append;         // a repeated section begins, or one that has an `append`
  std::function<std::string(const Key&, const std::string& text)> hint;  // for a text that is refused and that nothing else explains
  std::string_view missing_section_hint;
  bool shows_values = true;  // false: a text in the place of a section is not repeated, it may be a secret
};

struct SectionsRead {
  std::vector<TextProblem> problems;
  Positions positions;
  bool whole = true;  // false: some section could not be read, so rules across keys would talk about what is not there
};

// What is wrong with the text as TOML; nothing when it went into `into`. check_text comes first.
std::optional<TextProblem> parse_toml(std::string_view text, toml::table& into);

SectionsRead read_sections(const Layout& layout, const SectionTarget& target, const toml::table& root);

// In the order of the file.
std::vector<Problem> with_file(std::vector<TextProblem> found, const std::string& file);

}  // namespace tamarack::config
