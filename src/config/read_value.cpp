#include "config/read_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "base/check.h"
#include "base/text.h"
#include "config/literal.h"
#include "config/placeholder.h"

namespace tamarack::config {
namespace {

constexpr std::size_t shown_text_max = 60;

std::string shown(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, shown_text_max)) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return to_valid_utf8(out) + (text.size() > shown_text_max ? "…" : "");
}

template <class T>
void store(Slot slot, T value) {
  T** target = std::get_if<T*>(&slot);
  CHECK(target != nullptr, "the table of keys names a place of another type");
  **target = std::move(value);
}

void store_duration(Slot slot, Millis value) {
  if (auto** optional = std::get_if<std::optional<Millis>*>(&slot))
    **optional = value;
  else
    store<Millis>(slot, value);
}

ValueProblem mismatch(const Key& key, const toml::node& node, std::string hint = {}) {
  return {position_of(node), {}, fmt::format("must be {}, got {}", expected_value(key), found_value(node)), std::move(hint)};
}

std::string integer_hint(const toml::node& node) {
  const auto* text = node.as_string();
  return text && parse_integer(text->get()) ? fmt::format("write it without quotes: {}", text->get()) : std::string{};
}

std::vector<ValueProblem> check_placeholders(const Key& key, std::string_view text, Position at) {
  if (key.placeholders == Placeholders::none) return {};
  std::vector<std::string> known;
  for (const Placeholder& placeholder : worker_placeholders()) known.emplace_back(placeholder.name);
  if (key.placeholders == Placeholders::unit)
    for (const Placeholder& placeholder : unit_placeholders()) known.emplace_back(placeholder.name);
  std::vector<ValueProblem> problems;
  for (const std::string& word : placeholders_in(text)) {
    if (std::find(known.begin(), known.end(), word) != known.end()) continue;
    const std::optional<std::string> meant = closest(word, known);
    const bool only_in_run = word == "unit" || word == "units";
    problems.push_back({at,
                        {},
                        fmt::format("has the unknown placeholder '{{{}}}', expected one of {{{}}}", word, join(known, "}, {")),
                        only_in_run ? fmt::format("'{{{}}}' can stand only in suite.run and suite.results", word)
                        : meant     ? fmt::format("did you mean '{{{}}}'? for the literal text write '{{{{{}}}}}'", *meant, word)
                                    : fmt::format("for the literal text write '{{{{{}}}}}'", word)});
  }
  return problems;
}

std::vector<ValueProblem> check_text_value(const Key& key, const std::string& text, Position at, std::int64_t length_min,
                                           std::int64_t length_max) {
  if (text.find('\0') != std::string::npos) return {{at, {}, "must not contain a NUL character", ""}};
  const auto length = static_cast<std::int64_t>(text.size());
  if (length < length_min) return {{at, {}, "must not be empty", key.required ? "" : "leave the key out instead"}};
  if (length > length_max) return {{at, {}, fmt::format("must be at most {} long, got {}", count_of(length_max, "byte"), length), ""}};
  return check_placeholders(key, text, at);
}

// What is stored: texts with placeholders lose the escapes that told our words from others.
std::string stored_text(const Key& key, const std::string& text) {
  return key.placeholders == Placeholders::none ? text : without_escapes(text);
}

std::vector<ValueProblem> read_text(const Key& key, const toml::node& node, Slot slot) {
  const auto* text = node.as_string();
  if (!text) return {mismatch(key, node)};
  std::vector<ValueProblem> problems = check_text_value(key, text->get(), position_of(node), key.min, key.max);
  if (problems.empty() && key.required && trim(text->get()).empty()) problems.push_back({position_of(node), {}, "must not be blank", ""});
  if (problems.empty()) store<std::string>(slot, stored_text(key, text->get()));
  return problems;
}

std::vector<ValueProblem> read_integer(const Key& key, const toml::node& node, Slot slot) {
  const auto* text = node.as_string();
  if (key.kind == Kind::integer_or_auto && text && text->get() == "auto") {
    store<std::int64_t>(slot, 0);
    return {};
  }
  const auto* number = node.as_integer();
  if (!number || number->get() < key.min || number->get() > key.max) return {mismatch(key, node, integer_hint(node))};
  store<std::int64_t>(slot, number->get());
  return {};
}

std::vector<ValueProblem> read_choice(const Key& key, const toml::node& node, Slot slot) {
  const auto* text = node.as_string();
  if (text && std::find(key.choices.begin(), key.choices.end(), text->get()) != key.choices.end()) {
    if (!std::holds_alternative<domain::Policy*>(slot)) {
      store<std::string>(slot, text->get());
      return {};
    }
    for (const domain::Policy policy : {domain::Policy::count, domain::Policy::timing, domain::Policy::dynamic})
      if (domain::to_string(policy) == text->get()) store<domain::Policy>(slot, policy);
    return {};
  }
  if (!text) return {mismatch(key, node)};
  const std::vector<std::string> choices(key.choices.begin(), key.choices.end());
  const std::optional<std::string> meant = closest(text->get(), choices);
  return {mismatch(key, node, meant ? fmt::format("did you mean \"{}\"?", *meant) : std::string{})};
}

std::vector<ValueProblem> read_duration(const Key& key, const toml::node& node, Slot slot) {
  const auto* text = node.as_string();
  const std::optional<Millis> duration = text ? parse_duration(text->get()) : std::nullopt;
  if (!duration) {
    const auto* number = node.as_integer();
    return {mismatch(key, node,
                     number && number->get() >= 0 ? fmt::format("write it in quotes with its unit: \"{}s\"", number->get())
                                                  : "units are d, h, m, s and ms, for example \"1h30m\"")};
  }
  if (duration->count() < key.min || duration->count() > key.max) return {mismatch(key, node)};
  store_duration(slot, *duration);
  return {};
}

std::vector<ValueProblem> read_size(const Key& key, const toml::node& node, Slot slot) {
  const auto* text = node.as_string();
  const std::optional<std::int64_t> size = text ? parse_size(text->get()) : std::nullopt;
  if (!size || *size < key.min || *size > key.max) return {mismatch(key, node, "units are B, KB, MB, GB and TB")};
  store<std::int64_t>(slot, *size);
  return {};
}

std::vector<ValueProblem> read_date(const Key& key, const toml::node& node, Slot slot) {
  const auto* text = node.as_string();
  if (!text || !is_date(text->get())) return {mismatch(key, node, node.is_date() ? "write the date in quotes" : "write it as YYYY-MM-DD")};
  store<std::string>(slot, text->get());
  return {};
}

// An entry of a list of words.
std::vector<ValueProblem> check_entry(const Key& key, const std::string& text, Position at) {
  const std::vector<std::string> choices(key.choices.begin(), key.choices.end());
  if (std::find(choices.begin(), choices.end(), text) != choices.end()) return {};
  const std::optional<std::string> meant = closest(text, choices);
  return {{at,
           {},
           fmt::format("must be one of \"{}\", got '{}'", join(choices, "\", \""), shown(text)),
           meant ? fmt::format("did you mean \"{}\"?", *meant) : std::string{}}};
}

std::vector<ValueProblem> read_list(const Key& key, const toml::node& node, Slot slot) {
  const auto* array = node.as_array();
  if (!array) return {mismatch(key, node, node.is_string() ? "put it in brackets: [\"…\"]" : "")};
  if (static_cast<std::int64_t>(array->size()) > key.max)
    return {{position_of(node), {}, fmt::format("must have at most {} entries, got {}", key.max, array->size()), ""}};
  std::vector<ValueProblem> problems;
  std::vector<std::string> values;
  for (std::size_t i = 0; i < array->size(); ++i) {
    const toml::node& entry = *array->get(i);
    std::vector<ValueProblem> found;
    if (const auto* text = entry.as_string()) {
      found = check_text_value(key, text->get(), position_of(entry), 0, 4096);
      if (found.empty() && !key.choices.empty()) found = check_entry(key, text->get(), position_of(entry));
      values.push_back(stored_text(key, text->get()));
    } else {
      found = {{position_of(entry), {}, fmt::format("must be a string, got {}", found_value(entry)), ""}};
    }
    for (ValueProblem& problem : found) {
      problem.name = fmt::format("{}[{}]", key.name, i);
      problems.push_back(std::move(problem));
    }
  }
  if (problems.empty()) store<std::vector<std::string>>(slot, std::move(values));
  return problems;
}

bool is_variable_name(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && !digit(name.front()) && std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || digit(c); });
}

std::vector<ValueProblem> read_environment(const Key& key, const toml::node& node, Slot slot) {
  const auto* table = node.as_table();
  if (!table) return {mismatch(key, node)};
  if (static_cast<std::int64_t>(table->size()) > key.max)
    return {{position_of(node), {}, fmt::format("must have at most {} entries, got {}", key.max, table->size()), ""}};
  std::vector<ValueProblem> problems;
  std::map<std::string, std::string> values;
  for (auto&& [name, entry] : *table) {
    std::vector<ValueProblem> found;
    const auto* text = entry.as_string();
    if (!is_variable_name(name.str()))
      found = {{position_of(entry), {}, "must have a name of letters, digits and '_' that does not begin with a digit", ""}};
    else if (text)
      found = check_text_value(key, text->get(), position_of(entry), 0, 32'768);
    else
      found = {{position_of(entry),
                {},
                fmt::format("must be a string, got {}", found_value(entry)),
                entry.is_integer() || entry.is_boolean() ? "put the value in quotes" : ""}};
    for (ValueProblem& problem : found) {
      problem.name = fmt::format("{}.{}", key.name, shown(name.str()));
      problems.push_back(std::move(problem));
    }
    if (text) values.emplace(name.str(), stored_text(key, text->get()));
  }
  if (problems.empty()) store<std::map<std::string, std::string>>(slot, std::move(values));
  return problems;
}

std::vector<ValueProblem> read_flag(const Key& key, const toml::node& node, Slot slot) {
  const auto* flag = node.as_boolean();
  if (!flag) {
    const auto* text = node.as_string();
    const bool quoted = text && (text->get() == "true" || text->get() == "false");
    return {mismatch(key, node, quoted ? fmt::format("write it without quotes: {}", text->get()) : std::string{})};
  }
  if (auto** optional = std::get_if<std::optional<bool>*>(&slot))
    **optional = flag->get();
  else
    store<bool>(slot, flag->get());
  return {};
}

std::vector<ValueProblem> read_scalar(const Key& key, const toml::node& node, Slot slot) {
  namespace json = boost::json;
  if (const auto* text = node.as_string()) {
    std::vector<ValueProblem> problems = check_text_value(key, text->get(), position_of(node), 0, 4096);
    if (problems.empty()) store<std::string>(slot, json::serialize(json::string(text->get())));
    return problems;
  }
  if (const auto* number = node.as_integer()) return store<std::string>(slot, std::to_string(number->get())), std::vector<ValueProblem>{};
  if (const auto* flag = node.as_boolean()) return store<std::string>(slot, flag->get() ? "true" : "false"), std::vector<ValueProblem>{};
  const auto* number = node.as_floating_point();
  if (!number || !std::isfinite(number->get())) return {mismatch(key, node)};
  store<std::string>(slot, fmt::format("{}", number->get()));
  return {};
}

void name_entry(std::vector<ValueProblem>& found, const Key& key, std::string_view entry, std::vector<ValueProblem>& all) {
  for (ValueProblem& problem : found) {
    problem.name = fmt::format("{}.{}", key.name, shown(entry));
    all.push_back(std::move(problem));
  }
}

std::optional<std::vector<ValueProblem>> no_table_of_entries(const Key& key, const toml::node& node) {
  const auto* table = node.as_table();
  if (!table) return std::vector<ValueProblem>{mismatch(key, node)};
  if (static_cast<std::int64_t>(table->size()) > key.max)
    return std::vector<ValueProblem>{
        {position_of(node), {}, fmt::format("must have at most {} entries, got {}", key.max, table->size()), ""}};
  return std::nullopt;
}

std::vector<ValueProblem> read_texts(const Key& key, const toml::node& node, Slot slot) {
  if (auto wrong = no_table_of_entries(key, node)) return *std::move(wrong);
  std::vector<ValueProblem> problems;
  std::map<std::string, std::string> values;
  for (auto&& [name, entry] : *node.as_table()) {
    std::vector<ValueProblem> found;
    const auto* text = entry.as_string();
    if (!text)
      found = {{position_of(entry), {}, fmt::format("must be a string, got {}", found_value(entry)), ""}};
    else if (key.choices.empty())
      found = check_text_value(key, text->get(), position_of(entry), 0, 4096);
    else
      found = check_entry(key, text->get(), position_of(entry));
    name_entry(found, key, name.str(), problems);
    if (text) values.emplace(name.str(), text->get());
  }
  if (problems.empty()) store<std::map<std::string, std::string>>(slot, std::move(values));
  return problems;
}

std::optional<ValueProblem> check_capture_name(std::string_view name, Position at) {
  if (is_plain_name(name)) return std::nullopt;
  return ValueProblem{at, {}, "must have a name of letters, digits, '_', '-' and '.', at most 100", ""};
}

std::vector<ValueProblem> check_capture_type(const toml::node& node) {
  std::vector<std::string> types(capture_types().begin(), capture_types().end());
  const auto* text = node.as_string();
  if (text && std::find(types.begin(), types.end(), text->get()) != types.end()) return {};
  const std::optional<std::string> meant = text ? closest(text->get(), types) : std::nullopt;
  return {{position_of(node),
           {},
           fmt::format("must be a type, one of \"{}\", got {}", join(types, "\", \""), found_value(node)),
           meant ? fmt::format("did you mean \"{}\"?", *meant) : std::string{}}};
}

// { job_id = "string" } or ["job_id"].
std::vector<ValueProblem> read_typed_names(const Key& key, const toml::node& node, Slot slot) {
  std::vector<ValueProblem> problems;
  std::vector<Capture> captures;
  if (const auto* names = node.as_array()) {
    for (std::size_t i = 0; i < names->size(); ++i) {
      const toml::node& entry = *names->get(i);
      const auto* name = entry.as_string();
      std::vector<ValueProblem> found;
      if (!name) found = {{position_of(entry), {}, fmt::format("must be a string, got {}", found_value(entry)), ""}};
      if (name)
        if (auto wrong = check_capture_name(name->get(), position_of(entry))) found = {*std::move(wrong)};
      for (ValueProblem& problem : found) problem.name = fmt::format("{}[{}]", key.name, i);
      problems.insert(problems.end(), found.begin(), found.end());
      if (name) captures.push_back({.name = name->get()});
    }
  } else {
    if (auto wrong = no_table_of_entries(key, node)) return *std::move(wrong);
    for (auto&& [name, entry] : *node.as_table()) {
      std::vector<ValueProblem> found = check_capture_type(entry);
      if (auto wrong = check_capture_name(name.str(), position_of(entry))) found.push_back(*std::move(wrong));
      name_entry(found, key, name.str(), problems);
      if (const auto* type = entry.as_string()) captures.push_back({.name = std::string(name.str()), .type = type->get()});
    }
  }
  if (problems.empty()) store<std::vector<Capture>>(slot, std::move(captures));
  return problems;
}

// { result = "$.result" } or { rows = { path = "$.rows", type = "integer" } }.
std::vector<ValueProblem> read_captures(const Key& key, const toml::node& node, Slot slot) {
  if (auto wrong = no_table_of_entries(key, node)) return *std::move(wrong);
  std::vector<ValueProblem> problems;
  std::vector<Capture> captures;
  for (auto&& [name, entry] : *node.as_table()) {
    std::vector<ValueProblem> found;
    if (auto wrong = check_capture_name(name.str(), position_of(entry))) found.push_back(*std::move(wrong));
    Capture capture{.name = std::string(name.str())};
    const auto* table = entry.as_table();
    const toml::node* path = table ? table->get("path") : &entry;
    const auto* path_text = path ? path->as_string() : nullptr;
    if (!path_text || path_text->get().empty())
      found.push_back({position_of(entry),
                       {},
                       fmt::format("must be a JSON path or {{ path, type }}, got {}", found_value(entry)),
                       "for example \"$.result\""});
    else
      capture.path = path_text->get();
    if (table) {
      for (auto&& [word, value] : *table)
        if (word.str() != "path" && word.str() != "type")
          found.push_back({position_of(value), {}, fmt::format("has the unknown key '{}', expected path or type", shown(word.str())), ""});
      if (const toml::node* type = table->get("type")) {
        for (ValueProblem& problem : check_capture_type(*type)) found.push_back(std::move(problem));
        if (type->is_string()) capture.type = type->as_string()->get();
      }
    }
    name_entry(found, key, name.str(), problems);
    captures.push_back(std::move(capture));
  }
  if (problems.empty()) store<std::vector<Capture>>(slot, std::move(captures));
  return problems;
}

}  // namespace

Position position_of(const toml::node& node) {
  const toml::source_position begin = node.source().begin;
  return {std::max<std::int64_t>(1, begin.line), std::max<std::int64_t>(1, begin.column)};
}

std::string found_value(const toml::node& node) {
  if (const auto* text = node.as_string()) return fmt::format("string '{}'", shown(text->get()));
  if (const auto* number = node.as_integer()) return fmt::format("integer {}", number->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("float {}", number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "boolean true" : "boolean false";
  if (node.is_table()) return "a table";
  if (node.is_array()) return "an array";
  return node.is_date() ? "a date without quotes" : "a time";
}

std::vector<ValueProblem> read_value(const Key& key, const toml::node& node, Slot slot) {
  switch (key.kind) {
    case Kind::text:
      return read_text(key, node, slot);
    case Kind::integer:
    case Kind::integer_or_auto:
      return read_integer(key, node, slot);
    case Kind::choice:
      return read_choice(key, node, slot);
    case Kind::duration:
      return read_duration(key, node, slot);
    case Kind::size:
      return read_size(key, node, slot);
    case Kind::date:
      return read_date(key, node, slot);
    case Kind::list:
      return read_list(key, node, slot);
    case Kind::environment:
      return read_environment(key, node, slot);
    case Kind::flag:
      return read_flag(key, node, slot);
    case Kind::scalar:
      return read_scalar(key, node, slot);
    case Kind::texts:
      return read_texts(key, node, slot);
    case Kind::typed_names:
      return read_typed_names(key, node, slot);
    case Kind::captures:
      return read_captures(key, node, slot);
  }
  return {};
}

}  // namespace tamarack::config
