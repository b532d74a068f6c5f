// A run as it is remembered: its journal, and the view that reports are made from.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/access.h"
#include "report/report_view.h"
#include "run/run.h"
#include "store/store.h"

namespace tamarack::coordinator {

// Entries after number `after`, without a gap. Errors: the store's; `not_found` when the run is being removed; `corrupt` when an entry
// cannot be read, or is missing.
Result<std::vector<run::Entry>> load_journal(store::Store& store, const domain::RunId& run, std::int64_t after = 0);

// A run that has no end, and its journal or why it cannot be read.
struct InterruptedRun {
  store::RequestRow row;
  Result<std::vector<run::Entry>> journal;
};

// Those that were asked for, have no end, and are wanted. Errors: the store's.
Result<std::vector<InterruptedRun>> interrupted_runs(store::Store& store, const std::function<bool(const domain::RunId&)>& is_wanted);

// Runs that go on, folded from their journals as far as those went: what is asked again and again is not folded from the start again and
// again. On one thread at a time.
class FoldedRuns {
 public:
  // Valid until the next call.
  Result<const run::Run*> of(store::Store& store, const domain::RunId& run);

 private:
  // As many as are listed together, unless they are large: a list that is one longer than what is kept would fold every run each time.
  static constexpr std::size_t kept_min = 8;
  static constexpr std::size_t kept_max = 1'000;
  static constexpr std::size_t tests_max = 500'000;
  std::deque<std::unique_ptr<run::Run>> kept_;  // asked for last: in front
};

// The row of a run that is not finished holds what was known when it began: the journal knows what it did since. Afterwards it holds its
// ledger so far, "running" or "interrupted" as its verdict, and the exit code of an incomplete run. A finished one stays as it is.
Result<> complete_row(store::Store& store, store::RunRow& row, bool at_work, FoldedRuns& folded);
inline Result<> complete_row(store::Store& store, store::RunRow& row, bool at_work) {
  FoldedRuns folded;
  return complete_row(store, row, at_work, folded);
}

// A page of complete rows, newest first: those that the filter wants and the token reaches; without a token all. The verdicts "running" and
// "interrupted" are known here as well; a page of them may be shorter than its limit although another one follows.
Result<store::RunPage> find_runs(store::Store& store, store::RunFilter filter, const std::optional<domain::Token>& token,
                                 const std::function<bool(const domain::RunId&)>& is_at_work, FoldedRuns& folded);

struct ViewSource {
  std::string machine;
  std::string version;   // of this program
  bool at_work = false;  // somebody works on the run; says nothing about a finished one
};

// `row` says when the run began and ended; one without an end is shown as far as it has come.
Result<report::ReportView> load_view(store::Store& store, const store::RunRow& row, const ViewSource& source);

}  // namespace tamarack::coordinator
