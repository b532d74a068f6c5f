#include "wire/wish_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "flow/json_path.h"
#include "flow/wait_spec.h"
#include "wire/wait_wish.h"

namespace tamarack::wire {
namespace {

using boost::json::value;

constexpr std::int64_t ms_max = flow::wait_limit_max.count();

template <class T, std::size_t n>
std::optional<T> named(const std::string& word, const T (&all)[n]) {
  const auto found = std::find_if(std::begin(all), std::end(all), [&](T one) { return to_string(one) == word; });
  return found == std::end(all) ? std::nullopt : std::optional<T>(*found);
}

template <class T, std::size_t n>
std::vector<std::string> names_of(const T (&all)[n]) {
  std::vector<std::string> names;
  for (const T one : all) names.emplace_back(to_string(one));
  return names;
}

constexpr flow::Meaning meanings[] = {flow::Meaning::going_on, flow::Meaning::satisfied, flow::Meaning::failed, flow::Meaning::lost,
                                      flow::Meaning::cancelled};
constexpr flow::Comparison comparisons[] = {flow::Comparison::exists, flow::Comparison::equals, flow::Comparison::differs,
                                            flow::Comparison::below,  flow::Comparison::above,  flow::Comparison::contains};
constexpr flow::CaptureType capture_types[] = {flow::CaptureType::any,     flow::CaptureType::string,  flow::CaptureType::number,
                                               flow::CaptureType::integer, flow::CaptureType::boolean, flow::CaptureType::object,
                                               flow::CaptureType::array};

// One of the words of an enumeration at `path`; else a problem, with what was probably meant.
template <class T, std::size_t n>
std::optional<T> word_of(const value& one, const T (&all)[n], const std::string& path, FormProblems& problems) {
  const std::vector<std::string> names = names_of(all);
  if (!one.is_string()) {
    problems.add(path, fmt::format("expected one of {}, got {}", join(names, ", "), flow::kind_name(one)));
    return std::nullopt;
  }
  const std::string word(one.get_string());
  const std::optional<T> found = named(word, all);
  if (!found) problems.add(path, fmt::format("expected one of {}, got '{}'{}", join(names, ", "), word, meant(word, names)));
  return found;
}

std::string path_text(Form& form, std::string_view key) {
  std::string text = form.text_or_empty(key);
  if (text.empty()) return text;
  if (const auto parsed = flow::parse_json_path(text); !parsed) {
    form.refuse(key, parsed.error().message);
    text.clear();
  }
  return text;
}

// Its status is somewhere nobody has looked at before: more spellings are known then.
bool is_discovered(Form& form) {
  const value* http = form.any("http");
  const value* discover = http != nullptr && http->is_object() ? http->get_object().if_contains("discover") : nullptr;
  return discover != nullptr && discover->is_bool() && discover->get_bool();
}

void read_map(Form& form, flow::ReadRules& rules) {
  const value* map = form.any("map");
  if (map == nullptr) {
    if (!rules.field.empty()) rules.map = is_discovered(form) ? flow::common_status_map() : usual_status_map();
    return;
  }
  if (!map->is_object()) return form.refuse("map", fmt::format("expected an object, got {}", flow::kind_name(*map)));
  for (const auto& member : map->get_object()) {
    const std::string status(member.key());
    const auto meaning = word_of(member.value(), meanings, fmt::format("{}.{}", form.path_of("map"), status), form.problems());
    if (meaning) rules.map.push_back({status, *meaning});
  }
}

// ---- until, fail_when
std::string value_text(const value& wanted, flow::Comparison comparison, const std::string& path, WishTexts& texts) {
  if (!wanted.is_string()) return boost::json::serialize(wanted);
  const std::string filled = texts.fill(path, std::string(wanted.get_string()), PlaceKind::free);
  // A part is looked for as it stands; everything else is compared as a JSON value.
  if (comparison == flow::Comparison::contains) return filled;
  return boost::json::serialize(value(boost::json::string(filled)));
}

std::string problem_of_wanted(const value& wanted, flow::Comparison comparison, bool has_path) {
  switch (comparison) {
    case flow::Comparison::exists:
      return wanted.is_bool() && wanted.get_bool() ? "" : "can only be true";
    case flow::Comparison::below:
    case flow::Comparison::above:
      if (!has_path) return "needs a path: the whole answer is no number";
      return wanted.is_number() ? "" : fmt::format("expected a number, got {}", flow::kind_name(wanted));
    case flow::Comparison::contains:
      return wanted.is_string() && !wanted.get_string().empty() ? "" : fmt::format("expected a text, got {}", flow::kind_name(wanted));
    case flow::Comparison::equals:
    case flow::Comparison::differs:
      return wanted.is_object() || wanted.is_array() ? fmt::format("expected one value, got {}", flow::kind_name(wanted)) : "";
  }
  return {};
}

std::optional<flow::Predicate> read_predicate(const value& item, const std::string& path, WishTexts& texts, FormProblems& problems) {
  Form form(item, path, problems);
  flow::Predicate predicate{.path = path_text(form, "path")};
  int given = 0;
  for (const flow::Comparison comparison : comparisons) {
    const std::string key(to_string(comparison));
    const value* wanted = form.any(key);
    if (wanted == nullptr) continue;
    ++given;
    predicate.comparison = comparison;
    if (const std::string problem = problem_of_wanted(*wanted, comparison, form.has("path")); !problem.empty())
      form.refuse(key, problem);
    else if (comparison != flow::Comparison::exists)
      predicate.value = value_text(*wanted, comparison, form.path_of(key), texts);
  }
  form.finish();
  if (given == 1) return predicate;
  if (item.is_object())
    problems.add(path, fmt::format("expected exactly one of {}, got {}", join(names_of(comparisons), ", "), given == 0 ? "none" : "more"));
  return std::nullopt;
}

std::vector<flow::Predicate> read_predicates(Form& form, std::string_view key, WishTexts& texts) {
  std::vector<flow::Predicate> predicates;
  const value* list = form.any(key);
  if (list == nullptr) return predicates;
  if (!list->is_array()) {
    form.refuse(key, fmt::format("expected an array, got {}", flow::kind_name(*list)));
    return predicates;
  }
  if (list->get_array().empty()) form.refuse(key, "must not be empty");
  for (const value& item : list->get_array()) {
    const std::string path = fmt::format("{}[{}]", form.path_of(key), predicates.size());
    predicates.push_back(read_predicate(item, path, texts, form.problems()).value_or(flow::Predicate{}));
  }
  return predicates;
}

// ---- capture
flow::CaptureRule read_capture(const value& wanted, const std::string& name, const std::string& path, FormProblems& problems) {
  flow::CaptureRule rule{.name = name};
  if (!is_plain_name(name)) problems.add(path, "expected a name of letters, digits, '-', '_', '.'");
  if (!wanted.is_string() && !wanted.is_object()) {
    problems.add(path, fmt::format("expected a path such as \"$.id\", or an object, got {}", flow::kind_name(wanted)));
    return rule;
  }
  if (wanted.is_string()) {
    rule.path = std::string(wanted.get_string());
    if (const auto parsed = flow::parse_json_path(rule.path); !parsed) problems.add(path, parsed.error().message);
    return rule;
  }
  Form form(wanted, path, problems);
  if (!form.has("path")) form.refuse("path", "is missing");
  rule.path = path_text(form, "path");
  if (const value* type = form.any("type"))
    rule.type = word_of(*type, capture_types, form.path_of("type"), problems).value_or(flow::CaptureType::any);
  form.finish();
  return rule;
}

void read_captures(Form& form, flow::ReadRules& rules) {
  const value* captures = form.any("capture");
  if (captures == nullptr) return;
  if (!captures->is_object()) return form.refuse("capture", fmt::format("expected an object, got {}", flow::kind_name(*captures)));
  for (const auto& member : captures->get_object()) {
    const std::string name(member.key());
    rules.captures.push_back(read_capture(member.value(), name, fmt::format("{}.{}", form.path_of("capture"), name), form.problems()));
  }
}

void read_limit(Form& form, std::string_view key, Millis& limit) {
  if (const auto ms = form.integer(key, 0, ms_max)) limit = Millis{*ms};
}

}  // namespace

std::vector<flow::MappedStatus> usual_status_map() {
  std::vector<flow::MappedStatus> map;
  const auto add = [&](flow::Meaning meaning, std::initializer_list<const char*> words) {
    for (const char* word : words) map.push_back({word, meaning});
  };
  add(flow::Meaning::going_on, {"PENDING", "QUEUED", "INITIALIZING", "RUNNING", "STARTED", "PROGRESS"});
  add(flow::Meaning::satisfied, {"COMPLETED", "SUCCESS", "SUCCEEDED"});
  add(flow::Meaning::failed, {"FAILED", "FAILURE", "ERROR"});
  add(flow::Meaning::cancelled, {"CANCELLED", "CANCELED", "REVOKED"});
  add(flow::Meaning::lost, {"LOST"});
  return map;
}

flow::ReadRules read_wish_rules(Form& condition, WishTexts& texts) {
  flow::ReadRules rules;
  rules.field = path_text(condition, "field");
  read_map(condition, rules);
  if (!rules.map.empty() && !condition.has("field")) condition.refuse("map", "needs a 'field' whose values it maps");
  rules.error_field = path_text(condition, "error_field");
  rules.until = read_predicates(condition, "until", texts);
  if (!rules.until.empty() && condition.has("field")) condition.refuse("until", "excludes 'field': its map says when it ends");
  rules.fail_when = read_predicates(condition, "fail_when", texts);
  read_captures(condition, rules);
  rules.heartbeat_field = path_text(condition, "heartbeat_field");
  read_limit(condition, "lost_after_ms", rules.lost_after);
  if (condition.has("lost_after_ms") && !condition.has("heartbeat_field"))
    condition.refuse("lost_after_ms", "needs a 'heartbeat_field' that has to change so often");
  read_limit(condition, "not_found_max_ms", rules.not_found_max);
  read_limit(condition, "no_answer_max_ms", rules.no_answer_max);
  return rules;
}

}  // namespace tamarack::wire
