// Tests and specs with their figures as the API shows them (docs/design/2026-11-21-http-api.md, "Tests and specs"). Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "store/store.h"

namespace tamarack::coordinator {

inline constexpr int executions_shown_max = 200;

struct QuarantineNote {
  std::string owner;
  std::string reason;
  std::string expires;  // last day, YYYY-MM-DD
};

// The entry that quarantines this test, if one does. Empty: nobody knows of any.
using FindQuarantine = std::function<std::optional<QuarantineNote>(const store::TestRow&)>;

// {"tests":[…],"next":"…"?}
std::string tests_json(const store::TestPage& page, const FindQuarantine& find_quarantine);

// One test: its row, its executions newest first, and the figures of each branch on which it ran.
std::string test_json(const store::TestRow& row, const std::vector<domain::Execution>& executions, const FindQuarantine& find_quarantine);

// {"specs":[…],"next":"…"?}
std::string specs_json(const store::SpecPage& page);

}  // namespace tamarack::coordinator
