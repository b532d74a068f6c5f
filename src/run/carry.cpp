#include "run/carry.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace tamarack::run {

using domain::Outcome;
using domain::TestIndex;

namespace {

constexpr std::string_view carried_words = "carried forward from run '";

domain::RunId carried_from(Outcome outcome, std::string_view reason) {
  // Other entries repeat words of agents; none of them is good.
  if (!is_good(outcome) || !reason.starts_with(carried_words) || !reason.ends_with('\'')) return {};
  return domain::RunId{std::string(reason.substr(carried_words.size(), reason.size() - carried_words.size() - 1))};
}

// The same phases of the same tests, waiting for the same.
bool is_same(const domain::Plan& a, const domain::Flow& flow_a, const domain::Plan& b, const domain::Flow& flow_b) {
  const auto same_tests = [&](const std::vector<TestIndex>& of_a, const std::vector<TestIndex>& of_b) {
    return std::equal(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(),
                      [&](TestIndex x, TestIndex y) { return a.tests.at(x.value).id == b.tests.at(y.value).id; });
  };
  return std::equal(flow_a.phases.begin(), flow_a.phases.end(), flow_b.phases.begin(), flow_b.phases.end(),
                    [&](const domain::FlowPhase& x, const domain::FlowPhase& y) {
                      return x.name == y.name && x.needs == y.needs && x.wish == y.wish && x.captures == y.captures &&
                             same_tests(x.tests, y.tests);
                    });
}

// A flow stands as a whole or not at all.
void carry_flows(const Run& earlier, const domain::Plan& plan, Carried& carried) {
  std::map<std::string_view, std::size_t> known;
  for (std::size_t f = 0; f < earlier.plan.flows.size(); ++f)
    if (is_good(earlier.flows[f].outcome)) known[earlier.plan.flows[f].name] = f;
  for (std::size_t f = 0; f < plan.flows.size(); ++f) {
    const auto same = known.find(plan.flows[f].name);
    if (same == known.end() || !is_same(earlier.plan, earlier.plan.flows[same->second], plan, plan.flows[f])) continue;
    carried.flows.push_back({static_cast<std::int32_t>(f), earlier.flows[same->second].outcome});
    for (std::size_t p = 0; p < plan.flows[f].phases.size(); ++p)
      for (std::size_t t = 0; t < plan.flows[f].phases[p].tests.size(); ++t) {
        const TestIndex before = earlier.plan.flows[same->second].phases[p].tests[t];
        carried.tests.push_back({plan.flows[f].phases[p].tests[t], earlier.tests[before.value].outcome});
      }
  }
}

}  // namespace

bool is_good(Outcome outcome) {
  return outcome == Outcome::passed || outcome == Outcome::flaky || outcome == Outcome::skipped;
}

Carried carry_forward(const Run& earlier, const domain::Plan& plan) {
  std::map<domain::TestId, Outcome> good;
  // What a test of a flow came to means nothing without the rest of it.
  for (std::size_t i = 0; i < earlier.plan.tests.size(); ++i)
    if (is_good(earlier.tests[i].outcome) && earlier.tests[i].flow < 0) good[earlier.plan.tests[i].id] = earlier.tests[i].outcome;
  const auto stands = [&](TestIndex test) { return good.contains(plan.tests.at(test.value).id); };
  std::vector<bool> in_flow(plan.tests.size());
  for (const domain::Flow& flow : plan.flows)
    for (const domain::FlowPhase& phase : flow.phases)
      for (const TestIndex test : phase.tests) in_flow[test.value] = true;
  Carried carried{.from = earlier.id, .tests = {}};
  for (const domain::Unit& unit : plan.units) {
    if (unit.serial && !std::all_of(unit.tests.begin(), unit.tests.end(), stands)) continue;
    for (const TestIndex test : unit.tests)
      if (stands(test) && !in_flow[test.value]) carried.tests.push_back({test, good.at(plan.tests.at(test.value).id)});
  }
  carry_flows(earlier, plan, carried);
  return carried;
}

bool leaves_work(const Carried& carried, const domain::Plan& plan) {
  return carried.tests.size() < plan.tests.size();
}

std::string carried_reason(const domain::RunId& from) {
  return std::string(carried_words) + from.value + "'";
}

domain::RunId carried_from(const TestSettled& record) {
  return carried_from(record.outcome, record.reason);
}

domain::RunId carried_from(const FlowEnded& record) {
  return carried_from(record.outcome, record.reason);
}

}  // namespace tamarack::run
