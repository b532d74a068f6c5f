#include "domain/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace tamarack::domain {

std::string_view to_string(Policy policy) {
  switch (policy) {
    case Policy::count:
      return "count";
    case Policy::timing:
      return "timing";
    case Policy::dynamic:
      return "dynamic";
    case Policy::replay:
      return "replay";
  }
  return "dynamic";
}

namespace {

constexpr std::int64_t workers_in_plan_max = 100'000;
constexpr std::size_t problems_max = 20;  // more say nothing new

// Units that wait for each other for ever. Kahn's algorithm: whatever cannot be put in an order stands in a circle, or behind one.
bool has_circle(const Plan& plan) {
  std::vector<std::size_t> waits_for(plan.units.size());
  std::vector<std::vector<std::size_t>> followers(plan.units.size());
  std::vector<std::size_t> ready;
  for (std::size_t u = 0; u < plan.units.size(); ++u) {
    waits_for[u] = plan.units[u].after.size();
    for (const UnitIndex before : plan.units[u].after) followers[before.value].push_back(u);
    if (waits_for[u] == 0) ready.push_back(u);
  }
  std::size_t ordered = 0;
  for (; !ready.empty(); ++ordered) {
    const std::size_t unit = ready.back();
    ready.pop_back();
    for (const std::size_t follower : followers[unit])
      if (--waits_for[follower] == 0) ready.push_back(follower);
  }
  return ordered < plan.units.size();
}

}  // namespace

std::vector<std::string> problems_of(const Plan& plan) {
  std::vector<std::string> problems;
  const auto complain = [&](std::string problem) {
    if (problems.size() < problems_max) problems.push_back(std::move(problem));
  };
  if (plan.tests.empty()) complain("/tests: expected at least one");
  if (plan.workers < 1 || plan.workers > workers_in_plan_max)
    complain(fmt::format("/workers: expected 1 to {}, got {}", workers_in_plan_max, plan.workers));
  std::set<TestId> ids;
  for (std::size_t t = 0; t < plan.tests.size(); ++t)
    if (plan.tests[t].id.empty() || !ids.insert(plan.tests[t].id).second)
      complain(fmt::format("/tests/{}/id: '{}' is empty or stands there twice", t, plan.tests[t].id.value));
  std::vector<bool> placed(plan.tests.size());
  for (std::size_t u = 0; u < plan.units.size(); ++u) {
    const Unit& unit = plan.units[u];
    if (unit.index.value != u) complain(fmt::format("/units/{}/index: expected {}, got {}", u, u, unit.index.value));
    if (unit.tests.empty()) complain(fmt::format("/units/{}/tests: expected at least one", u));
    if (unit.estimate.count() < 0) complain(fmt::format("/units/{}/estimate: expected 0 or more, got {}", u, unit.estimate.count()));
    for (const TestIndex test : unit.tests) {
      if (test.value >= plan.tests.size() || placed[test.value])
        complain(fmt::format("/units/{}/tests: {} is no test of the plan, or is in a unit already", u, test.value));
      else
        placed[test.value] = true;
    }
    for (const UnitIndex before : unit.after)
      if (before.value >= plan.units.size()) complain(fmt::format("/units/{}/after: {} is no unit of the plan", u, before.value));
  }
  const auto homeless = std::count(placed.begin(), placed.end(), false);
  if (homeless > 0) complain(fmt::format("/units: {} of the plan's tests are in none", homeless));
  for (std::size_t c = 0; c < plan.caps.size(); ++c)
    if (plan.caps[c].units_max < 1) complain(fmt::format("/caps/{}/units_max: expected at least 1, got {}", c, plan.caps[c].units_max));
  if (problems.empty() && has_circle(plan)) complain("/units: some wait for each other for ever ('after')");
  return problems;
}

Millis lower_bound(const Plan& plan, std::int64_t workers) {
  Millis total{0};
  Millis longest{0};
  for (const Unit& unit : plan.units) {
    total += unit.estimate;
    longest = std::max(longest, unit.estimate);
  }
  return std::max(longest, Millis{(total.count() + workers - 1) / std::max<std::int64_t>(workers, 1)});
}

}  // namespace tamarack::domain
