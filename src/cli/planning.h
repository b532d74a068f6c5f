// From a project, its tests and what was typed to a plan: shared by runs on this machine and runs on a server.
#pragma once

#include "adapter/adapter.h"
#include "cli/discover.h"
#include "cli/project.h"
#include "cli/run_command.h"
#include "plan/make_plan.h"
#include "run/record.h"

namespace tamarack::cli {

// Settings of the command line win over the file's.
struct Effective {
  std::int64_t workers = 1;
  domain::Policy policy = domain::Policy::dynamic;
  std::uint64_t seed = 0;
  run::Options run;
};
Result<Effective> effective_settings(const RunOptions& options, const config::Run& file, Random& random);

plan::PlanOptions plan_options(const RunOptions& options, const Project& project, const adapter::Capabilities& capabilities,
                               const Effective& effective);

// Every invocation starts Playwright's webServer: several at a time fight for its port, or all test the one that came first.
Result<> check_server(const Discovered& discovered, const config::Config& config, std::int64_t workers);
// What the command line said about workers can make a valid file wrong.
Result<> check_workers(const config::Config& config, std::int64_t workers);
std::vector<std::string> warnings_of(const Discovered& discovered, const config::Config& config, const domain::Plan& plan);

}  // namespace tamarack::cli
