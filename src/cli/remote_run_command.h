// `tamarack run --server`, `attach` and `cancel`: runs that a server and its agents work on.
#pragma once

#include <string>

#include "cli/run_command.h"

namespace tamarack::cli {

// Lists the tests here, sends the workspace, has the server run it, shows it, and ends with the run's own exit code.
int remote_run_command(const RunOptions& options, const Clock& clock);

struct AttachOptions {
  ProjectOptions project;
  ServerOptions server;
  std::string run;
  bool json = false;
};
int attach_command(const AttachOptions& options, const Clock& clock);

struct CancelOptions {
  ServerOptions server;
  std::string run;
};
int cancel_command(const CancelOptions& options);

}  // namespace tamarack::cli
