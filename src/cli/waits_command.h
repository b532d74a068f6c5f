// `tamarack waits`: who waits for what. Of a server, or of the state folder of the project here, which is only read.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "cli/project.h"
#include "cli/server_options.h"

namespace tamarack::cli {

struct WaitsOptions {
  ServerOptions server;  // no url: the state folder
  ProjectOptions project;
  bool all = false;  // those that are over, too
  bool json = false;
};

int waits_command(const WaitsOptions& options, const Clock& clock);

struct WaitRow {
  std::string id;
  std::string owner;
  std::string state;   // "parked", or the outcome
  std::string target;  // of the first condition that goes on, and how many more there are
  std::string status;
  Millis waited{0};
  std::optional<Millis> next_look;  // from now on; nothing: nobody looks, a push is waited for or nothing is known
  std::optional<Millis> deadline;   // from now on; nothing once it is over
};

// A head, one line per wait, and what parking has saved: the time in which no runner was held. Empty for no waits.
std::string waits_table(const std::vector<WaitRow>& rows);

}  // namespace tamarack::cli
