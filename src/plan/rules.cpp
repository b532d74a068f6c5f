#include "plan/rules.h"

#include <algorithm>
#include <map>

#include "base/text.h"

namespace tamarack::plan {
namespace {

void insert_sorted(std::vector<std::string>& names, const std::string& name) {
  const auto at = std::lower_bound(names.begin(), names.end(), name);
  if (at == names.end() || *at != name) names.insert(at, name);
}

}  // namespace

bool rule_applies(const domain::TestCase& test, std::string_view tag, std::string_view match) {
  if (tag.starts_with('@')) tag.remove_prefix(1);
  const bool by_tag = !tag.empty() && std::find(test.tags.begin(), test.tags.end(), tag) != test.tags.end();
  return by_tag || (!match.empty() && rule_matches_spec(match, test.identity.spec));
}

bool rule_matches_spec(std::string_view pattern, std::string_view spec) {
  if (glob_match(pattern, spec)) return true;
  return pattern.find('/') == std::string_view::npos && glob_match("**/" + std::string(pattern), spec);
}

Constraints constraints_of(const domain::TestCase& test, const Rules& rules) {
  Constraints constraints;
  for (const LockRule& rule : rules.locks)
    if (rule_applies(test, rule.tag, rule.match)) insert_sorted(constraints.locks, rule.name);
  for (const CapRule& rule : rules.caps)
    if (rule_applies(test, rule.tag, rule.match)) insert_sorted(constraints.caps, rule.name);
  return constraints;
}

void merge_into(Constraints& constraints, const Constraints& other) {
  for (const std::string& name : other.locks) insert_sorted(constraints.locks, name);
  for (const std::string& name : other.caps) insert_sorted(constraints.caps, name);
}

std::vector<domain::Cap> caps_of(const Rules& rules) {
  std::map<std::string, std::int64_t> tightest;
  for (const CapRule& rule : rules.caps) {
    const std::int64_t units_max = std::max<std::int64_t>(rule.max, 1);
    const auto [at, is_new] = tightest.emplace(rule.name, units_max);
    if (!is_new) at->second = std::min(at->second, units_max);
  }
  std::vector<domain::Cap> caps;
  for (const auto& [name, units_max] : tightest) caps.push_back({name, units_max});
  return caps;
}

}  // namespace tamarack::plan
