// A wait in this process: a board of its own in memory, probes from this machine. The same rules as on a server, without one.
#pragma once

#include <string>

#include "base/result.h"
#include "base/time.h"
#include "cli/wait_report.h"
#include "flow/wait_spec.h"

namespace tamarack::cli {

// Until it is over; the first SIGINT or SIGTERM cancels it, the second ends at once. Progress goes to standard error.
Result<WaitReport> wait_here(flow::WaitSpec spec, const Clock& clock, const std::string& ca_file);

}  // namespace tamarack::cli
