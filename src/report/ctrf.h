// CTRF (Common Test Report Format, ctrf.io) with specVersion "0.0.0": the format has no version 1, and its own validator refuses others.
// The schema allows no field it does not know; what it has no word for stands under `extra`. A test is its final attempt, the attempts
// before it are `retryAttempts`. Statuses: flaky is passed with `flaky`, timed_out is failed, and lost, cancelled and never_ran are
// `other`; `rawStatus` always carries the word of the ledger. A failure in quarantine stays failed, with extra.quarantined.
#pragma once

#include <string>

#include "report/report_view.h"

namespace tamarack::report {

std::string to_ctrf(const ReportView& view);

}  // namespace tamarack::report
