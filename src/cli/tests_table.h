// The figures of tests as a table for a terminal. Pure.
#pragma once

#include <cstddef>
#include <string>

#include "coordinator/history_json.h"
#include "store/test_store.h"

namespace tamarack::cli {

struct TestsTableOptions {
  std::size_t width = 0;  // in cells; 0: as wide as it takes
  bool colour = false;
};

// A head and one line per test, names cut at the front where the terminal is too narrow. Empty for no tests.
std::string tests_table(const std::vector<store::TestRow>& tests, const coordinator::FindQuarantine& find_quarantine,
                        const TestsTableOptions& options);

}  // namespace tamarack::cli
