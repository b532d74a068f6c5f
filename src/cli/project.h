// A project on disk: its configuration, its state folder, and the facts about the machine that an adapter cannot find out itself.
#pragma once

#include <memory>
#include <string>

#include "adapter/adapter.h"
#include "agent/settings.h"
#include "base/hash.h"
#include "base/masker.h"
#include "base/result.h"
#include "config/config.h"
#include "io/files.h"
#include "plan/rules.h"
#include "store/sqlite/sqlite_store.h"
#include "store/store.h"

namespace tamarack::cli {

struct ProjectOptions {
  std::string config_path = "tamarack.toml";
  std::string state_dir;  // empty: .tamarack beside the configuration
};

struct Project {
  config::Config config;
  std::string state_dir;   // absolute, exists
  std::string suite_root;  // absolute

  std::string run_dir(const domain::RunId& run) const { return state_dir + "/runs/" + run.value; }
};

// Reads and checks the configuration; problems and warnings are printed to stderr by print_problems inside. The error says how many.
Result<Project> open_project(const ProjectOptions& options);
// Only the state folder is needed, by commands that look at finished runs: a broken configuration must not hide them.
Result<std::string> find_state_dir(const ProjectOptions& options);
Result<std::unique_ptr<store::Store>> open_store(const std::string& state_dir, Millis patience = store::busy_patience);

// With the framework's program resolved, or an error that says how to install it.
Result<adapter::SuiteSettings> suite_settings(const Project& project);
agent::AppSettings app_settings(const Project& project);
// Of the values of variables whose names say that they are secret, of this process and of the configuration.
Masker masker_of(const Project& project);
// All an agent needs of a project, but for who it is, how many workers it has and which run it works on.
agent::AgentSettings agent_settings(const Project& project, const adapter::SuiteSettings& suite, const std::string& shims_dir);
plan::Rules rules_of(const config::Config& config);
std::vector<std::string> quarantined_tests(const config::Config& config, const domain::Plan& plan);
// More of the suite's tests are in quarantine than run.quarantine_max allows: `invalid_config`. `tests` are all of the suite.
Result<> check_quarantine(const config::Config& config, const std::vector<domain::TestCase>& tests);
std::int64_t default_workers();

// The shims of this binary as files; returns their folder.
Result<std::string> unpack_shims(const std::string& state_dir);

domain::RunId new_run_id(Instant now, Random& random);

struct GitFacts {
  std::string branch;
  std::string commit;
};
// From .git itself and the variables of CI systems; empty when there is none. Starts no process.
GitFacts git_facts(const std::string& directory);
// The suite's folder in its repository, "" when it is the whole of it; without a repository relative to the configuration's folder.
std::string suite_dir_in_repository(const Project& project);

}  // namespace tamarack::cli
