// A report of another tool as a finished run of ours: the same journal, the same tables, so that it is listed, shown and reported like any
// other. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapter/results/result_report.h"
#include "cli/import_match.h"
#include "store/store.h"

namespace tamarack::cli {

struct ImportFacts {
  std::string project;
  std::string framework;  // of the suite; empty: the report's format
  std::string branch;
  std::string commit;
  std::optional<Instant> at;  // when the run started; none: as the report says, else `now`
  Instant now;
};

struct ForeignReport {
  std::string format;  // "junit", "ctrf"
  adapter::ResultReport report;
  std::optional<Instant> started;  // as it says itself
};

// `invalid_argument` when it is neither JUnit XML nor CTRF, is broken, or holds no test: half of a report is not half of the truth.
Result<ForeignReport> read_report(std::string_view bytes);

// The same bytes in the same project are the same run, whatever else is said about them.
domain::RunId import_id(const std::string& project, std::string_view bytes);

// The whole run in one commit.
store::Commit import_commit(const domain::RunId& run, const ForeignReport& report, const std::vector<MatchedCase>& cases,
                            const ImportFacts& facts);

}  // namespace tamarack::cli
