#include "config/schema.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "config/flow_keys.h"
#include "config/literal.h"

namespace tamarack::config {
namespace {

std::vector<Section> first_sections() {
  return {
      {.name = "", .description = "What stands before the first section."},
      {.name = "suite", .required = true, .description = "The tests: which framework runs them, where, and with what."},
      {.name = "app",
       .description = "The application under test. Every worker starts its own, on its own port. Leave the section out if the application "
                      "runs elsewhere."},
      {.name = "app.ready",
       .description = "How Tamarack knows that the application can be tested. One of `http`, `tcp` and `log`; without any, it waits until "
                      "the worker's "
                      "port accepts connections. Short form: `ready = { http = \"/healthz\" }` in `[app]`.",
       .alternatives = {"http", "tcp", "log"}},
      {.name = "run", .description = "How a run goes: workers, order, retries, limits."},
      {.name = "lock",
       .repeated = true,
       .description = "Tests that must not run at the same time: all that match hold the named lock while they run.",
       .alternatives = {"tag", "match"},
       .alternative_required = true,
       .append = [](Config& config, std::int64_t line) { config.locks.emplace_back().line = line; }},
      {.name = "cap",
       .repeated = true,
       .description = "At most `max` of the matching units run at the same time.",
       .alternatives = {"tag", "match"},
       .alternative_required = true,
       .append = [](Config& config, std::int64_t line) { config.caps.emplace_back().line = line; }},
      {.name = "together",
       .repeated = true,
       .description = "Specs that stay on one worker, in their order.",
       .append = [](Config& config, std::int64_t line) { config.together.emplace_back().line = line; }},
      {.name = "order",
       .repeated = true,
       .description = "Specs that end before others start.",
       .append = [](Config& config, std::int64_t line) { config.order.emplace_back().line = line; }},
      {.name = "quarantine",
       .repeated = true,
       .description = "A test that runs and is shown but does not decide the run. Somebody owns the entry, and it ends on a day.",
       .append = [](Config& config, std::int64_t line) { config.quarantine.emplace_back().line = line; }},
  };
}

std::vector<Section> last_sections() {
  return {
      {.name = "artifacts", .description = "Screenshots, videos, traces and other files that tests leave behind."},
      {.name = "report",
       .description = "Extra copies of the reports. They are always written to the run's own folder under `.tamarack/` as well."},
      {.name = "workspace",
       .description =
           "Which files agents on other machines get (`tamarack run --server`); a run on this machine alone does not need it. In "
           "a git repository: what git tracks, and what is new and not ignored, except `node_modules`, `__pycache__` and "
           "`.venv`. Without git: everything except these, `build`, `dist`, `target`, `coverage`, `.pytest_cache`, "
           "`test-results` and `playwright-report`. Never `.git` and `.tamarack`. File names must be UTF-8, and symbolic links "
           "must stay inside."},
  };
}

const std::vector<Section>& all_sections() {
  static const std::vector<Section> table = [] {
    std::vector<Section> all;
    for (const std::vector<Section>& part : {first_sections(), flow_sections(), last_sections()})
      all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return table;
}

// A section may have the keys of another one; both stand in one table, so this ends.
std::string_view keys_owner(const Layout& layout, std::string_view name) {
  const Section* section = find_section(layout, name);
  return section && !section->keys_like.empty() ? section->keys_like : name;
}

std::string in_quotes(std::span<const std::string_view> words) {
  std::vector<std::string> quoted;
  for (const std::string_view word : words) quoted.push_back(fmt::format("\"{}\"", word));
  return join(quoted, ", ");
}

}  // namespace

std::span<const Section> sections() {
  return all_sections();
}

const Section* find_section(const Layout& layout, std::string_view name) {
  for (const Section& section : layout.sections)
    if (section.name == name) return &section;
  return nullptr;
}

std::vector<const Key*> keys_of(const Layout& layout, std::string_view section) {
  const std::string_view owner = keys_owner(layout, section);
  std::vector<const Key*> found;
  for (const Key& key : layout.keys)
    if (key.section == owner) found.push_back(&key);
  return found;
}

std::vector<const Section*> sections_in(const Layout& layout, std::string_view parent) {
  const std::string_view owner = keys_owner(layout, parent);
  std::vector<const Section*> found;
  for (const Section& section : layout.sections) {
    const std::size_t dot = section.name.rfind('.');
    const std::string_view above = dot == std::string_view::npos ? std::string_view{} : section.name.substr(0, dot);
    if (!section.name.empty() && above == owner) found.push_back(&section);
  }
  return found;
}

const Section* find_section(std::string_view name) {
  return find_section({sections(), keys()}, name);
}

std::vector<const Key*> keys_of(std::string_view section) {
  return keys_of({sections(), keys()}, section);
}

std::vector<const Section*> sections_in(std::string_view parent) {
  return sections_in({sections(), keys()}, parent);
}

std::span<const std::string_view> capture_types() {
  static constexpr std::array<std::string_view, 7> types{"any", "string", "number", "integer", "boolean", "object", "array"};
  return types;
}

std::string_view last_part(std::string_view section) {
  return section.substr(section.rfind('.') + 1);
}

std::string heading_of(const Section& section) {
  if (section.name.empty()) return "the top level";
  return section.repeated ? fmt::format("[[{}]]", section.name) : fmt::format("[{}]", section.name);
}

std::string expected_value(const Key& key) {
  switch (key.kind) {
    case Kind::text:
      return "a string";
    case Kind::integer:
      return key.min == key.max ? fmt::format("{}", key.min) : fmt::format("an integer from {} to {}", key.min, key.max);
    case Kind::integer_or_auto:
      return fmt::format("an integer from {} to {} or \"auto\"", key.min, key.max);
    case Kind::choice:
      return fmt::format("one of {}", in_quotes(key.choices));
    case Kind::duration:
      return fmt::format("a duration from {} to {} such as {}", write_duration(Millis{key.min}), write_duration(Millis{key.max}),
                         key.example);
    case Kind::size:
      return fmt::format("a size such as {}", key.example);
    case Kind::date:
      return fmt::format("a date such as {}", key.example);
    case Kind::list:
      return "an array of strings";
    case Kind::environment:
      return "a table of strings";
    case Kind::flag:
      return "true or false";
    case Kind::scalar:
      return "a string, a number or a boolean";
    case Kind::texts:
      return key.choices.empty() ? "a table of strings" : fmt::format("a table of strings, each one of {}", in_quotes(key.choices));
    case Kind::typed_names:
      return fmt::format("a table of names and types ({}) or an array of names", in_quotes(capture_types()));
    case Kind::captures:
      return "a table of names, each with a JSON path or { path, type }";
  }
  return "a value";
}

}  // namespace tamarack::config
