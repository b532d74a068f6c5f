// `tamarack agent`: this machine's workers for the runs of a server.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "cli/server_options.h"

namespace tamarack::cli {

struct AgentOptions {
  ServerOptions server;
  std::string name;                 // empty: the machine's
  std::int64_t workers = 0;         // 0: half of the processors
  std::vector<std::string> labels;  // "zone=eu"
  std::string data;                 // empty: ~/.cache/tamarack/agent
  std::optional<Millis> exit_when_idle;
  std::string processors;  // file with commands that execute jobs; empty: none
};

// Until it is told to leave: SIGINT or SIGTERM give back what runs, a second one ends it at once.
int agent_command(const AgentOptions& options, const Clock& clock);

}  // namespace tamarack::cli
