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

// Which tests make one flow: of one describe block, of one spec, or all that match. Parameters (Playwright projects) always divide.
enum class FlowEach { describe, spec, all };

struct FlowPhaseRule {  // with a wish it is a wait, else the tests with this tag or in these specs
  std::string name;
  std::string tag;
  std::string match;
  std::string wish;
  std::vector<std::int32_t> needs;  // positions of phases of this rule
  std::vector<domain::CaptureWish> captures;
  std::int64_t retries = -1;
  bool never_twice = false;
  Millis limit{0};
};

struct FlowRule {  // phases that have one verdict: flows.h
  std::string name;
  FlowEach each = FlowEach::describe;
  Millis limit{0};
  bool drift_is_invalid = false;
  std::vector<FlowPhaseRule> phases;
};

struct Rules {
  std::vector<LockRule> locks;
  std::vector<CapRule> caps;
  std::vector<TogetherRule> together;
  std::vector<OrderRule> order;
  std::vector<FlowRule> flows;
};

// Whether a rule with this tag (with or without '@') or this pattern of specs is about the test; an empty one is about none.
bool rule_applies(const domain::TestCase& test, std::string_view tag, std::string_view match);
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
