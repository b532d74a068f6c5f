#include "config/diagnosis.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/text.h"
#include "config/cross_checks.h"
#include "config/quarantine.h"

namespace tamarack::config {
namespace {

constexpr int project_is_wrong = 2;
constexpr int machine_is_wrong = 6;

constexpr std::uint64_t disk_free_min = 100'000'000;  // below this not even the journal of a run is safe
constexpr std::uint64_t disk_free_good = 1'000'000'000;
constexpr std::int64_t inotify_watches_good = 8'192;  // one per folder that is watched for artifacts
constexpr std::int64_t inotify_instances_good = 64;
constexpr std::uint64_t files_of_coordinator = 256;
constexpr std::uint64_t files_per_worker = 64;  // pipes, event file, artifacts, connections

Check well(std::string name, std::string message) {
  return {std::move(name), CheckState::ok, std::move(message), {}, 0};
}
Check doubtful(std::string name, std::string message, std::string next_step) {
  return {std::move(name), CheckState::warning, std::move(message), std::move(next_step), 0};
}
Check broken(std::string name, std::string message, std::string next_step, int exit_code) {
  return {std::move(name), CheckState::failed, std::move(message), std::move(next_step), exit_code};
}

// What the adapters refuse when it is older (docs/adapters/): major and minor version.
struct OldestVersion {
  std::string_view program;
  std::int64_t major;
  std::int64_t minor;
};
constexpr OldestVersion oldest_versions[] = {{"@playwright/test", 1, 35}, {"mocha", 9, 0}};

std::string too_old(const ProgramFact& program) {
  const std::vector<std::string> parts = split(program.version, '.');
  for (const OldestVersion& oldest : oldest_versions) {
    if (oldest.program != program.name || parts.size() < 2) continue;
    const auto major = parse_integer(parts[0]);
    const auto minor = parse_integer(parts[1]);
    if (major && minor && std::pair(*major, *minor) < std::pair(oldest.major, oldest.minor))
      return fmt::format("{} {} is too old, {}.{} or newer is needed", program.name, program.version, oldest.major, oldest.minor);
  }
  return {};
}

Check check_program(const ProgramFact& program) {
  if (program.path.empty()) return broken(program.name, fmt::format("{} was not found", program.name), program.install, project_is_wrong);
  if (!program.trouble.empty())
    return broken(program.name, fmt::format("{} does not answer: {}", program.path, program.trouble), program.install, project_is_wrong);
  if (const std::string old = too_old(program); !old.empty()) return broken(program.name, old, program.install, project_is_wrong);
  return well(program.name, program.version.empty() ? fmt::format("{} ({})", program.name, program.path)
                                                    : fmt::format("{} {} ({})", program.name, program.version, program.path));
}

Check check_browser(const BrowserFact& browser) {
  if (!browser.executable.empty()) {
    if (browser.executable_runs) return well("browser", fmt::format("browser {}", browser.executable));
    return broken("browser",
                  fmt::format("executablePath '{}' in the Playwright configuration is not an executable file", browser.executable),
                  "correct the path, or remove it and run: npx playwright install chromium", project_is_wrong);
  }
  if (!browser.installed_in.empty()) return well("browser", fmt::format("browsers of Playwright in {}", browser.installed_in));
  return doubtful("browser", "no browser of Playwright was found",
                  "run: npx playwright install chromium, unless the configuration chooses an installed one (channel, executablePath)");
}

std::vector<Check> check_app(const Config& config, const ProjectFacts& facts) {
  if (config.app.start.empty()) return {well("application", "no application to start ([app] is not set)")};
  if (!facts.app_dir_exists)
    return {broken("application", fmt::format("folder '{}' of [app] does not exist", config.app.dir), "correct 'dir' in [app]",
                   project_is_wrong)};
  if (!facts.app_script_missing.empty())
    return {broken("application",
                   fmt::format("package.json has no script '{}' for app.start '{}'", facts.app_script_missing, config.app.start),
                   "correct 'start' in [app], or add the script", project_is_wrong)};
  if (!facts.app_program_found)
    return {broken("application", fmt::format("program '{}' of app.start was not found", facts.app_program),
                   "install it, or correct 'start' in [app]", project_is_wrong)};
  std::vector<Check> checks{well("application", fmt::format("application starts with '{}'", config.app.start))};
  const std::string& start = config.app.start;
  const bool port_is_passed =
      start.find("{port}") != std::string::npos || start.find("$PORT") != std::string::npos || config.app.env.contains("PORT");
  const Ready& ready = config.app.ready;
  if (ready.http.empty() && ready.tcp.empty() && ready.log.empty() && !port_is_passed)
    checks.push_back(doubtful("readiness", "[app] says neither how it is ready nor how it gets its port",
                              "add ready = { http = \"/\" }, and {port} to 'start' if the application does not read PORT"));
  return checks;
}

std::vector<Check> check_suite(const Config& config, const ProjectFacts& facts) {
  if (!facts.suite_dir_exists)
    return {broken("suite", fmt::format("folder '{}' of [suite] does not exist", config.suite.dir), "correct 'dir' in [suite]",
                   project_is_wrong)};
  if (!facts.suite_config_exists)
    return {broken("suite", fmt::format("file '{}' of [suite] does not exist in '{}'", config.suite.config, config.suite.dir),
                   "correct 'config' in [suite]", project_is_wrong)};
  if (!facts.build_dir_has_tests)
    return {broken("suite", fmt::format("build folder '{}' has no CTestTestfile.cmake", config.suite.build_dir),
                   "configure and build the project, or correct 'build_dir' in [suite]", project_is_wrong)};
  return {well("suite", fmt::format("{} suite in '{}'", config.suite.framework, config.suite.dir))};
}

Check check_git(const GitFact& git) {
  if (!git.program_found) return doubtful("git", "git was not found", "install git, so that runs record which commit they tested");
  if (!git.repository)
    return doubtful("git", "this folder is not in a git repository", "run: git init, so that runs record which commit they tested");
  if (git.commit.empty())
    return doubtful("git", "the git repository has no commit", "make a first commit, so that runs record what they tested");
  const std::string where = git.branch.empty() ? "no branch" : "branch " + git.branch;
  return well("git", fmt::format("commit {} on {}{}", git.commit.substr(0, 12), where, git.changed ? ", with uncommitted changes" : ""));
}

Check check_disk(const MachineFacts& facts, const Config& config) {
  const std::string free = human_bytes(facts.disk_free);
  if (facts.disk_free < disk_free_min)
    return broken("disk", fmt::format("{} free on the disk, a run needs at least {}", free, human_bytes(disk_free_min)), "make room",
                  machine_is_wrong);
  const auto artifacts = static_cast<std::uint64_t>(std::max<std::int64_t>(0, config.artifacts.bytes_max));
  if (facts.disk_free < disk_free_good)
    return doubtful("disk", fmt::format("only {} free on the disk", free), "make room, or lower 'bytes_max' in [artifacts]");
  if (facts.disk_free < artifacts)
    return doubtful("disk", fmt::format("{} free on the disk, artifacts of one run may take {}", free, human_bytes(artifacts)),
                    "make room, or lower 'bytes_max' in [artifacts]");
  return well("disk", fmt::format("{} free on the disk", free));
}

Check check_inotify(const MachineFacts& facts) {
  if (facts.inotify_watches < 0)
    return doubtful("inotify", "limits of inotify are unknown", "artifacts may be found only at the end of a test");
  if (facts.inotify_watches < inotify_watches_good || facts.inotify_instances < inotify_instances_good)
    return doubtful("inotify", fmt::format("inotify allows {} watches in {} instances", facts.inotify_watches, facts.inotify_instances),
                    fmt::format("raise them: sysctl fs.inotify.max_user_watches={} fs.inotify.max_user_instances={}",
                                8 * inotify_watches_good, 2 * inotify_instances_good));
  return well("inotify", fmt::format("inotify allows {} watches", facts.inotify_watches));
}

std::string_view sign_of(CheckState state) {
  switch (state) {
    case CheckState::ok:
      return "✓";
    case CheckState::warning:
      return "!";
    case CheckState::failed:
      return "✗";
  }
  return "?";
}

std::string_view colour_of(CheckState state) {
  switch (state) {
    case CheckState::ok:
      return "\x1b[32m";
    case CheckState::warning:
      return "\x1b[33m";
    case CheckState::failed:
      return "\x1b[31m";
  }
  return "";
}

std::int64_t count_with(const std::vector<Check>& checks, CheckState state) {
  return std::count_if(checks.begin(), checks.end(), [&](const Check& check) { return check.state == state; });
}

}  // namespace

std::string_view to_string(CheckState state) {
  switch (state) {
    case CheckState::ok:
      return "ok";
    case CheckState::warning:
      return "warning";
    case CheckState::failed:
      return "failed";
  }
  return "failed";
}

std::int64_t workers_of(const Config& config, std::int64_t processors) {
  return config.run.workers > 0 ? config.run.workers : std::max<std::int64_t>(1, processors / 2);
}

std::vector<Check> diagnose_file(const ReadResult& read, const std::string& path) {
  std::vector<Check> checks;
  const auto place = [](const Problem& problem) {
    return fmt::format("{}:{}:{}: {}", problem.file, problem.line, problem.column, problem.message);
  };
  for (const Problem& problem : read.problems) checks.push_back(broken("configuration", place(problem), problem.hint, project_is_wrong));
  if (read.problems.empty()) checks.push_back(well("configuration", fmt::format("{} is valid", path)));
  for (const Problem& warning : read.warnings) checks.push_back(doubtful("configuration", place(warning), warning.hint));
  return checks;
}

std::vector<Check> diagnose_project(const Config& config, const ProjectFacts& facts) {
  std::vector<Check> checks = check_suite(config, facts);
  for (const ProgramFact& program : facts.framework) checks.push_back(check_program(program));
  if (facts.browser) checks.push_back(check_browser(*facts.browser));
  for (Check& check : check_app(config, facts)) checks.push_back(std::move(check));
  return checks;
}

std::vector<Check> diagnose_machine(const Config& config, const MachineFacts& facts) {
  std::vector<Check> checks;
  const std::int64_t workers = workers_of(config, facts.processors);
  const std::string machine = fmt::format("{} on {}", count_of(workers, "worker"), count_of(facts.processors, "processor"));
  if (workers > 2 * facts.processors)
    checks.push_back(doubtful("workers", machine, "tests slow each other down; lower 'workers' in [run]"));
  else
    checks.push_back(well("workers", machine));

  if (facts.ports_bound < facts.ports_wanted)
    checks.push_back(
        broken("ports",
               fmt::format("only {} of {} ports could be bound on 127.0.0.1: {}", facts.ports_bound, facts.ports_wanted, facts.ports_error),
               "check the loopback interface and limits of this environment", machine_is_wrong));
  else
    checks.push_back(well("ports", fmt::format("{} can be bound on 127.0.0.1", count_of(facts.ports_wanted, "port"))));

  if (facts.state_dir_error.empty())
    checks.push_back(well("state", fmt::format("{} is writable", facts.state_dir)));
  else
    checks.push_back(broken("state", fmt::format("{} is not writable: {}", facts.state_dir, facts.state_dir_error),
                            "give the user who runs the tests write permission there", machine_is_wrong));

  checks.push_back(check_disk(facts, config));
  checks.push_back(check_inotify(facts));

  const std::uint64_t files_wanted = files_of_coordinator + files_per_worker * static_cast<std::uint64_t>(workers);
  if (facts.files_max < files_wanted)
    checks.push_back(doubtful(
        "files", fmt::format("{} open files are allowed, {} may need {}", facts.files_max, count_of(workers, "worker"), files_wanted),
        fmt::format("raise the limit: ulimit -n {}", 2 * files_wanted)));
  else
    checks.push_back(well("files", fmt::format("{} open files are allowed", facts.files_max)));
  checks.push_back(check_git(facts.git));
  for (const Problem& expired : expired_quarantine(config, facts.today))
    checks.push_back(
        doubtful("quarantine", fmt::format("{}:{}:{}: {}", expired.file, expired.line, expired.column, expired.message), expired.hint));
  return checks;
}

std::vector<Check> diagnose_listing(const Config& config, const ListingFact& fact, std::int64_t workers) {
  std::vector<Check> checks;
  if (const auto shared = shared_ready_address(config, workers))
    checks.push_back(broken("workers", shared->message, shared->hint, project_is_wrong));
  if (!fact.error.empty()) {
    checks.push_back(broken("tests", fact.error, fact.hint, project_is_wrong));
    return checks;
  }
  checks.push_back(well("tests", count_of(fact.tests, "test") + " found"));
  for (const std::string& warning : fact.warnings) checks.push_back(doubtful("tests", warning, ""));
  if (!fact.starts_server) return checks;
  if (!config.app.start.empty())
    checks.push_back(doubtful("webServer", "'webServer' in the Playwright configuration is started beside [app]",
                              "remove one of them; [app] gives each worker an application of its own"));
  else if (workers > 1)
    checks.push_back(broken(
        "webServer",
        fmt::format("'webServer' in the Playwright configuration would be started by each of {} workers at the same address", workers),
        "move its command to 'start' in [app], or set workers = 1 in [run]", project_is_wrong));
  return checks;
}

int exit_code_of(const std::vector<Check>& checks) {
  int code = 0;
  for (const Check& check : checks) {
    if (check.state != CheckState::failed) continue;
    if (check.exit_code == project_is_wrong) return project_is_wrong;  // the project is what its author can repair first
    code = check.exit_code;
  }
  return code;
}

std::string write_checks(const std::vector<Check>& checks, bool colour) {
  std::string out;
  for (const Check& check : checks) {
    out += colour ? fmt::format("{}{}\x1b[0m {}\n", colour_of(check.state), sign_of(check.state), check.message)
                  : fmt::format("{} {}\n", sign_of(check.state), check.message);
    if (!check.next_step.empty()) out += fmt::format("    → {}\n", check.next_step);
  }
  const std::int64_t failed = count_with(checks, CheckState::failed);
  const std::int64_t warnings = count_with(checks, CheckState::warning);
  const std::string doubts = warnings == 0 ? "" : fmt::format(", {}", count_of(warnings, "warning"));
  out += failed == 0 ? fmt::format("\nready to run{}\n", doubts)
                     : fmt::format("\nnot ready to run: {}{}\n", count_of(failed, "problem"), doubts);
  return out;
}

std::string checks_as_json(const std::vector<Check>& checks) {
  namespace json = boost::json;
  json::array list;
  for (const Check& check : checks)
    list.push_back(json::object{{"name", to_valid_utf8(check.name)},
                                {"state", std::string(to_string(check.state))},
                                {"message", to_valid_utf8(check.message)},
                                {"next_step", to_valid_utf8(check.next_step)}});
  const int exit_code = exit_code_of(checks);
  return json::serialize(json::object{{"ready", exit_code == 0}, {"exit_code", exit_code}, {"checks", list}});
}

}  // namespace tamarack::config
