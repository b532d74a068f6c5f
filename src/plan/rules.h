// The constraints a team writes down about its tests, as plain values; the caller fills them from the configuration.
// A pattern without '/' matches the file's name in any folder, as in .gitignore. A rule that matches nothing constrains nothing:
// with filters on, most rules of a suite do not match.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domain/plan.h"
#include "domain/test_case.h"

namespace tamarack::plan {

struct LockRule {  // units with a matching test hold the lock while they run
  std::string name;
  std::string tag;
  std::string match;
};

struct CapRule {  // at most `max` units with a matching test run at once
  std::string name;
  std::string tag;
  std::string match;
  std::int64_t max = 1;
};

struct TogetherRule {  // specs that match run on one worker, in order
  std::string match;
};

struct OrderRule {  // specs that match `before` end before those that match `after` start; one that matches both counts as `before`
  std::string before;
  std::string after;
};

struct Rules {
  std::vector<LockRule> locks;
  std::vector<CapRule> caps;
  std::vector<TogetherRule> together;
  std::vector<OrderRule> order;
};

bool rule_matches_spec(std::string_view pattern, std::string_view spec);

struct Constraints {
  std::vector<std::string> locks;  // sorted, each once
  std::vector<std::string> caps;
  friend auto operator<=>(const Constraints&, const Constraints&) = default;
};
Constraints constraints_of(const domain::TestCase& test, const Rules& rules);
void merge_into(Constraints& constraints, const Constraints& other);

// The caps of a plan: one per name, the tightest where rules repeat a name.
std::vector<domain::Cap> caps_of(const Rules& rules);

}  // namespace tamarack::plan
