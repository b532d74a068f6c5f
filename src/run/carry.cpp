#include "run/carry.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace tamarack::run {

using domain::Outcome;
using domain::TestIndex;

namespace {

constexpr std::string_view carried_words = "carried forward from run '";

}  // namespace

bool is_good(Outcome outcome) {
  return outcome == Outcome::passed || outcome == Outcome::flaky || outcome == Outcome::skipped;
}

Carried carry_forward(const Run& earlier, const domain::Plan& plan) {
  std::map<domain::TestId, Outcome> good;
  for (std::size_t i = 0; i < earlier.plan.tests.size(); ++i)
    if (is_good(earlier.tests[i].outcome)) good[earlier.plan.tests[i].id] = earlier.tests[i].outcome;
  const auto stands = [&](TestIndex test) { return good.contains(plan.tests.at(test.value).id); };
  Carried carried{.from = earlier.id, .tests = {}};
  for (const domain::Unit& unit : plan.units) {
    if (unit.serial && !std::all_of(unit.tests.begin(), unit.tests.end(), stands)) continue;
    for (const TestIndex test : unit.tests)
      if (stands(test)) carried.tests.push_back({test, good.at(plan.tests.at(test.value).id)});
  }
  return carried;
}

bool leaves_work(const Carried& carried, const domain::Plan& plan) {
  return carried.tests.size() < plan.tests.size();
}

std::string carried_reason(const domain::RunId& from) {
  return std::string(carried_words) + from.value + "'";
}

domain::RunId carried_from(const TestSettled& record) {
  const std::string_view reason = record.reason;
  // Other entries repeat words of agents; none of them is good.
  if (!is_good(record.outcome) || !reason.starts_with(carried_words) || !reason.ends_with('\'')) return {};
  return domain::RunId{std::string(reason.substr(carried_words.size(), reason.size() - carried_words.size() - 1))};
}

}  // namespace tamarack::run
