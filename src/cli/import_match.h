// Which test of the suite a case of a foreign report is. Reports name tests in a dozen dialects: JUnit has a class and a name, CTRF a list
// of suites, and each framework fills them in its own way. So the tests that the framework lists today decide, and a case is matched with
// the one it speaks of; only what matches none gets an identity from the report alone. Pure.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "adapter/results/result_report.h"
#include "domain/test_case.h"

namespace tamarack::cli {

struct MatchedCase {
  domain::TestIdentity identity;
  bool known = false;  // it is a test of the suite; false: the report alone named it
};

struct Suite {
  std::string framework;                             // "pytest": dotted class names are looked up as files
  std::span<const domain::TestCase> tests;           // empty: nobody could list them
  std::function<bool(const std::string&)> has_file;  // below the suite's folder
};

// One per case, in the same order. No two are the same: what the report says twice is told apart by "#2" in the parameters, or by the
// parameters of the suite (the projects of Playwright, which JUnit leaves out) when there are as many of one as of the other.
std::vector<MatchedCase> match_cases(std::span<const adapter::ResultCase> cases, const Suite& suite);

}  // namespace tamarack::cli
