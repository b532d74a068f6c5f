// Commands that look at finished runs or plan without running: show, runs, report, plan.
#pragma once

#include <optional>
#include <string>

#include "cli/run_command.h"

namespace tamarack::cli {

struct ShowOptions {
  ProjectOptions project;
  ServerOptions server;  // with a URL: of its runs
  std::string output;    // of a server's report: the folder it goes into
  std::string run;       // empty: the newest
  bool json = false;
};
int show_command(const ShowOptions& options);
// Writes the report again and prints its path.
int report_command(const ShowOptions& options);

struct RunsOptions {
  ProjectOptions project;
  ServerOptions server;  // with a URL: its runs
  int count = 20;
  bool json = false;
};
int runs_command(const RunsOptions& options);

struct PlanCommandOptions {
  RunOptions run;
  std::optional<Millis> target;
  std::int64_t workers_max = 8;
};
int plan_command(const PlanCommandOptions& options);

}  // namespace tamarack::cli
