// Suites for the tests of this room, written in one line per test.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "domain/history.h"
#include "domain/plan.h"
#include "domain/test_case.h"

namespace tamarack::plan {

struct SuiteTest {
  std::string name;  // "checkout.spec.ts › guest › pays [chromium]"
  std::int64_t line = 0;
  std::vector<std::string> tags;
  std::string group;
  bool serial = false;
  bool skip_expected = false;
};

inline domain::TestCase test_case(const SuiteTest& wanted) {
  domain::TestCase test;
  std::string name = wanted.name;
  if (name.ends_with(']')) {
    const std::size_t bracket = name.rfind(" [");
    test.identity.parameters = name.substr(bracket + 2, name.size() - bracket - 3);
    name.resize(bracket);
  }
  const std::vector<std::string> parts = split(replace_all(name, " › ", "\n"), '\n');
  test.identity.spec = parts.front();
  test.identity.title_path.assign(parts.begin() + 1, parts.end());
  test.id = domain::make_test_id(test.identity);
  test.line = wanted.line;
  test.tags = wanted.tags;
  test.group = wanted.group;
  test.serial = wanted.serial;
  test.skip_expected = wanted.skip_expected;
  return test;
}

inline domain::Discovery suite(const std::vector<SuiteTest>& tests) {
  domain::Discovery discovery{.framework = "playwright", .framework_version = "1.55.0"};
  for (const SuiteTest& test : tests) discovery.tests.push_back(test_case(test));
  return discovery;
}

inline std::vector<std::string> names_of(const std::vector<domain::TestCase>& tests) {
  std::vector<std::string> names;
  for (const domain::TestCase& test : tests) names.push_back(domain::display_name(test.identity));
  return names;
}

// Durations newest first.
inline void remember(domain::History& history, const std::string& name, const std::vector<std::int64_t>& durations_ms) {
  domain::TestHistory& one = history.tests[test_case({.name = name}).id];
  for (const std::int64_t ms : durations_ms) one.timings.push_back({.duration = Millis{ms}});
  history.has_run = true;
}

// A rule for the tests; the scheduler has its own.
inline domain::ChunkSize factoring(Millis remaining, std::int64_t workers, const domain::CostEstimate& cost) {
  const auto fair = remaining / std::max<std::int64_t>(workers, 1);
  const Millis part = std::max(cost.from_history ? fair * 9 / 10 : fair / 2, 3 * cost.framework_start);
  return {.aim = part, .most = part};
}

}  // namespace tamarack::plan
