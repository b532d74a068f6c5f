#include "plan/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "base/text.h"
#include "plan/precedence.h"
#include "plan/unit_title.h"

namespace tamarack::plan {
namespace {

using domain::TestCase;
using domain::TestIndex;
using domain::Unit;
using domain::UnitIndex;

// What cannot be cut: a group, or a free test.
struct Atom {
  std::vector<std::size_t> tests;
  Millis estimate{0};
  Constraints constraints;
};

// The tests of one spec, parameters and phase of a flow.
struct Bucket {
  std::string spec;
  std::vector<std::size_t> tests;
  std::int64_t phase = -1;  // -1: in no flow
  bool is_part = false;     // of its spec and parameters there are other phases
};

struct Input {
  std::span<const TestCase> tests;
  std::span<const TestEstimate> estimates;
  const Rules& rules;
  const SplitOptions& options;
};

std::int64_t phase_of(std::size_t test, const Input& input) {
  return input.options.phases.empty() ? -1 : input.options.phases[test];
}

std::vector<Bucket> buckets_of(const Input& input) {
  std::vector<Bucket> buckets;
  std::map<std::tuple<std::string_view, std::string_view, std::int64_t>, std::size_t> known;
  std::map<std::pair<std::string_view, std::string_view>, std::vector<std::size_t>> of_spec;
  for (std::size_t i = 0; i < input.tests.size(); ++i) {
    const domain::TestIdentity& identity = input.tests[i].identity;
    const std::int64_t phase = phase_of(i, input);
    const auto [at, is_new] =
        known.emplace(std::tuple(std::string_view(identity.spec), std::string_view(identity.parameters), phase), buckets.size());
    if (is_new) {
      of_spec[{identity.spec, identity.parameters}].push_back(buckets.size());
      buckets.push_back({identity.spec, {}, phase});
    }
    buckets[at->second].tests.push_back(i);
  }
  for (const auto& [spec, parts] : of_spec)
    for (const std::size_t part : parts) buckets[part].is_part = parts.size() > 1;
  return buckets;
}

Error torn(std::string message, std::string hint) {
  return make_error(ErrorCode::invalid_argument, std::move(message), std::move(hint));
}

// Phases of a flow run at different times and maybe on different machines, so what must run as one piece cannot span them.
Result<> check_phases(const std::vector<Bucket>& buckets, const Input& input) {
  std::map<std::tuple<std::string_view, std::string_view, std::string_view>, std::size_t> serial;
  for (std::size_t i = 0; i < input.tests.size(); ++i) {
    const TestCase& test = input.tests[i];
    if (!test.serial || test.group.empty()) continue;
    const auto [at, is_new] = serial.emplace(
        std::tuple(std::string_view(test.identity.spec), std::string_view(test.identity.parameters), std::string_view(test.group)), i);
    if (!is_new && phase_of(at->second, input) != phase_of(i, input))
      return torn(
          fmt::format("'{}' and '{}' stand in one serial group, but not in the same phase of a flow",
                      domain::display_name(input.tests[at->second].identity), domain::display_name(test.identity)),
          "a serial group runs in one piece, phases run at different times: take `serial` away, or give each phase a group of its own");
  }
  for (const Bucket& bucket : buckets)
    if (bucket.is_part && !input.options.can_cut_phases)
      return torn(fmt::format("the tests of '{}' are not all in the same phase of a flow, and this framework cannot run a part of a spec",
                              bucket.spec),
                  "put the tests of each phase into a spec of their own, with `match` and each = \"all\" in [[flow]]");
  return {};
}

// Specs kept together are one unit, or units in a row on one worker.
Result<> check_joined(const std::vector<const Bucket*>& joined) {
  for (const Bucket* bucket : joined)
    if (bucket->phase != joined.front()->phase)
      return torn(
          fmt::format("[[together]] keeps '{}' and '{}' on one worker in a row, but their tests are not all in the same phase of a flow",
                      joined.front()->spec, bucket->spec),
          "a phase runs on any worker: leave the specs of flows out of the rule's 'match'");
  return {};
}

std::vector<Atom> atoms_of(const Bucket& bucket, const Input& input) {
  std::vector<Atom> atoms;
  std::map<std::string_view, std::size_t> groups;
  for (const std::size_t i : bucket.tests) {
    const std::string& group = input.tests[i].group;
    std::size_t at = atoms.size();
    if (!group.empty()) at = groups.emplace(group, at).first->second;
    if (at == atoms.size()) atoms.emplace_back();
    atoms[at].tests.push_back(i);
    atoms[at].estimate += input.estimates[i].duration;
    merge_into(atoms[at].constraints, constraints_of(input.tests[i], input.rules));
  }
  return atoms;
}

Unit unit_of(const std::vector<std::size_t>& tests, const Input& input) {
  Unit unit;
  Constraints constraints;
  for (const std::size_t i : tests) {
    unit.tests.push_back(TestIndex{i});
    unit.estimate += input.estimates[i].duration;
    unit.serial = unit.serial || input.tests[i].serial;
    merge_into(constraints, constraints_of(input.tests[i], input.rules));
  }
  unit.locks = std::move(constraints.locks);
  unit.caps = std::move(constraints.caps);
  return unit;
}

// Longest first into the shortest bin: no bin gets longer than its share plus one atom.
std::vector<std::vector<std::size_t>> balance(std::vector<Atom> atoms, std::size_t pieces) {
  std::sort(atoms.begin(), atoms.end(),
            [](const Atom& a, const Atom& b) { return std::tie(b.estimate, a.tests) < std::tie(a.estimate, b.tests); });
  std::vector<std::vector<std::size_t>> bins(pieces);
  std::vector<std::pair<Millis, std::size_t>> filled(pieces);
  for (Atom& atom : atoms) {
    std::size_t least = 0;
    for (std::size_t bin = 1; bin < pieces; ++bin)
      // The count breaks ties, so that tests without a price still spread and no bin stays empty.
      if (filled[bin] < filled[least]) least = bin;
    bins[least].insert(bins[least].end(), atom.tests.begin(), atom.tests.end());
    filled[least].first += atom.estimate;
    filled[least].second += atom.tests.size();
  }
  std::erase_if(bins, [](const auto& bin) { return bin.empty(); });
  for (auto& bin : bins) std::sort(bin.begin(), bin.end());
  return bins;
}

std::vector<Unit> cut(const Bucket& bucket, Millis fair_share, const Input& input) {
  std::vector<Atom> atoms = atoms_of(bucket, input);
  std::vector<std::vector<std::size_t>> pieces;
  if (!input.options.can_select_tests || input.options.workers < 2 || atoms.size() < 2) {
    pieces.push_back(bucket.tests);
  } else {
    std::map<Constraints, std::vector<Atom>> by_constraints;
    for (Atom& atom : atoms) {
      Constraints key = atom.constraints;
      by_constraints[std::move(key)].push_back(std::move(atom));
    }
    const Millis piece = std::max(fair_share / 4, std::max(input.options.piece_min, Millis{1}));
    for (auto& [constraints, alike] : by_constraints) {
      Millis estimate{0};
      for (const Atom& atom : alike) estimate += atom.estimate;
      const auto wanted = estimate > fair_share / 2 ? static_cast<std::size_t>((estimate + piece - Millis{1}) / piece) : 1;
      const std::size_t count = std::clamp<std::size_t>(wanted, 1, alike.size());
      for (auto& tests : balance(std::move(alike), count)) pieces.push_back(std::move(tests));
    }
    std::sort(pieces.begin(), pieces.end());
  }
  std::vector<Unit> units;
  for (const auto& tests : pieces) units.push_back(unit_of(tests, input));
  return units;
}

// Pieces are named beside the others of their spec and parameters, whatever phase they are in.
void name_units(std::vector<Unit>& units, const std::vector<std::size_t>& cut, std::span<const TestCase> tests) {
  std::map<std::pair<std::string_view, std::string_view>, std::vector<Unit*>> of_spec;
  for (const std::size_t i : cut) {
    const domain::TestIdentity& first = tests[units[i].tests.front().value].identity;
    of_spec[{first.spec, first.parameters}].push_back(&units[i]);
  }
  for (auto& [spec, pieces] : of_spec) name_pieces(pieces, tests);
}

// Which buckets stand in one unit: the number of the first bucket of each set, and `alone` for those under no rule.
constexpr std::size_t alone = static_cast<std::size_t>(-1);

std::vector<std::size_t> together_sets(const std::vector<Bucket>& buckets, const Rules& rules) {
  std::vector<std::size_t> set(buckets.size(), alone);
  for (const TogetherRule& rule : rules.together) {
    std::vector<std::size_t> members;
    std::size_t first = alone;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      if (!rule_matches_spec(rule.match, buckets[i].spec)) continue;
      members.push_back(i);
      first = std::min({first, i, set[i]});
    }
    std::set<std::size_t> merged;
    for (const std::size_t i : members)
      if (set[i] != alone) merged.insert(set[i]);
    for (const std::size_t i : members) set[i] = first;
    for (std::size_t& one : set)
      if (merged.contains(one)) one = first;
  }
  return set;
}

bool must_precede(const OrderRule& rule, std::string_view first, std::string_view second) {
  return rule_matches_spec(rule.before, first) && rule_matches_spec(rule.after, second) && !rule_matches_spec(rule.before, second);
}

Error cycle_error(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += fmt::format("'{}' before ", name);
  return make_error(ErrorCode::invalid_config, fmt::format("the order rules make a cycle: {}'{}'", text, names.front()),
                    "remove one of the [[order]] rules, or narrow its patterns");
}

// Inside a unit that joins specs, the framework runs them as they stand here: discovery order, unless a rule says otherwise.
Result<std::vector<std::size_t>> joined_tests(const std::vector<const Bucket*>& buckets, const Rules& rules) {
  std::vector<std::vector<std::size_t>> after(buckets.size());
  for (std::size_t i = 0; i < buckets.size(); ++i)
    for (std::size_t j = 0; j < buckets.size(); ++j)
      if (std::any_of(rules.order.begin(), rules.order.end(),
                      [&](const OrderRule& rule) { return must_precede(rule, buckets[j]->spec, buckets[i]->spec); }))
        after[i].push_back(j);
  const PrecedenceOrder order = order_by_precedence(after, std::less<>());
  if (!order.cycle.empty()) {
    std::vector<std::string> names;
    for (const std::size_t i : order.cycle) names.push_back(buckets[i]->spec);
    return cycle_error(names);
  }
  std::vector<std::size_t> tests;
  for (const std::size_t i : order.order) tests.insert(tests.end(), buckets[i]->tests.begin(), buckets[i]->tests.end());
  return tests;
}

bool any_spec_matches(const Unit& unit, std::string_view pattern, std::span<const TestCase> tests) {
  return std::any_of(unit.tests.begin(), unit.tests.end(),
                     [&](TestIndex index) { return rule_matches_spec(pattern, tests[index.value].identity.spec); });
}

Result<> apply_order_rules(std::vector<Unit>& units, std::span<const TestCase> tests, const Rules& rules) {
  std::vector<std::set<std::size_t>> after(units.size());
  for (std::size_t i = 0; i < units.size(); ++i)
    for (const UnitIndex before : units[i].after) after[i].insert(before.value);
  for (const OrderRule& rule : rules.order) {
    std::vector<std::size_t> before;
    std::vector<bool> is_before(units.size());
    for (std::size_t i = 0; i < units.size(); ++i) {
      is_before[i] = any_spec_matches(units[i], rule.before, tests);
      if (is_before[i]) before.push_back(i);
    }
    for (std::size_t i = 0; i < units.size(); ++i)
      if (!is_before[i] && any_spec_matches(units[i], rule.after, tests)) after[i].insert(before.begin(), before.end());
  }
  std::vector<std::vector<std::size_t>> edges;
  for (const auto& one : after) edges.emplace_back(one.begin(), one.end());
  const PrecedenceOrder order = order_by_precedence(edges, std::less<>());
  if (!order.cycle.empty()) {
    std::vector<std::string> names;
    for (const std::size_t i : order.cycle) names.push_back(units[i].title);
    return cycle_error(names);
  }
  for (std::size_t i = 0; i < units.size(); ++i) {
    units[i].after.clear();
    for (const std::size_t before : edges[i]) units[i].after.push_back(UnitIndex{before});
  }
  return {};
}

// One unit per spec of tests that stand spec by spec, all pinned to one worker.
std::pair<std::size_t, std::size_t> in_a_row(const std::vector<std::size_t>& in_order, const Input& input, std::int64_t worker,
                                             std::vector<Unit>& units) {
  const std::size_t first = units.size();
  for (std::size_t from = 0; from < in_order.size();) {
    std::size_t to = from + 1;
    while (to < in_order.size() && input.tests[in_order[to]].identity.spec == input.tests[in_order[from]].identity.spec) ++to;
    Unit unit = unit_of({in_order.begin() + static_cast<std::ptrdiff_t>(from), in_order.begin() + static_cast<std::ptrdiff_t>(to)}, input);
    unit.spec = unit.title = input.tests[in_order[from]].identity.spec;
    unit.pinned_worker = worker;
    units.push_back(std::move(unit));
    from = to;
  }
  return {first, units.size()};
}

}  // namespace

Result<std::vector<Unit>> make_units(std::span<const TestCase> tests, std::span<const TestEstimate> estimates, const Rules& rules,
                                     const SplitOptions& options) {
  CHECK(tests.size() == estimates.size(), "{} tests, {} estimates", tests.size(), estimates.size());
  const Input input{tests, estimates, rules, options};
  Millis total{0};
  for (const TestEstimate& one : estimates) total += one.duration;
  const Millis fair_share = total / std::max<std::int64_t>(options.workers, 1);

  const std::vector<Bucket> buckets = buckets_of(input);
  TRY_VOID(check_phases(buckets, input));
  const std::vector<std::size_t> set = together_sets(buckets, rules);
  std::vector<Unit> units;
  std::vector<std::size_t> pieces;                        // of units that were cut from one spec
  std::vector<std::pair<std::size_t, std::size_t>> rows;  // [first, last) of units that follow each other on one worker
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    if (set[i] == alone) {
      for (Unit& unit : cut(buckets[i], fair_share, input)) {
        pieces.push_back(units.size());
        units.push_back(std::move(unit));
      }
    } else if (set[i] == i) {
      std::vector<const Bucket*> joined;
      for (std::size_t j = i; j < buckets.size(); ++j)
        if (set[j] == i) joined.push_back(&buckets[j]);
      TRY_VOID(check_joined(joined));
      const std::vector<std::size_t> in_order = TRY(joined_tests(joined, rules));
      if (options.units_share_invocation) {
        Unit unit = unit_of(in_order, input);
        name_together(unit, tests);
        units.push_back(std::move(unit));
      } else {
        rows.push_back(in_a_row(in_order, input, static_cast<std::int64_t>(rows.size()) % options.workers, units));
      }
    }
  }
  name_units(units, pieces, tests);
  for (std::size_t i = 0; i < units.size(); ++i) units[i].index = UnitIndex{i};
  for (const auto& [first, last] : rows)
    for (std::size_t i = first + 1; i < last; ++i) units[i].after.push_back(UnitIndex{i - 1});
  make_titles_unique(units);
  TRY_VOID(apply_order_rules(units, tests, rules));
  return units;
}

}  // namespace tamarack::plan
