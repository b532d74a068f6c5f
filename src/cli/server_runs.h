// `tamarack show`, `report` and `runs` with --server: the same as of this machine, about runs that a server keeps.
#pragma once

#include "cli/inspect_commands.h"

namespace tamarack::cli {

int show_of_server(const ShowOptions& options);
// Fetches what the report needs, writes it here and prints its path.
int report_of_server(const ShowOptions& options);
int runs_of_server(const RunsOptions& options);

}  // namespace tamarack::cli
