// `tamarack run` and `tamarack resume`: coordinator and agent in one process over the in-memory link.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/project.h"
#include "cli/rerun.h"
#include "cli/server_options.h"
#include "plan/make_plan.h"

namespace tamarack::cli {

struct RunOptions {
  ProjectOptions project;
  plan::Filter filter;
  std::optional<std::int64_t> workers;
  std::optional<std::string> policy;
  std::optional<std::int64_t> retries;
  std::optional<std::int64_t> fail_fast;
  std::optional<std::uint64_t> seed;
  std::optional<Millis> timeout;
  bool failed_first = false;
  bool use_cache = true;
  bool json = false;
  std::string command;                    // as it was typed, for the report
  ServerOptions server;                   // with a URL: the run is the server's and its agents'
  bool detach = false;                    // on a server: does not wait for it
  bool dry_run = false;                   // on a server: lists what would be sent; starts nothing
  bool afresh = false;                    // on a server: everything runs, although it is a retried CI job
  std::vector<std::string> agent_labels;  // on a server: "zone=eu", what an agent must have
  std::string suite_name;                 // tells several suites of one CI job apart
  std::optional<RerunWish> rerun;         // of an earlier run
  std::string continued;                  // an earlier run whose tests have captured what these need; empty: none
};

int run_command(const RunOptions& options, const Clock& clock);

// What start-ups cost before history knows better.
plan::CostGuess cost_guess(const adapter::Capabilities& capabilities);

struct ResumeOptions {
  ProjectOptions project;
  std::string run;  // empty: the newest interrupted one
  bool json = false;
};

int resume_command(const ResumeOptions& options, const Clock& clock);

}  // namespace tamarack::cli
