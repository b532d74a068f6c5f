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

struct Edge {
  std::size_t before = 0;
  std::size_t after = 0;
};

// Kahn's algorithm: whatever cannot be put in an order stands in a circle, or behind one.
bool has_circle(std::size_t nodes, const std::vector<Edge>& edges) {
  std::vector<std::size_t> waits_for(nodes);
  std::vector<std::vector<std::size_t>> followers(nodes);
  std::vector<std::size_t> ready;
  for (const Edge& edge : edges) {
    followers[edge.before].push_back(edge.after);
    ++waits_for[edge.after];
  }
  for (std::size_t node = 0; node < nodes; ++node)
    if (waits_for[node] == 0) ready.push_back(node);
  std::size_t ordered = 0;
  for (; !ready.empty(); ++ordered) {
    const std::size_t node = ready.back();
    ready.pop_back();
    for (const std::size_t follower : followers[node])
      if (--waits_for[follower] == 0) ready.push_back(follower);
  }
  return ordered < nodes;
}

// Units that wait for each other for ever, by `after` or because a phase of a flow needs another. A node for each unit; for each phase one
// for its beginning and one for its end.
bool has_circle(const Plan& plan) {
  std::vector<Edge> edges;
  std::vector<std::size_t> unit_of(plan.tests.size());
  for (std::size_t u = 0; u < plan.units.size(); ++u) {
    for (const UnitIndex before : plan.units[u].after) edges.push_back({before.value, u});
    for (const TestIndex test : plan.units[u].tests) unit_of[test.value] = u;
  }
  std::size_t nodes = plan.units.size();
  for (const Flow& flow : plan.flows) {
    const auto begin_of = [&, first = nodes](std::size_t phase) { return first + 2 * phase; };
    for (std::size_t p = 0; p < flow.phases.size(); ++p) {
      edges.push_back({begin_of(p), begin_of(p) + 1});
      for (const std::int32_t need : flow.phases[p].needs) edges.push_back({begin_of(static_cast<std::size_t>(need)) + 1, begin_of(p)});
      for (const TestIndex test : flow.phases[p].tests) {
        edges.push_back({begin_of(p), unit_of[test.value]});
        edges.push_back({unit_of[test.value], begin_of(p) + 1});
      }
    }
    nodes += 2 * flow.phases.size();
  }
  return has_circle(nodes, edges);
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
  for (std::string& problem : problems_of_flows(plan)) complain(std::move(problem));
  if (problems.empty() && has_circle(plan)) complain("/units: some wait for each other for ever ('after', or 'needs' of a flow)");
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
