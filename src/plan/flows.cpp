#include "plan/flows.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "plan/precedence.h"

namespace tamarack::plan {
namespace {

using domain::Flow;
using domain::FlowPhase;
using domain::TestCase;
using domain::TestIndex;

constexpr std::size_t names_max = 3;  // of tests in a message

// What the tests of one flow have in common; the order of the members is the order of the flows.
using GroupKey = std::tuple<std::string, std::vector<std::string>, std::string>;  // spec, describe titles, parameters

struct Place {
  std::size_t rule = 0;
  std::size_t phase = 0;
};

struct Group {
  GroupKey key;
  std::vector<std::vector<std::size_t>> phases;  // positions of tests, for each phase of the rule
};

bool is_wait(const FlowPhaseRule& phase) {
  return !phase.wish.empty();
}

std::vector<Place> places_of(const TestCase& test, const std::vector<FlowRule>& rules) {
  std::vector<Place> places;
  for (std::size_t r = 0; r < rules.size(); ++r)
    for (std::size_t p = 0; p < rules[r].phases.size(); ++p)
      if (const FlowPhaseRule& phase = rules[r].phases[p]; !is_wait(phase) && rule_applies(test, phase.tag, phase.match))
        places.push_back({r, p});
  return places;
}

GroupKey key_of(const TestCase& test, FlowEach each) {
  const domain::TestIdentity& identity = test.identity;
  if (each == FlowEach::all) return {"", {}, identity.parameters};
  std::vector<std::string> titles;
  if (each == FlowEach::describe && !identity.title_path.empty()) titles.assign(identity.title_path.begin(), identity.title_path.end() - 1);
  return {identity.spec, std::move(titles), identity.parameters};
}

// In the order in which discovery found their first tests.
std::vector<Group> groups_of(std::span<const TestCase> tests, const std::vector<FlowRule>& rules, std::size_t rule) {
  std::vector<Group> groups;
  std::map<GroupKey, std::size_t> known;
  for (std::size_t t = 0; t < tests.size(); ++t)
    for (const Place& place : places_of(tests[t], rules)) {
      if (place.rule != rule) continue;
      const auto [at, is_new] = known.emplace(key_of(tests[t], rules[rule].each), groups.size());
      if (is_new) groups.push_back({at->first, std::vector<std::vector<std::size_t>>(rules[rule].phases.size())});
      groups[at->second].phases[place.phase].push_back(t);
    }
  return groups;
}

std::string flow_name(const FlowRule& rule, const GroupKey& key) {
  const auto& [spec, titles, parameters] = key;
  std::string name = rule.name;
  if (!spec.empty()) name += " › " + spec;
  for (const std::string& title : titles) name += " › " + title;
  if (!parameters.empty()) name += " [" + parameters + "]";
  return name;
}

std::string pattern_of(const FlowPhaseRule& phase) {
  return phase.tag.empty() ? fmt::format("match '{}'", phase.match) : fmt::format("tag '{}'", phase.tag);
}

std::string listed(const std::vector<std::size_t>& positions, std::span<const TestCase> tests) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(names_max, positions.size()); ++i)
    names.push_back("'" + domain::display_name(tests[positions[i]].identity) + "'");
  std::string text = join(names, ", ");
  if (positions.size() > names_max) text += fmt::format(" and {} more", positions.size() - names_max);
  return text;
}

std::optional<std::size_t> missing_phase(const Group& group, const FlowRule& rule) {
  for (std::size_t p = 0; p < rule.phases.size(); ++p)
    if (!is_wait(rule.phases[p]) && group.phases[p].empty()) return p;
  return std::nullopt;
}

Error incomplete(const Group& group, const FlowRule& rule, std::size_t missing, std::span<const TestCase> discovered) {
  std::vector<std::size_t> there;
  for (const auto& tests : group.phases) there.insert(there.end(), tests.begin(), tests.end());
  std::sort(there.begin(), there.end());
  const FlowPhaseRule& phase = rule.phases[missing];
  const std::string hint = rule.each == FlowEach::describe
                               ? "put the tests of all phases into one describe block, or set each = \"spec\" or \"all\" in [[flow]]"
                           : rule.each == FlowEach::spec ? "put the tests of all phases into one spec, or set each = \"all\" in [[flow]]"
                                                         : "give the tests of that phase its tag, or correct the rule";
  return make_error(ErrorCode::invalid_argument,
                    fmt::format("the flow '{}' has no test for its phase '{}' ({}), only {}", flow_name(rule, group.key), phase.name,
                                pattern_of(phase), listed(there, discovered)),
                    hint);
}

Result<> check_one_place(std::span<const TestCase> discovered, const std::vector<FlowRule>& rules) {
  for (const TestCase& test : discovered) {
    const std::vector<Place> places = places_of(test, rules);
    if (places.size() < 2) continue;
    const auto name = [&](const Place& place) {
      return fmt::format("'{}' of [[flow]] '{}'", rules[place.rule].phases[place.phase].name, rules[place.rule].name);
    };
    return make_error(
        ErrorCode::invalid_argument,
        fmt::format("the test '{}' matches two phases: {} and {}", domain::display_name(test.identity), name(places[0]), name(places[1])),
        "a test belongs to one phase: change its tags, or narrow the rules");
  }
  return {};
}

Flow flow_of(const Group& group, const FlowRule& rule) {
  Flow flow{.name = flow_name(rule, group.key), .rule = rule.name, .limit = rule.limit, .drift_is_invalid = rule.drift_is_invalid};
  for (std::size_t p = 0; p < rule.phases.size(); ++p) {
    const FlowPhaseRule& from = rule.phases[p];
    FlowPhase phase{.name = from.name,
                    .needs = from.needs,
                    .captures = from.captures,
                    .wish = from.wish,
                    .retries = from.retries,
                    .never_twice = from.never_twice,
                    .limit = from.limit};
    for (const std::size_t test : group.phases[p]) phase.tests.push_back(TestIndex{test});
    flow.phases.push_back(std::move(phase));
  }
  return flow;
}

// The phases of a flow, each after those that it needs. A plan from a checked configuration has no circles; with one it is empty.
std::vector<std::size_t> phases_in_order(const Flow& flow) {
  std::vector<std::vector<std::size_t>> after(flow.phases.size());
  for (std::size_t p = 0; p < flow.phases.size(); ++p)
    for (const std::int32_t need : flow.phases[p].needs) after[p].push_back(static_cast<std::size_t>(need));
  return order_by_precedence(after, std::less<>()).order;
}

}  // namespace

Result<std::vector<Flow>> make_flows(std::span<const TestCase> discovered, std::span<const TestCase> selected,
                                     const std::vector<FlowRule>& rules) {
  std::vector<Flow> flows;
  if (rules.empty()) return flows;
  TRY_VOID(check_one_place(discovered, rules));
  std::set<std::string> names;
  for (std::size_t r = 0; r < rules.size(); ++r) {
    for (const Group& group : groups_of(discovered, rules, r))
      if (const auto missing = missing_phase(group, rules[r])) return incomplete(group, rules[r], *missing, discovered);
    for (const Group& group : groups_of(selected, rules, r)) {
      if (missing_phase(group, rules[r])) continue;  // taken away by a filter: ordinary tests
      Flow flow = flow_of(group, rules[r]);
      const std::string name = flow.name;
      for (int number = 2; !names.insert(flow.name).second; ++number) flow.name = fmt::format("{} #{}", name, number);
      flows.push_back(std::move(flow));
    }
  }
  return flows;
}

std::vector<std::string> flow_warnings(const domain::Plan& plan, const std::vector<FlowRule>& rules) {
  const std::vector<std::int64_t> number = phase_numbers(plan.tests.size(), plan.flows);
  std::vector<std::vector<std::size_t>> plain(rules.size());
  std::vector<std::set<std::string>> phases(rules.size());
  for (std::size_t t = 0; t < plan.tests.size(); ++t) {
    if (number[t] >= 0) continue;
    for (const Place& place : places_of(plan.tests[t], rules)) {
      plain[place.rule].push_back(t);
      phases[place.rule].insert("'" + rules[place.rule].phases[place.phase].name + "'");
    }
  }
  std::vector<std::string> warnings;
  for (std::size_t r = 0; r < rules.size(); ++r) {
    if (plain[r].empty()) continue;
    const std::vector<std::string> names(phases[r].begin(), phases[r].end());
    warnings.push_back(fmt::format("the filters leave only {} of [[flow]] '{}': {} as ordinary tests, without a wait ({})",
                                   (names.size() == 1 ? "phase " : "phases ") + join(names, ", "), rules[r].name,
                                   plain[r].size() == 1 ? "1 test runs" : fmt::format("{} tests run", plain[r].size()),
                                   listed(plain[r], plan.tests)));
  }
  return warnings;
}

std::vector<bool> whole_flows(std::span<const TestCase> discovered, const std::vector<FlowRule>& rules, std::vector<bool> chosen) {
  for (std::size_t r = 0; r < rules.size(); ++r)
    for (const Group& group : groups_of(discovered, rules, r)) {
      std::vector<std::size_t> members;
      for (const auto& tests : group.phases) members.insert(members.end(), tests.begin(), tests.end());
      if (std::any_of(members.begin(), members.end(), [&](std::size_t t) { return chosen[t]; }))
        for (const std::size_t t : members) chosen[t] = true;
    }
  return chosen;
}

std::vector<std::int64_t> phase_numbers(std::size_t test_count, const std::vector<Flow>& flows) {
  std::vector<std::int64_t> numbers(test_count, -1);
  std::int64_t next = 0;
  for (const Flow& flow : flows)
    for (const FlowPhase& phase : flow.phases) {
      for (const TestIndex test : phase.tests) numbers[test.value] = next;
      ++next;
    }
  return numbers;
}

Millis expected_wait(const Flow& flow, const FlowPhase& phase, const ExpectedWaits& waits) {
  const auto found = waits.find(flow.rule + "/" + phase.name);
  return found == waits.end() ? expected_wait_guess : found->second;
}

std::vector<Millis> unit_times(std::size_t test_count, std::span<const domain::Unit> units) {
  std::vector<Millis> times(test_count);
  for (const domain::Unit& unit : units)
    for (const TestIndex test : unit.tests) times[test.value] = unit.estimate;
  return times;
}

FlowTimes expected_times(const Flow& flow, std::span<const Millis> unit_times, const ExpectedWaits& waits) {
  FlowTimes times;
  for (const FlowPhase& phase : flow.phases) {
    Millis own = phase.tests.empty() ? expected_wait(flow, phase, waits) : Millis{0};
    for (const TestIndex test : phase.tests) own = std::max(own, unit_times[test.value]);
    times.own.push_back(own);
  }
  times.rest = times.own;
  const std::vector<std::size_t> order = phases_in_order(flow);
  for (auto at = order.rbegin(); at != order.rend(); ++at)
    for (const std::int32_t need : flow.phases[*at].needs) {
      const auto before = static_cast<std::size_t>(need);
      times.rest[before] = std::max(times.rest[before], times.own[before] + times.rest[*at]);
    }
  for (const Millis rest : times.rest) times.whole = std::max(times.whole, rest);
  return times;
}

std::vector<std::string> circle_of_needs(std::span<const domain::Unit> units, const std::vector<Flow>& flows) {
  // Phases stand between the units: behind the units of the phases they need, before their own.
  std::vector<std::vector<std::size_t>> after(units.size());
  std::map<domain::UnitIndex, std::size_t> position;
  for (std::size_t u = 0; u < units.size(); ++u) position[units[u].index] = u;
  for (std::size_t u = 0; u < units.size(); ++u)
    for (const domain::UnitIndex before : units[u].after) after[u].push_back(position.at(before));
  std::map<TestIndex, std::size_t> unit_of;
  for (std::size_t u = 0; u < units.size(); ++u)
    for (const TestIndex test : units[u].tests) unit_of[test] = u;
  for (const Flow& flow : flows) {
    const std::size_t begins = after.size();  // phase p begins at node begins + 2p, has ended at begins + 2p + 1
    after.resize(begins + 2 * flow.phases.size());
    for (std::size_t p = 0; p < flow.phases.size(); ++p) {
      after[begins + 2 * p + 1].push_back(begins + 2 * p);
      for (const std::int32_t need : flow.phases[p].needs) after[begins + 2 * p].push_back(begins + 2 * static_cast<std::size_t>(need) + 1);
      for (const TestIndex test : flow.phases[p].tests) {
        after[unit_of.at(test)].push_back(begins + 2 * p);
        after[begins + 2 * p + 1].push_back(unit_of.at(test));
      }
    }
  }
  std::vector<std::string> titles;
  for (const std::size_t node : order_by_precedence(after, std::less<>()).cycle)
    if (node < units.size()) titles.push_back(units[node].title);
  return titles;
}

}  // namespace tamarack::plan
