// What `tamarack doctor` says about a project and its machine. Pure: doctor_command gathers the facts, this decides what is well, what is
// not, and what to do next. A failed check stops a run; a warning does not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/read_config.h"

namespace tamarack::config {

enum class CheckState { ok, warning, failed };
std::string_view to_string(CheckState state);

struct Check {
  std::string name;  // "node", "ports"
  CheckState state = CheckState::ok;
  std::string message;
  std::string next_step;  // empty when all is well
  int exit_code = 0;      // of a failed check: 2 the project is wrong, 6 the machine is
};

struct ProgramFact {
  std::string name;     // "node", "@playwright/test"
  std::string path;     // where it was found; empty: nowhere
  std::string version;  // empty: unknown
  std::string trouble;  // why it could not be asked: "exit code 1: …"
  std::string install;  // how to get it
};

// What came of asking the framework for its tests, as a run would.
struct ListingFact {
  std::int64_t tests = 0;
  std::vector<std::string> warnings;
  bool starts_server = false;  // Playwright's own webServer
  std::string error;           // empty: it could be listed and planned
  std::string hint;
};

struct GitFact {
  bool program_found = false;
  bool repository = false;
  std::string commit;
  std::string branch;
  bool changed = false;
};

struct BrowserFact {
  std::string executable;  // named in the Playwright configuration; empty: none
  bool executable_runs = false;
  std::string installed_in;  // Playwright's own folder with browsers; empty: none there
};

struct ProjectFacts {
  bool suite_dir_exists = true;
  bool suite_config_exists = true;  // or none is named
  bool build_dir_has_tests = true;  // ctest
  std::vector<ProgramFact> framework;
  std::optional<BrowserFact> browser;  // Playwright only
  bool app_dir_exists = true;
  std::string app_program;  // first word of app.start; empty: no application, or a word only the shell knows
  bool app_program_found = true;
  std::string app_script_missing;  // "npm run x" without a script x
};

struct MachineFacts {
  std::int64_t processors = 1;
  std::int64_t ports_wanted = 0;
  std::int64_t ports_bound = 0;
  std::string ports_error;
  std::string state_dir;        // shown as it is
  std::string state_dir_error;  // empty: writable
  std::uint64_t disk_free = 0;
  std::int64_t inotify_watches = -1;  // -1: unknown
  std::int64_t inotify_instances = -1;
  std::uint64_t files_max = 0;  // soft limit of open files
  GitFact git;
  std::string today;  // YYYY-MM-DD
};

std::int64_t workers_of(const Config& config, std::int64_t processors);

// The checks of the file itself: one line if it is well, else all its problems.
std::vector<Check> diagnose_file(const ReadResult& read, const std::string& path);
std::vector<Check> diagnose_project(const Config& config, const ProjectFacts& facts);
std::vector<Check> diagnose_machine(const Config& config, const MachineFacts& facts);
std::vector<Check> diagnose_listing(const Config& config, const ListingFact& fact, std::int64_t workers);

int exit_code_of(const std::vector<Check>& checks);

// "✓ node 20.19.2 (/usr/bin/node)" per check, with its next step, and a last line that sums up.
std::string write_checks(const std::vector<Check>& checks, bool colour);
std::string checks_as_json(const std::vector<Check>& checks);

}  // namespace tamarack::config
