#include "config/read_config.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "config/cross_checks.h"
#include "config/read_value.h"
#include "config/schema.h"
#include "config/text_checks.h"

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

// What a person may have meant by a framework that has no adapter.
std::string framework_hint(std::string_view framework) {
  if (lower(framework) == "cypress")
    return "an adapter for Cypress is planned; until then: framework = \"command\" with run = \"npx cypress run --spec {unit}\"";
  if (lower(framework) == "wdio" || lower(framework) == "webdriverio")
    return "WebdriverIO used from Mocha runs as framework = \"mocha\", its own runner as \"command\"";
  if (lower(framework) == "gtest" || lower(framework) == "googletest") return "GoogleTest runs as framework = \"ctest\"";
  return "anything else runs as framework = \"command\" with 'discover' and 'run'";
}

class Reader {
 public:
  explicit Reader(Config& config) : config_(config) {}

  void read(const toml::table& root) {
    if (refuse_newer_version(root)) return;
    read_section(*find_section(""), root, "");
    for (const Section* section : sections_in("")) {
      if (section->required && !root.contains(section->name))
        add({}, fmt::format("missing section {}", heading_of(*section)), "write a complete file with: tamarack init");
    }
    if (!structure_is_whole_) return;
    CrossFindings findings = cross_check(config_, positions_);
    problems_.insert(problems_.end(), findings.problems.begin(), findings.problems.end());
    warnings_ = std::move(findings.warnings);
  }

  std::vector<TextProblem> problems_;
  std::vector<TextProblem> warnings_;

 private:
  void add(Position at, std::string message, std::string hint = {}) { problems_.push_back({at, std::move(message), std::move(hint)}); }

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
    if (!path.empty()) positions_.emplace(path, position_of(table));
    const std::vector<const Key*> known = keys_of(section.name);
    const std::vector<const Section*> inner = sections_in(section.name);
    for (auto&& [name, node] : table) {
      const std::string_view word = name.str();
      const Position at{std::max<std::int64_t>(1, name.source().begin.line), std::max<std::int64_t>(1, name.source().begin.column)};
      const auto key = std::find_if(known.begin(), known.end(), [&](const Key* k) { return k->name == word; });
      const auto child = std::find_if(inner.begin(), inner.end(), [&](const Section* s) { return last_part(s->name) == word; });
      if (key != known.end()) {
        positions_.emplace(joined_name(path, word), at);
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
    check_alternatives(section, table);
  }

  void read_key(const Section& section, const Key& key, const toml::node& node) {
    for (ValueProblem& problem : read_value(key, node, key.slot(config_))) {
      const auto* text = node.as_string();
      if (key.section == "suite" && key.name == "framework" && text && problem.hint.empty()) problem.hint = framework_hint(text->get());
      add(problem.at, fmt::format("{} {}", key_in(problem.name.empty() ? key.name : std::string_view(problem.name), section), problem.what),
          std::move(problem.hint));
    }
  }

  void read_child(const Section& child, const toml::node& node, Position at, const std::string& path) {
    if (!child.repeated) {
      const auto* table = node.as_table();
      if (table) return read_section(child, *table, path);
      structure_is_whole_ = false;
      add(at, fmt::format("'{}' must be the section {}, got {}", child.name, heading_of(child), found_value(node)),
          node.is_array_of_tables() ? fmt::format("write {} with single brackets", heading_of(child)) : "");
      return;
    }
    const auto* array = node.as_array();
    if (!array) {
      add(at, fmt::format("'{}' must be repeated sections {}, got {}", child.name, heading_of(child), found_value(node)),
          node.is_table() ? fmt::format("write {} with double brackets", heading_of(child)) : "");
      return;
    }
    if (array->size() > rules_max)
      return add(at, fmt::format("at most {} sections {} are allowed, got {}", rules_max, heading_of(child), array->size()));
    for (std::size_t i = 0; i < array->size(); ++i) {
      const toml::node& entry = *array->get(i);
      const auto* table = entry.as_table();
      if (!table) {
        add(position_of(entry), fmt::format("'{}[{}]' must be a section {}, got {}", child.name, i, heading_of(child), found_value(entry)));
        continue;
      }
      child.append(config_, position_of(*table).line);
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
    else if (const std::string home = home_of(word); !home.empty())
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

  // A key in the wrong section is the second most frequent mistake after a typo.
  static std::string home_of(std::string_view word) {
    std::vector<std::string> homes;
    for (const Key& key : keys())
      if (key.name == word)
        homes.push_back(key.section.empty() ? "before the first section" : "in " + heading_of(*find_section(key.section)));
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

  Config& config_;
  Positions positions_;
  bool structure_is_whole_ = true;  // false: cross checks would talk about sections that could not be read
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

std::vector<Problem> with_file(std::vector<TextProblem> found, const std::string& file) {
  std::sort(found.begin(), found.end(),
            [](const TextProblem& a, const TextProblem& b) { return std::tie(a.at, a.message) < std::tie(b.at, b.message); });
  std::vector<Problem> problems;
  for (TextProblem& problem : found)
    problems.push_back({file, problem.at.line, problem.at.column, std::move(problem.message), std::move(problem.hint)});
  return problems;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string last_name(const std::string& folder) {
  return folder.substr(folder.rfind('/') + 1);
}

}  // namespace

ReadResult read_config(std::string_view text, const std::string& path) {
  ReadResult result;
  if (auto problem = check_text(text)) {
    result.problems = with_file({std::move(*problem)}, path);
    return result;
  }
  const toml::parse_result parsed = toml::parse(text, std::string_view{});
  if (parsed.failed()) {
    const toml::parse_error& error = parsed.error();
    Position at{std::max<std::int64_t>(1, error.source().begin.line), std::max<std::int64_t>(1, error.source().begin.column)};
    std::string message = syntax_message(error.description());
    std::string hint;
    if (message.starts_with("duplicate")) {  // toml++ notices it behind the key, people look for the key itself
      at.column = 1;
      hint = "keep one of them; the rest of the file is checked once this is mended";
    }
    result.problems = with_file({{at, std::move(message), std::move(hint)}}, path);
    return result;
  }
  Config config;
  config.path = path;
  config.root = folder_of(path);
  config.project = last_name(config.root);
  Reader reader(config);
  reader.read(parsed.table());
  result.problems = with_file(std::move(reader.problems_), path);
  result.warnings = with_file(std::move(reader.warnings_), path);
  if (result.problems.empty()) result.config = std::move(config);
  return result;
}

std::vector<Problem> expired_quarantine(const Config& config, std::string_view today) {
  std::vector<Problem> expired;
  for (const QuarantineRule& rule : config.quarantine) {
    if (rule.expires >= today) continue;  // ISO dates order as texts
    expired.push_back({config.path, rule.line, 1,
                       fmt::format("quarantine of '{}' ended on {}, the test counts again", rule.test, rule.expires),
                       fmt::format("{} owns it: repair the test, or extend 'expires' with a reason", rule.owner)});
  }
  return expired;
}

std::string describe(const std::vector<Problem>& problems, std::string_view directory) {
  std::string out;
  for (const Problem& problem : problems) {
    std::string_view file = problem.file;
    if (!directory.empty() && file.size() > directory.size() && file.starts_with(directory) && file[directory.size()] == '/')
      file.remove_prefix(directory.size() + 1);
    out += fmt::format("{}:{}:{}: {}\n", file, problem.line, problem.column, problem.message);
    if (!problem.hint.empty()) out += fmt::format("  hint: {}\n", problem.hint);
  }
  return out;
}

}  // namespace tamarack::config
