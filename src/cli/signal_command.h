// `tamarack signal KEY`: leaves a signal at a server, for whoever waits for its key now or later.
#pragma once

#include <string>

#include "cli/server_options.h"

namespace tamarack::cli {

struct SignalOptions {
  ServerOptions server;
  std::string key;
  std::string data;  // a file, "-": standard input; empty: none
  std::string id;    // the same one is the same signal; empty: a new one
  std::string type;
  bool json = false;
};

// Prints stored, repeated, or already over. 0, 0, 1.
int signal_command(const SignalOptions& options);

}  // namespace tamarack::cli
