#include "flow/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "flow/json_path.h"

namespace tamarack::flow {
namespace {

constexpr std::size_t rules_max = 128;  // of one kind; a person wrote them

void check_path(std::vector<std::string>& problems, std::string_view what, const std::string& path) {
  if (const auto parsed = parse_json_path(path); !parsed) problems.push_back(fmt::format("{}: {}", what, parsed.error().message));
}

void check_map(std::vector<std::string>& problems, const ReadRules& rules) {
  if (rules.field.empty() && !rules.map.empty()) problems.emplace_back("a map of statuses needs a field");
  if (rules.field.empty()) return;
  check_path(problems, "field", rules.field);
  if (!rules.until.empty()) problems.emplace_back("a mapped field and 'until' exclude each other");
  std::set<std::string> seen;
  bool can_end = false;
  for (const MappedStatus& status : rules.map) {
    if (!seen.insert(status.text).second) problems.push_back(fmt::format("status '{}' is mapped twice", status.text));
    can_end = can_end || status.meaning == Meaning::satisfied;
  }
  if (!can_end) problems.emplace_back("no status is mapped to satisfied, so the wait could never end well");
}

}  // namespace

std::string_view to_string(Meaning meaning) {
  static constexpr std::array<std::string_view, 5> names{"going_on", "satisfied", "failed", "lost", "cancelled"};
  return names.at(static_cast<std::size_t>(meaning));
}

std::string_view to_string(Comparison comparison) {
  static constexpr std::array<std::string_view, 6> names{"exists", "equals", "differs", "below", "above", "contains"};
  return names.at(static_cast<std::size_t>(comparison));
}

std::string_view to_string(CaptureType type) {
  static constexpr std::array<std::string_view, 7> names{"any", "string", "number", "integer", "boolean", "object", "array"};
  return names.at(static_cast<std::size_t>(type));
}

std::vector<MappedStatus> common_status_map() {
  const auto add = [](std::vector<MappedStatus>& map, Meaning meaning, std::initializer_list<std::string_view> words) {
    for (const std::string_view word : words) {
      // Backends write one word in three ways; the map itself stays exact.
      std::string upper(word);
      std::transform(upper.begin(), upper.end(), upper.begin(),
                     [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
      std::string title(word);
      title[0] = upper[0];
      for (std::string text : {std::string(word), upper, title}) map.push_back({std::move(text), meaning});
    }
  };
  std::vector<MappedStatus> map;
  add(map, Meaning::going_on,
      {"pending", "queued", "accepted", "scheduled", "initializing", "started", "running", "processing", "in_progress"});
  for (const char* text : {"NotStarted", "notStarted", "InProgress", "inProgress"}) map.push_back({text, Meaning::going_on});
  add(map, Meaning::satisfied, {"completed", "complete", "succeeded", "success", "done", "finished"});
  add(map, Meaning::failed, {"failed", "failure", "error"});
  add(map, Meaning::cancelled, {"cancelled", "canceled", "revoked", "aborted"});
  add(map, Meaning::lost, {"lost"});
  return map;
}

std::vector<std::string> problems_of(const ReadRules& rules) {
  std::vector<std::string> problems;
  const std::size_t most = std::max({rules.map.size(), rules.until.size(), rules.fail_when.size(), rules.captures.size()});
  if (most > rules_max) problems.push_back(fmt::format("at most {} rules of one kind, got {}", rules_max, most));
  check_map(problems, rules);
  if (!rules.error_field.empty()) check_path(problems, "error_field", rules.error_field);
  if (!rules.heartbeat_field.empty()) check_path(problems, "heartbeat_field", rules.heartbeat_field);
  for (const auto& [name, predicates] : {std::pair{"until", &rules.until}, std::pair{"fail_when", &rules.fail_when}})
    for (const Predicate& predicate : *predicates)
      if (!predicate.path.empty()) check_path(problems, name, predicate.path);
  std::set<std::string> names;
  for (const CaptureRule& capture : rules.captures) {
    check_path(problems, fmt::format("capture '{}'", capture.name), capture.path);
    if (!is_plain_name(capture.name))
      problems.push_back(fmt::format("capture '{}': expected a name of letters, digits, '-', '_', '.'", capture.name));
    if (!names.insert(capture.name).second) problems.push_back(fmt::format("'{}' is captured twice", capture.name));
  }
  for (const Millis limit : {rules.lost_after, rules.not_found_max, rules.no_answer_max})
    if (limit.count() < 0) problems.emplace_back("a limit of time cannot be negative");
  return problems;
}

}  // namespace tamarack::flow
