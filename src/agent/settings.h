// What an agent needs to know about a project to run its tests: plain values, filled from tamarack.toml or from a server.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "adapter/adapter.h"
#include "base/masker.h"
#include "base/time.h"
#include "domain/ids.h"

namespace tamarack::agent {

struct AppSettings {
  std::string start;      // shell command; empty: no application is managed
  std::string directory;  // absolute
  std::map<std::string, std::string> env;
  std::string ready_http;  // path or full URL
  std::string ready_tcp;   // host:port
  std::string ready_log;   // regular expression
  Millis ready_timeout{60'000};
  std::string health;  // path or full URL; empty: only the process is watched
  Millis health_interval{5'000};
  std::string reset;  // shell command or "http:PATH"
  Millis stop_timeout{10'000};
};

struct AgentSettings {
  domain::AgentId id{"local"};
  std::string session;  // drawn when its process starts
  std::string version;  // of the binary
  std::map<std::string, std::string> labels;
  std::int64_t workers = 1;
  domain::RunId run;
  std::string project;  // on a server; empty: there is none
  std::uint64_t seed = 0;
  std::string run_dir;    // absolute: attempts/, workers/ and logs of this run
  std::string shims_dir;  // absolute
  adapter::SuiteSettings suite;
  AppSettings app;
  Millis unit_timeout{0};               // of one framework invocation; 0: none
  std::vector<std::string> watch;       // globs of files the framework leaves behind, relative to suite.root
  Millis settle{400};                   // how long such a file must stay unchanged before it is stored
  std::int64_t artifact_bytes_max = 0;  // of all attachments of this agent; 0: no limit
  Masker masker;                        // of secrets, in everything that is told
  // Of the working tree as it is now, for flows that are gone on with later; empty where the workspace cannot change.
  std::function<std::string()> commit = {};
};

// The place of one worker: its port, its data, its environment.
struct WorkerPlace {
  domain::WorkerId id;
  std::int64_t slot = 1;  // 1-based
  int port = 0;
  std::string data_dir;
};

// {port} {worker} {data} {seed} in commands and values.
std::string fill_in(std::string text, const WorkerPlace& place, std::uint64_t seed);
// PORT, BASE_URL and TAMARACK_* for the application and the framework.
std::map<std::string, std::string> environment_of(const AgentSettings& settings, const WorkerPlace& place);
// Variables to which our shims add something, with the value that the user gave them: `env`, and what of ours it leaves as it was.
std::map<std::string, std::string> inherited_by_shims(std::map<std::string, std::string> env);

}  // namespace tamarack::agent
