// A run as it is remembered: its journal, and the view that reports are made from.
#pragma once

#include <string>
#include <vector>

#include "report/report_view.h"
#include "run/record.h"
#include "store/store.h"

namespace tamarack::coordinator {

// Entries after number `after`. Errors: the store's; `corrupt` when an entry cannot be read.
Result<std::vector<run::Entry>> load_journal(store::Store& store, const domain::RunId& run, std::int64_t after = 0);

// `row` says when the run began and ended; one that goes on is shown as far as it has come.
Result<report::ReportView> load_view(store::Store& store, const store::RunRow& row, const std::string& machine, const std::string& version);

}  // namespace tamarack::coordinator
