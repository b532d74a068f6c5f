// The last thing a run prints: verdict, what failed and how to run it again, the ledger as an equation, and where the time went.
#pragma once

#include <cstddef>
#include <string>

#include "report/report_view.h"

namespace tamarack::report {

struct SummaryOptions {
  bool colour = false;
  std::size_t failures_max = 20;  // more are counted and left to the report
  std::string report_path;        // empty: no line
  std::string server;             // whose run it is, for commands to copy; empty: this machine's
  std::size_t width = 0;          // of the terminal: sentences are wrapped, names cut; commands and paths stay whole. 0: none
};

std::string terminal_summary(const ReportView& view, const SummaryOptions& options = {});

}  // namespace tamarack::report
