// `tamarack run --server`: a run that a server and its agents work on.
#pragma once

#include <string>

#include "cli/run_command.h"

namespace tamarack::cli {

// Lists the tests here, sends the workspace, has the server run it, shows it, and ends with the run's own exit code.
int remote_run_command(const RunOptions& options, const Clock& clock);

}  // namespace tamarack::cli
