// What made a run longer than its lower bound, as sentences, the costliest first: the longest unit, start-ups, waiting for locks, flows
// that were parked while nothing else was left to do, idle workers, lost work, repeated attempts. Says nothing about what cost less than a
// thirtieth of the wall time.
#pragma once

#include <string>
#include <vector>

#include "report/report_view.h"

namespace tamarack::report {

// Reads workers, units, tests, run.flows and run.wall_ms; leaves run.held_back alone (the caller stores the answer there).
std::vector<std::string> held_back(const ReportView& view);

}  // namespace tamarack::report
