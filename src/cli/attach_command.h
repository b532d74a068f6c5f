// `tamarack attach` and `tamarack cancel`: a run that somebody else has started on a server.
#pragma once

#include <string>

#include "cli/project.h"
#include "cli/server_options.h"

namespace tamarack::cli {

// Watches the run to its end and ends as it does. Its files are only written where there is a place for them (fetched_run.h: files_place).
struct AttachOptions {
  ProjectOptions project;
  ServerOptions server;
  std::string run;
  std::string output;  // folder for its files
  bool json = false;
};
int attach_command(const AttachOptions& options, const Clock& clock);

struct CancelOptions {
  ServerOptions server;
  std::string run;
};
int cancel_command(const CancelOptions& options);

}  // namespace tamarack::cli
