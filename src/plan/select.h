// Which of the discovered tests a run is about. Filters of one kind widen (either path), filters of different kinds narrow (this path
// and this tag). A single filter that matches nothing is refused, because a typo must never turn into a small green run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "domain/history.h"
#include "domain/test_case.h"

namespace tamarack::plan {

struct Filter {
  std::vector<std::string> paths;     // glob, part of the spec's path, or PATH:LINE (the test that contains the line)
  std::vector<std::string> titles;    // part of "SPEC › TITLE @tag" ignoring case, or /regular expression/ (/…/i ignores case)
  std::vector<std::string> tags;      // with or without '@'
  std::vector<std::string> not_tags;  // tests with any of these are left out
  std::vector<std::string> only;      // exact "SPEC › TITLE", with or without the parameters in brackets, or test ids
  bool only_failed = false;           // what ended badly when it last ran
};

struct Selection {
  std::vector<domain::TestCase> tests;  // in the order of the discovery
  // Tests no filter named, taken in because a serial group runs as a whole or not at all.
  std::int64_t added_for_serial = 0;
};

Result<Selection> select(const domain::Discovery& discovery, const domain::History& history, const Filter& filter);

}  // namespace tamarack::plan
