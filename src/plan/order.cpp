#include "plan/order.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/check.h"
#include "plan/precedence.h"

namespace tamarack::plan {
namespace {

using domain::Unit;

enum Tier { continuing = 0, failed = 1, changed = 2, unlocking = 3, ordinary = 4 };

Tier tier_of(const Unit& unit, std::span<const domain::TestCase> tests, const OrderOptions& options) {
  const auto flow = options.flows.find(unit.index);
  if (flow != options.flows.end() && flow->second.continues) return continuing;
  Tier tier = flow == options.flows.end() ? ordinary : unlocking;
  for (const domain::TestIndex index : unit.tests) {
    const domain::TestCase& test = tests[index.value];
    if (options.failed_first.contains(test.id)) return failed;
    if (options.changed_first.contains(test.identity.spec)) tier = changed;
  }
  return tier;
}

// Members of one lock run one after another: the first of them stands for the time of all. A cap of n divides it by n.
void raise_by_queue(std::vector<Millis>& rank, const std::vector<Millis>& chain, std::vector<std::size_t> members,
                    const std::vector<Unit>& units, std::int64_t units_max) {
  std::sort(members.begin(), members.end(), [&](std::size_t a, std::size_t b) {
    return std::tie(chain[a], units[b].title) < std::tie(chain[b], units[a].title);  // shortest chain first, titles backwards
  });
  Millis queued{0};
  for (const std::size_t i : members) {
    queued += units[i].estimate;
    rank[i] = std::max(rank[i], queued / units_max);
  }
}

}  // namespace

std::vector<Unit> order_units(std::vector<Unit> units, std::span<const domain::TestCase> tests, std::span<const domain::Cap> caps,
                              const OrderOptions& options) {
  std::map<domain::UnitIndex, std::size_t> position;
  for (std::size_t i = 0; i < units.size(); ++i) position[units[i].index] = i;
  CHECK(position.size() == units.size(), "{} units, {} different indices", units.size(), position.size());
  std::vector<std::vector<std::size_t>> after(units.size());
  for (std::size_t i = 0; i < units.size(); ++i)
    for (const domain::UnitIndex before : units[i].after) after[i].push_back(position.at(before));

  std::vector<Tier> tier(units.size());
  std::vector<Millis> chain(units.size());
  for (std::size_t i = 0; i < units.size(); ++i) {
    tier[i] = tier_of(units[i], tests, options);
    const auto flow = options.flows.find(units[i].index);
    chain[i] = std::max(units[i].estimate, flow == options.flows.end() ? Millis{0} : flow->second.rest);
  }
  const auto by_title = [&](std::size_t a, std::size_t b) {
    return std::tie(units[a].title, units[a].index) < std::tie(units[b].title, units[b].index);
  };
  // Backwards from what comes last: a unit is as urgent as the most urgent one that waits for it.
  const PrecedenceOrder sorted = order_by_precedence(after, by_title);
  CHECK(sorted.cycle.empty(), "units wait for each other in a cycle of {}", sorted.cycle.size());
  for (auto at = sorted.order.rbegin(); at != sorted.order.rend(); ++at)
    for (const std::size_t before : after[*at]) {
      // What stands before a unit that continues a flow can run long before that one may: it is as urgent as the flow's beginning.
      tier[before] = std::min(tier[before], tier[*at] == continuing ? unlocking : tier[*at]);
      chain[before] = std::max(chain[before], units[before].estimate + chain[*at]);
    }

  std::vector<Millis> rank = chain;
  std::map<std::string, std::vector<std::size_t>> lock_members;
  std::map<std::string, std::vector<std::size_t>> cap_members;
  for (std::size_t i = 0; i < units.size(); ++i) {
    for (const std::string& lock : units[i].locks) lock_members[lock].push_back(i);
    for (const std::string& cap : units[i].caps) cap_members[cap].push_back(i);
  }
  for (auto& [lock, members] : lock_members) raise_by_queue(rank, chain, std::move(members), units, 1);
  for (const domain::Cap& cap : caps)
    raise_by_queue(rank, chain, std::move(cap_members[cap.name]), units, std::max<std::int64_t>(cap.units_max, 1));

  const PrecedenceOrder order = order_by_precedence(after, [&](std::size_t a, std::size_t b) {
    return std::tie(tier[a], rank[b], units[a].title, units[a].index) < std::tie(tier[b], rank[a], units[b].title, units[b].index);
  });
  std::vector<domain::UnitIndex> renumbered(units.size());
  for (std::size_t i = 0; i < order.order.size(); ++i) renumbered[order.order[i]] = domain::UnitIndex{i};
  std::vector<Unit> result;
  result.reserve(units.size());
  for (const std::size_t i : order.order) {
    Unit unit = std::move(units[i]);
    unit.index = renumbered[i];
    unit.after.clear();
    for (const std::size_t before : after[i]) unit.after.push_back(renumbered[before]);
    std::sort(unit.after.begin(), unit.after.end());
    result.push_back(std::move(unit));
  }
  return result;
}

}  // namespace tamarack::plan
