#include "plan/make_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "plan/order.h"
#include "plan/split.h"

namespace tamarack::plan {
namespace {

using domain::Plan;
using domain::Unit;

Result<> check_discovery(const domain::Discovery& discovery) {
  if (discovery.tests.empty())
    return make_error(ErrorCode::invalid_config,
                      fmt::format("{} found no tests", discovery.framework.empty() ? "discovery" : discovery.framework),
                      "check `suite.dir` and the framework's own test patterns; `tamarack doctor` shows what was asked");
  std::map<domain::TestId, const domain::TestCase*> known;
  for (const domain::TestCase& test : discovery.tests) {
    const auto [at, is_new] = known.emplace(test.id, &test);
    if (is_new) continue;
    return make_error(ErrorCode::invalid_config,
                      fmt::format("two tests are called '{}' (lines {} and {}), so their results could not be told apart",
                                  domain::display_name(test.identity), at->second->line, test.line),
                      "give one of them another title");
  }
  return {};
}

// Contiguous blocks in the suite's own order, whose sizes differ by one at most: what a static shard does.
void pin_by_count(std::vector<Unit>& units, const std::vector<bool>& free, std::int64_t workers) {
  std::vector<std::size_t> in_suite_order(units.size());
  for (std::size_t i = 0; i < units.size(); ++i) in_suite_order[i] = i;
  std::sort(in_suite_order.begin(), in_suite_order.end(),
            [&](std::size_t a, std::size_t b) { return units[a].tests.front() < units[b].tests.front(); });
  std::erase_if(in_suite_order, [&](std::size_t unit) { return free[unit]; });
  const auto count = static_cast<std::int64_t>(in_suite_order.size());
  for (std::int64_t i = 0; i < count; ++i) units[in_suite_order[static_cast<std::size_t>(i)]].pinned_worker = i * workers / count;
}

// A rerun of what failed takes whole flows: their later phases mean nothing without the earlier ones.
Result<std::vector<domain::TestCase>> selected_tests(const domain::Discovery& discovery, const domain::History& history,
                                                     const PlanOptions& options) {
  std::vector<domain::TestCase> selected = TRY(select(discovery, history, options.filter)).tests;
  if (!options.filter.only_failed || options.rules.flows.empty()) return selected;
  std::set<domain::TestId> ids;
  for (const domain::TestCase& test : selected) ids.insert(test.id);
  std::vector<bool> chosen;
  for (const domain::TestCase& test : discovery.tests) chosen.push_back(ids.contains(test.id));
  chosen = whole_flows(discovery.tests, options.rules.flows, std::move(chosen));
  selected.clear();
  for (std::size_t i = 0; i < chosen.size(); ++i)
    if (chosen[i]) selected.push_back(discovery.tests[i]);
  return selected;
}

std::map<domain::UnitIndex, FlowUrgency> urgencies(const Plan& plan, const std::vector<Unit>& units, const ExpectedWaits& waits) {
  std::map<domain::UnitIndex, FlowUrgency> urgencies;
  if (plan.flows.empty()) return urgencies;
  const std::vector<Millis> times = unit_times(plan.tests.size(), units);
  std::vector<std::optional<FlowUrgency>> of_test(plan.tests.size());
  for (const domain::Flow& flow : plan.flows) {
    const FlowTimes expected = expected_times(flow, times, waits);
    for (std::size_t p = 0; p < flow.phases.size(); ++p)
      for (const domain::TestIndex test : flow.phases[p].tests)
        of_test[test.value] = FlowUrgency{.continues = !flow.phases[p].needs.empty(), .rest = expected.rest[p]};
  }
  for (const Unit& unit : units)
    if (const auto& urgency = of_test[unit.tests.front().value]) urgencies.emplace(unit.index, *urgency);
  return urgencies;
}

Error contradiction(const std::vector<std::string>& circle) {
  std::string text;
  for (const std::string& title : circle) text += fmt::format("'{}' before ", title);
  return make_error(ErrorCode::invalid_config, fmt::format("the order rules contradict the phases of a flow: {}'{}'", text, circle.front()),
                    "a phase begins when the phases it needs have ended: narrow the patterns of [[order]]");
}

// Static policies say beforehand who gets what; units of flows stay free.
void pin(Plan& plan, const std::vector<std::int64_t>& phases) {
  std::vector<bool> free;
  for (const Unit& unit : plan.units) free.push_back(phases[unit.tests.front().value] >= 0);
  if (plan.policy == domain::Policy::count) pin_by_count(plan.units, free, plan.workers);
  if (plan.policy != domain::Policy::timing) return;
  std::vector<Millis> durations;
  for (std::size_t i = 0; i < plan.units.size(); ++i)
    if (!free[i]) durations.push_back(plan.units[i].estimate);
  const std::vector<std::int64_t> owner = pin_by_timing(durations, plan.workers);
  std::size_t next = 0;
  for (std::size_t i = 0; i < plan.units.size(); ++i)
    if (!free[i]) plan.units[i].pinned_worker = owner[next++];
}

}  // namespace

std::vector<std::int64_t> pin_by_timing(const std::vector<Millis>& estimates, std::int64_t workers) {
  std::vector<std::int64_t> owner(estimates.size());
  std::set<std::pair<Millis, std::int64_t>> load;
  for (std::int64_t worker = 0; worker < workers; ++worker) load.emplace(Millis{0}, worker);
  std::vector<std::size_t> longest_first(estimates.size());
  for (std::size_t i = 0; i < estimates.size(); ++i) longest_first[i] = i;
  std::sort(longest_first.begin(), longest_first.end(),
            [&](std::size_t a, std::size_t b) { return std::tie(estimates[b], a) < std::tie(estimates[a], b); });
  for (const std::size_t i : longest_first) {
    auto least = load.extract(load.begin());
    owner[i] = least.value().second;
    least.value().first += estimates[i];
    load.insert(std::move(least));
  }
  return owner;
}

Result<Plan> make_plan(const domain::Discovery& discovery, const domain::History& history, const PlanOptions& options) {
  if (options.workers < 1)
    return make_error(ErrorCode::invalid_argument, fmt::format("workers must be at least 1, got {}", options.workers));
  if (options.policy == domain::Policy::replay)
    return make_error(ErrorCode::invalid_argument, "policy 'replay' takes a recorded plan and makes no new one");
  TRY_VOID(check_discovery(discovery));

  Plan plan;
  plan.framework = discovery.framework;
  plan.framework_version = discovery.framework_version;
  plan.policy = options.policy;
  plan.workers = options.workers;
  plan.seed = options.seed;
  plan.units_share_invocation = options.units_share_invocation;
  plan.can_select_tests = options.can_select_tests;
  plan.tests = TRY(selected_tests(discovery, history, options));
  plan.flows = TRY(make_flows(discovery.tests, plan.tests, options.rules.flows));
  plan.caps = caps_of(options.rules);
  const Estimates estimates = estimate(plan.tests, history, options.spec_bytes, options.cost_guess);
  plan.cost = estimates.cost;

  // An even count of specs means whole specs.
  const bool may_cut = options.can_select_tests && options.policy != domain::Policy::count;
  const std::vector<std::int64_t> phases = phase_numbers(plan.tests.size(), plan.flows);
  std::vector<Unit> units = TRY(make_units(plan.tests, estimates.tests, options.rules,
                                           {.workers = options.workers,
                                            .can_select_tests = may_cut,
                                            .units_share_invocation = options.units_share_invocation,
                                            .phases = phases,
                                            .can_cut_phases = options.can_select_tests}));
  if (const auto circle = circle_of_needs(units, plan.flows); !circle.empty()) return contradiction(circle);
  OrderOptions order{.flows = urgencies(plan, units, options.expected_waits)};
  if (options.failed_first) order.failed_first.insert(history.failed_when_last_run.begin(), history.failed_when_last_run.end());
  if (options.changed_first) order.changed_first.insert(options.changed_specs.begin(), options.changed_specs.end());
  plan.units = order_units(std::move(units), plan.tests, plan.caps, order);
  pin(plan, phases);
  return plan;
}

std::vector<TestEstimate> explain_estimates(const Plan& plan, const domain::History& history, const PlanOptions& options) {
  return estimate(plan.tests, history, options.spec_bytes, options.cost_guess).tests;
}

}  // namespace tamarack::plan
