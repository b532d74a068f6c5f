// `tamarack import --server`: the same reports into a server's history. The server reads them, with the tests of its own runs; what is
// wrong with a file is said as if it had been read here.
#pragma once

#include "cli/import_command.h"

namespace tamarack::cli {

// The exit code of the worst: 2 for a file that is no report or too large, or a token that may not; 6 when the server cannot be reached.
int import_to_server(const ImportOptions& options);

}  // namespace tamarack::cli
