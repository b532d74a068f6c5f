// `tamarack run` and `tamarack resume`: coordinator and agent in one process over the in-memory link.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/project.h"
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
  std::string command;  // as it was typed, for the report
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
