#include "run/carry.h"

#include <algorithm>
#include <map>

namespace tamarack::run {

using domain::Outcome;
using domain::TestIndex;

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

}  // namespace tamarack::run
