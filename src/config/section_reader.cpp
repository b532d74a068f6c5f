#include "config/section_reader.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "config/read_value.h"

namespace tamarack::config {
namespace {

constexpr std::size_t rules_max = 1000;  // entries of one repeated section

std::string joined_name(std::string_view section, std::string_view key) {
  return section.empty() ? std::string(key) : fmt::format("{}.{}", section, key);
}

// "'retries' in [run]", "'version'".
std::string key_in(std::string_view key, const Section& section) {
  return section.name.empty() ? fmt::format("'{}'", key) : fmt::format("'{}' in {}", key, heading_of(section));
}

class Reader {
 public:
  Reader(const Layout& layout, const SectionTarget& target) : layout_(layout), target_(target) {}

  SectionsRead read(const toml::table& root) {
    if (refuse_newer_version(root)) {
      read_.whole = false;
      return std::move(read_);
    }
    read_section(*find_section(layout_, ""), root, "");
    return std::move(read_);
  }

 private:
  void add(Position at, std::string message, std::string hint = {}) { read_.problems.push_back({at, std::move(message), std::move(hint)}); }

  // A file of a newer format would give many misleading problems; the one that matters is its version.
  bool refuse_newer_version(const toml::table& root) {
    const toml::node* node = root.get("version");
    const auto* version = node ? node->as_integer() : nullptr;
    if (!version || version->get() <= version_known) return false;
    add(position_of(*node), fmt::format("'version' must be {}, got {}: the file needs a newer tamarack", version_known, version->get()),
        "install a tamarack that knows this version, see: tamarack --version");
    return true;
  }

  void read_section(const Section& section, const toml::table& table, const std::string& path) {
    if (!path.empty()) read_.positions.emplace(path, position_of(table));
    const std::vector<const Key*> known = keys_of(layout_, section.name);
    const std::vector<const Section*> inner = sections_in(layout_, section.name);
    for (auto&& [name, node] : table) {
      const std::string_view word = name.str();
      const Position at{std::max<std::int64_t>(1, name.source().begin.line), std::max<std::int64_t>(1, name.source().begin.column)};
      const auto key = std::find_if(known.begin(), known.end(), [&](const Key* k) { return k->name == word; });
      const auto child = std::find_if(inner.begin(), inner.end(), [&](const Section* s) { return last_part(s->name) == word; });
      if (key != known.end()) {
        read_.positions.emplace(joined_name(path, word), at);
        read_key(section, **key, node);
      } else if (child != inner.end()) {
        read_child(**child, node, at, joined_name(path, word));
      } else {
        report_unknown(section, known, inner, std::string(word), node, at);
      }
    }
    for (const Key* key : known)
      if (key->required && !table.contains(key->name))
        add(path.empty() ? Position{} : position_of(table), fmt::format("missing key {}", key_in(key->name, section)),
            fmt::format("for example {} = {}", key->name, key->example));
    for (const Section* child : inner)
      if (child->required && !table.contains(last_part(child->name)))
        report_missing(section, *child, path.empty() ? Position{} : position_of(table));
    check_alternatives(section, table);
  }

  std::string found(const toml::node& node) const {
    return node.is_string() && !target_.shows_values ? std::string("a string") : found_value(node);
  }

  void report_missing(const Section& section, const Section& child, Position at) {
    if (section.name.empty() || child.repeated)
      return add(at, fmt::format("missing section {}", heading_of(child)), std::string(target_.missing_section_hint));
    add(at, fmt::format("missing key {}", key_in(last_part(child.name), section)),
        fmt::format("for example {} = {}", last_part(child.name), child.short_form));
  }

  void read_key(const Section& section, const Key& key, const toml::node& node) {
    for (ValueProblem& problem : read_value(key, node, target_.slot(key))) {
      const auto* text = node.as_string();
      if (text && problem.hint.empty() && target_.hint) problem.hint = target_.hint(key, text->get());
      add(problem.at, fmt::format("{} {}", key_in(problem.name.empty() ? key.name : std::string_view(problem.name), section), problem.what),
          std::move(problem.hint));
    }
  }

  void read_child(const Section& child, const toml::node& node, Position at, const std::string& path) {
    if (!child.repeated) {
      const auto* table = node.as_table();
      if (table) {
        if (child.append) target_.append(child, position_of(*table).line);
        return read_section(child, *table, path);
      }
      read_.whole = false;
      // Whoever wrote a secret here by mistake must not find it in a log.
      if (child.secret)
        return add(at, fmt::format("'{}' must be {}, got the value itself", child.name, child.short_form),
                   "a secret never stands in this file: name the variable or the file that holds it");
      add(at, fmt::format("'{}' must be the section {}, got {}", child.name, heading_of(child), found(node)),
          node.is_array_of_tables() ? fmt::format("write {} with single brackets", heading_of(child)) : "");
      return;
    }
    const auto* array = node.as_array();
    if (!array) {
      add(at, fmt::format("'{}' must be repeated sections {}, got {}", child.name, heading_of(child), found(node)),
          node.is_table() ? fmt::format("write {} with double brackets", heading_of(child)) : "");
      return;
    }
    read_.positions.emplace(path, at);
    if (array->size() > rules_max)
      return add(at, fmt::format("at most {} sections {} are allowed, got {}", rules_max, heading_of(child), array->size()));
    for (std::size_t i = 0; i < array->size(); ++i) {
      const toml::node& entry = *array->get(i);
      const auto* table = entry.as_table();
      if (!table) {
        add(position_of(entry), fmt::format("'{}[{}]' must be a section {}, got {}", child.name, i, heading_of(child), found(entry)));
        continue;
      }
      target_.append(child, position_of(*table).line);
      read_section(child, *table, fmt::format("{}[{}]", path, i));
    }
  }

  void report_unknown(const Section& section, const std::vector<const Key*>& known, const std::vector<const Section*>& inner,
                      const std::string& word, const toml::node& node, Position at) {
    std::vector<std::string> names;
    std::vector<std::string> own_names;
    for (const Key* key : known) own_names.emplace_back(key->name);
    for (const Section* child : inner) own_names.emplace_back(last_part(child->name));
    std::string hint;
    if (const auto meant = closest(word, own_names))
      hint = fmt::format("did you mean '{}'?", *meant);
    else if (const std::string home = home_of(word, section.name); !home.empty())
      hint = home;
    const bool looks_like_section = section.name.empty() && (node.is_table() || node.is_array_of_tables());
    if (looks_like_section) {
      for (const Section* child : inner) {
        names.push_back(heading_of(*child));
        if (hint == fmt::format("did you mean '{}'?", child->name)) hint = fmt::format("did you mean {}?", heading_of(*child));
      }
      return add(at, fmt::format("unknown section [{}], expected one of {}", word, join(names, ", ")), hint);
    }
    for (const std::string& name : own_names) names.push_back(name);
    const std::string place = section.name.empty() ? "at the top level" : fmt::format("in {}", heading_of(section));
    add(at, fmt::format("unknown key '{}' {}, expected one of {}", word, place, join(names, ", ")), hint);
  }

  static std::string_view first_part(std::string_view section) { return section.substr(0, section.find('.')); }

  // What stands deep inside of rules is no home for what stands elsewhere: a flow has a key for every common word.
  bool is_out_of_reach(const Key& key, std::string_view from) const {
    const std::string_view root = first_part(key.section);
    const Section* rule = find_section(layout_, root);
    return root != key.section && root != first_part(from) && rule && rule->repeated;
  }

  // A key in the wrong section is the second most frequent mistake after a typo.
  std::string home_of(std::string_view word, std::string_view from) const {
    std::vector<std::string> homes;
    for (const Key& key : layout_.keys)
      if (key.name == word && !is_out_of_reach(key, from))
        homes.push_back(key.section.empty() ? "before the first section" : "in " + heading_of(*find_section(layout_, key.section)));
    return homes.empty() ? "" : fmt::format("'{}' belongs {}", word, join(homes, " or "));
  }

  void check_alternatives(const Section& section, const toml::table& table) {
    if (section.alternatives.empty()) return;
    std::vector<std::string> names;
    std::vector<std::string> set;
    for (const std::string_view name : section.alternatives) {
      names.push_back(fmt::format("'{}'", name));
      if (table.contains(name)) set.push_back(fmt::format("'{}'", name));
    }
    const std::string rule = fmt::format("{} {} one of {}", heading_of(section),
                                         section.alternative_required ? "needs exactly" : "takes at most", join(names, ", "));
    if (set.size() > 1) add(position_of(table), fmt::format("{}, got {}", rule, join(set, " and ")), "keep one of them");
    if (set.empty() && section.alternative_required) add(position_of(table), fmt::format("{}, got none", rule));
  }

  const Layout& layout_;
  const SectionTarget& target_;
  SectionsRead read_;
};

// toml++ says "Error while parsing key-value pair: cannot redefine existing integer 'workers'"; the first part names its own function.
std::string syntax_message(std::string_view description) {
  if (description.starts_with("Error while parsing"))
    if (const std::size_t colon = description.find(": "); colon != std::string_view::npos) description.remove_prefix(colon + 2);
  while (description.ends_with('.')) description.remove_suffix(1);
  constexpr std::string_view redefine = "cannot redefine existing ";
  if (description.starts_with(redefine)) {
    const std::size_t quote = description.find('\'');
    if (quote != std::string_view::npos) return fmt::format("duplicate key {}", description.substr(quote));
  }
  return fmt::format("invalid TOML: {}", to_valid_utf8(description));
}

}  // namespace

std::optional<TextProblem> parse_toml(std::string_view text, toml::table& into) {
  toml::parse_result parsed = toml::parse(text, std::string_view{});
  if (!parsed.failed()) {
    into = std::move(parsed).table();
    return std::nullopt;
  }
  const toml::parse_error& error = parsed.error();
  Position at{std::max<std::int64_t>(1, error.source().begin.line), std::max<std::int64_t>(1, error.source().begin.column)};
  std::string message = syntax_message(error.description());
  std::string hint;
  if (message.starts_with("duplicate")) {  // toml++ notices it behind the key, people look for the key itself
    at.column = 1;
    hint = "keep one of them; the rest of the file is checked once this is mended";
  }
  return TextProblem{at, std::move(message), std::move(hint)};
}

SectionsRead read_sections(const Layout& layout, const SectionTarget& target, const toml::table& root) {
  return Reader(layout, target).read(root);
}

std::vector<Problem> with_file(std::vector<TextProblem> found, const std::string& file) {
  std::sort(found.begin(), found.end(),
            [](const TextProblem& a, const TextProblem& b) { return std::tie(a.at, a.message) < std::tie(b.at, b.message); });
  std::vector<Problem> problems;
  for (TextProblem& problem : found)
    problems.push_back({file, problem.at.line, problem.at.column, std::move(problem.message), std::move(problem.hint)});
  return problems;
}

}  // namespace tamarack::config
