// `tamarack wait`: ends when something outside holds, with one of six exit codes. In this process, or with --server on a server.
#pragma once

#include <string>

#include "base/time.h"
#include "cli/project.h"
#include "cli/server_options.h"
#include "cli/wait_flags.h"

namespace tamarack::cli {

struct WaitOptions {
  WaitFlags flags;   // source empty: `spec` has it
  std::string spec;  // file with a wish, "-": standard input
  ServerOptions server;
  std::string base_url;  // before addresses that begin with '/'
  ProjectOptions project;
  std::string run;   // captures of this run fill {places}; empty: none
  std::string test;  // only those of tests whose name contains this
  bool json = false;
};

int wait_command(const WaitOptions& options, const Clock& clock);

}  // namespace tamarack::cli
