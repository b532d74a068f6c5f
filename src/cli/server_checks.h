// What `tamarack doctor --server` says about a server: is it there, does it know this token, may the token start runs of this project, do
// versions and clocks agree, who would do the work. Facts are gathered by ask_server; what follows from them is decided in diagnose_server,
// which is pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/server_options.h"
#include "config/diagnosis.h"
#include "wire/api.h"

namespace tamarack::cli {

struct ServerFacts {
  std::string url;
  std::optional<Error> unreachable;
  std::string version;           // of its tamarack; empty: unknown
  std::optional<Millis> ahead;   // its clock minus ours, give or take a second; nothing when it does not say
  std::optional<Error> refused;  // it does not accept the token
  wire::SessionFacts session;
  std::optional<Error> agents_unknown;
  std::vector<wire::AgentState> agents;
};

// Errors of single questions are facts.
ServerFacts ask_server(const client::ServerAddress& address, const Clock& clock);

struct WhatIsWanted {
  std::string version;                        // this program's
  std::string project;                        // empty: there is no configuration that names one
  std::map<std::string, std::string> labels;  // that an agent must have
};
std::vector<config::Check> diagnose_server(const ServerFacts& facts, const WhatIsWanted& wanted);

}  // namespace tamarack::cli
