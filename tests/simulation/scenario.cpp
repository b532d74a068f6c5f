#include "scenario.h"

#include <fmt/format.h>

namespace tamarack::simulation {
namespace {

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed * 0x9e3779b97f4a7c15ULL + 1) {}

  Scenario scenario(std::uint64_t seed) {
    Scenario s{.seed = seed};
    s.local = one_in(2);
    s.agents = s.local ? 1 : 1 + below(3);
    s.workers_per_agent = s.local ? 1 + below(8) : 1 + below(3);
    s.live_events = !one_in(5);
    s.has_app = one_in(2);
    s.has_reset = s.has_app && one_in(2);
    s.app_start = Millis{s.has_app ? 50 + below(2000) : 0};
    s.framework_start = Millis{20 + below(600)};
    s.commit_max = Millis{below(3) * 20};
    draw_plan(s);
    draw_options(s);
    draw_faults(s);
    if (one_in(2)) draw_flows(s);  // last, so that what was found without them is found again
    return s;
  }

 private:
  int below(int bound) { return static_cast<int>(random_.below(static_cast<std::uint64_t>(bound))); }
  bool one_in(int n) { return below(n) == 0; }
  int some(int one_in_n, int permille_max) { return one_in(one_in_n) ? 1 + below(permille_max) : 0; }

  void draw_plan(Scenario& s) {
    domain::Plan& plan = s.plan;
    plan.framework = "simulated";
    plan.workers = s.agents * s.workers_per_agent;
    plan.seed = s.seed;
    plan.policy = one_in(3) ? (one_in(2) ? domain::Policy::count : domain::Policy::timing) : domain::Policy::dynamic;
    plan.units_share_invocation = !one_in(3);
    plan.can_select_tests = !one_in(4);
    plan.cost = {.app_start = s.app_start, .framework_start = s.framework_start, .from_history = one_in(2)};
    if (one_in(2)) plan.caps = {{"slow", 1 + below(2)}};
    const int trouble = 1 + below(12);  // one in so many tests is not a plain passing one
    const bool constrained = one_in(2);
    // Small plans are the rule: they tell the same stories in a tenth of the time.
    const int units = one_in(12) ? 1 + below(40) : 1 + below(8);
    for (int u = 0; u < units; ++u) {
      domain::Unit unit{.index = domain::UnitIndex{static_cast<std::size_t>(u)}, .title = fmt::format("unit-{}", u)};
      unit.spec = unit.title;
      unit.serial = one_in(6);
      const int tests = 1 + below(one_in(3) ? 6 : 3);
      for (int t = 0; t < tests; ++t) draw_test(s, unit, t, trouble);
      draw_constraints(s, unit, constrained);
      if (plan.policy != domain::Policy::dynamic) unit.pinned_worker = u % plan.workers;
      plan.units.push_back(std::move(unit));
    }
  }

  void draw_test(Scenario& s, domain::Unit& unit, int number, int trouble) {
    domain::TestCase test{.identity = {unit.spec, {fmt::format("test-{}", number)}, ""}};
    test.id = domain::TestId{fmt::format("{}:{}", unit.title, number)};
    // Sometimes only a part of a unit is a chain.
    test.serial = unit.serial && (number < 2 || one_in(2));
    test.skip_expected = one_in(25);
    TestNature nature{.nature = test.skip_expected ? Nature::skips : Nature::passes, .duration = Millis{5 + below(one_in(5) ? 3000 : 400)}};
    if (!test.skip_expected && one_in(trouble)) nature.nature = static_cast<Nature>(1 + below(7));
    nature.failures_first = 1 + below(2);
    unit.estimate += nature.duration;
    unit.tests.push_back(domain::TestIndex{s.plan.tests.size()});
    s.plan.tests.push_back(std::move(test));
    s.natures.push_back(nature);
  }

  void draw_constraints(Scenario& s, domain::Unit& unit, bool constrained) {
    if (!constrained) return;
    if (one_in(4)) unit.locks = {one_in(2) ? "db" : "mail"};
    if (one_in(8)) unit.locks = {"db", "mail"};
    if (!s.plan.caps.empty() && one_in(3)) unit.caps = {"slow"};
    const int before = static_cast<int>(s.plan.units.size());
    if (before > 0 && one_in(5)) unit.after = {domain::UnitIndex{static_cast<std::size_t>(below(before))}};
  }

  // Flows over the units there are: each takes two to five of them for its phases, with waits between.
  void draw_flows(Scenario& s) {
    domain::Plan& plan = s.plan;
    std::size_t next = static_cast<std::size_t>(below(2));
    while (next + 1 < plan.units.size() && (plan.flows.empty() || !one_in(4))) {
      domain::Flow flow{.name = fmt::format("flow-{}", plan.flows.size())};
      if (one_in(5)) flow.limit = Millis{1'000 + below(30'000)};
      const auto number = static_cast<std::int32_t>(plan.flows.size());
      add_tests(s, flow, next, {});
      if (one_in(4)) add_tests(s, flow, next, {});  // beside the first, in parallel
      std::vector<std::int32_t> before(flow.phases.size());
      for (std::size_t p = 0; p < before.size(); ++p) before[p] = static_cast<std::int32_t>(p);
      const std::size_t waits = one_in(4) ? 2 : one_in(8) ? 0 : 1;
      std::vector<std::int32_t> parked;
      for (std::size_t w = 0; w < waits; ++w) {
        parked.push_back(static_cast<std::int32_t>(flow.phases.size()));
        add_wait(s, flow, number, one_in(6) ? std::vector<std::int32_t>{} : before);
      }
      if (!one_in(10)) add_tests(s, flow, next, parked.empty() ? before : parked);
      if (one_in(6)) add_tests(s, flow, next, {static_cast<std::int32_t>(flow.phases.size()) - 1});
      plan.flows.push_back(std::move(flow));
    }
    if (one_in(8)) plan.given = {{"base", "\"http://app\""}};
    if (problems_of(plan).empty()) return;
    // An order of units against that of their phases is no plan; the rest of it stays.
    for (domain::Unit& unit : plan.units) unit.after.clear();
  }

  void add_tests(Scenario& s, domain::Flow& flow, std::size_t& next, std::vector<std::int32_t> needs) {
    if (next >= s.plan.units.size()) return;
    domain::FlowPhase phase{.name = fmt::format("phase-{}", flow.phases.size()), .needs = std::move(needs)};
    for (std::size_t units = one_in(5) ? 2 : 1; units > 0 && next < s.plan.units.size(); --units) {
      const domain::Unit& unit = s.plan.units[next++];
      phase.tests.insert(phase.tests.end(), unit.tests.begin(), unit.tests.end());
    }
    for (const domain::TestIndex test : phase.tests) s.natures[test.value].captures = !one_in(30);
    if (one_in(2)) phase.captures = {{fmt::format("job_{}", phase.tests.front().value), "integer"}};
    if (one_in(4)) phase.retries = below(3);
    phase.never_twice = one_in(3);
    flow.phases.push_back(std::move(phase));
  }

  void add_wait(Scenario& s, domain::Flow& flow, std::int32_t number, std::vector<std::int32_t> needs) {
    using domain::WaitOutcome;
    domain::FlowPhase phase{.name = fmt::format("wait-{}", flow.phases.size()), .needs = std::move(needs), .wish = "{}"};
    if (one_in(5)) phase.limit = Millis{500 + below(10'000)};
    WaitNature nature{
        .duration = Millis{below(one_in(4) ? 30'000 : 2'000)}, .late_max = Millis{below(3) * 3'000}, .repeated = some(2, 500)};
    if (one_in(4)) nature.outcome = static_cast<WaitOutcome>(below(6));
    s.waits[{number, static_cast<std::int32_t>(flow.phases.size())}] = nature;
    flow.phases.push_back(std::move(phase));
  }

  void draw_options(Scenario& s) {
    s.options.retries = one_in(2) ? below(3) : 0;
    s.options.fail_fast = one_in(6) ? 1 + below(3) : 0;
    s.options.lost_max = 1 + below(3);
    s.options.lease_lifetime = Millis{4'000 + below(one_in(4) ? 60'000 : 12'000)};
    s.options.timeout = one_in(8) ? Millis{1'000 + below(20'000)} : Millis{0};
    if (one_in(6))
      for (const domain::TestCase& test : s.plan.tests)
        if (one_in(4)) s.options.quarantined.push_back(test.id.value);
    s.user_stops = one_in(12);
  }

  void draw_faults(Scenario& s) {
    s.faults_end = Millis{5'000 + below(40'000)};
    const bool calm = one_in(10);
    s.unit_timeout = one_in(2) ? Millis{4'000 + below(20'000)} : Millis{0};
    // An agent may die before its first word arrives: then nobody ever joins, and nobody tells.
    if (!s.local) s.options.no_worker_max = Millis{20'000};
    s.network.delay_max = Millis{s.local ? 1 : 1 + below(one_in(4) ? 2000 : 60)};
    if (calm) return;
    if (!s.local) {
      s.network.ordered = !one_in(3);
      s.network.lost = some(3, 200);
      s.network.repeated = some(3, 200);
      s.network.stalled = some(4, 20);
      s.network.stall_max = Millis{1 + below(2 * static_cast<int>(s.options.lease_lifetime.count()))};
      s.agent_kills = one_in(3) ? 1 + below(3) : 0;
      s.agents_later = one_in(3) ? 1 + below(2) : 0;
    }
    s.framework = {.killed = some(4, 300),
                   .exits_early = some(4, 300),
                   .crashes_after_last = some(6, 200),
                   .hangs = some(5, 150),
                   .reports_twice = some(5, 300),
                   .runs_unplanned = some(6, 200),
                   .interrupts = some(5, 200),
                   .cannot_start = some(8, 200),
                   .loses_end = some(8, 200),
                   .ignores_stop = some(3, 500)};
    if (s.framework.hangs > 0 && s.unit_timeout == Millis{0}) s.unit_timeout = Millis{10'000};
    if (s.has_app) s.app = {.never_starts = some(6, 300), .dies = some(4, 150), .reset_fails = some(5, 200)};
    s.coordinator_kills = one_in(3) ? 1 + below(3) : 0;
    s.commit_failures = one_in(8) ? 1 : 0;
    s.clock_jumps = one_in(6) ? 1 + below(2) : 0;
    if (s.local) return;
    s.agents_live_on = one_in(2);
    if (!s.agents_live_on) return;
    s.options.no_worker_max = Millis{5'000 + below(30'000)};
    s.link_cuts = one_in(2) ? 1 + below(4) : 0;
    s.cut_max = Millis{1 + below(one_in(3) ? 2 * static_cast<int>(s.options.lease_lifetime.count()) : 4'000)};
  }

  Random random_;
};

}  // namespace

Scenario draw_scenario(std::uint64_t seed) {
  return Draw(seed).scenario(seed);
}

}  // namespace tamarack::simulation
