#include "cli/doctor_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <filesystem>

#include "adapter/words.h"
#include "base/text.h"
#include "cli/discover.h"
#include "cli/flow_rules.h"
#include "cli/project.h"
#include "cli/rule_warnings.h"
#include "cli/server_checks.h"
#include "cli/version.h"
#include "config/diagnosis.h"
#include "config/read_config.h"
#include "io/files.h"
#include "io/loop.h"
#include "io/machine.h"
#include "io/net.h"
#include "io/process.h"
#include "plan/make_plan.h"
#include "store/memory/memory_store.h"

namespace tamarack::cli {
namespace {

namespace fs = std::filesystem;
using config::ProgramFact;

constexpr Millis answer_deadline{20'000};  // the first start of a program from a cold disk
constexpr std::size_t answer_bytes_max = 64 * 1024;

// Where a shell would find the program, or nothing.
std::string find_program(const std::string& name, const std::string& directory) {
  if (name.find('/') != std::string::npos) {
    const std::string path = io::join_path(directory, name);
    return io::is_executable(path) ? path : "";
  }
  for (const std::string& folder : split(io::environment("PATH"), ':')) {
    const std::string path = io::join_path(folder.empty() ? "." : folder, name);
    if (io::is_executable(path)) return path;
  }
  return {};
}

Result<io::Finished> run_to_end(const std::vector<std::string>& argv, const std::string& directory) {
  io::Loop loop;
  Result<io::Finished> result = make_error(ErrorCode::cancelled, "the program was not run");
  io::run_process(loop, {.argv = argv, .env = {}, .directory = directory, .record_path = {}}, answer_deadline, answer_bytes_max,
                  [&](Result<io::Finished> finished) {
                    result = std::move(finished);
                    loop.stop();
                  });
  loop.run();
  return result;
}

// The first word that looks like a version: "v20.19.2", "pytest 7.2.1", "ctest version 3.25.1".
std::string version_in(std::string_view output) {
  const std::vector<std::string> lines = split_lines(output);
  for (const std::string& line : lines)
    for (std::string word : split(line, ' ')) {
      if (word.starts_with('v')) word.erase(0, 1);
      if (!word.empty() && word.front() >= '0' && word.front() <= '9' && word.find('.') != std::string::npos)
        return word.substr(0, word.find_first_of(",;)"));
    }
  return {};
}

ProgramFact ask_program(const std::string& name, std::vector<std::string> command, const std::string& directory,
                        const std::string& install) {
  ProgramFact fact{.name = name, .path = {}, .version = {}, .trouble = {}, .install = install};
  fact.path = command.empty() ? "" : find_program(command.front(), directory);
  if (fact.path.empty()) return fact;
  command.push_back("--version");
  const Result<io::Finished> finished = run_to_end(command, directory);
  const std::vector<std::string> errors = finished ? split_lines(strip_ansi(to_valid_utf8(finished->errput))) : std::vector<std::string>{};
  if (!finished)
    fact.trouble = finished.error().message;
  else if (finished->timed_out)
    fact.trouble = fmt::format("no answer within {}", human_duration(answer_deadline));
  else if (finished->status.signal != 0)
    fact.trouble = fmt::format("killed by signal {}", finished->status.signal);
  else if (finished->status.code != 0)
    fact.trouble = fmt::format("exit code {}{}", finished->status.code, errors.empty() ? "" : ": " + errors.back());
  else
    fact.version = version_in(finished->output + "\n" + finished->errput);
  return fact;
}

std::string field_of_json_file(const std::string& path, const char* field) {
  const Result<std::string> text = io::read_file(path, 4 << 20);
  if (!text) return {};
  boost::json::error_code failed;
  const boost::json::value value = boost::json::parse(*text, failed);
  const boost::json::object* object = failed ? nullptr : value.if_object();
  const boost::json::value* found = object ? object->if_contains(field) : nullptr;
  return found && found->is_string() ? std::string(found->get_string()) : std::string{};
}

// A package in the node_modules of the suite's folder. Its version is read, not asked: starting Node for it would take half a second.
ProgramFact find_package(const std::string& name, const std::string& suite_dir) {
  ProgramFact fact{.name = name, .path = {}, .version = {}, .trouble = {}, .install = fmt::format("run: npm install --save-dev {}", name)};
  const std::string folder = suite_dir + "/node_modules/" + name;
  if (io::is_directory(folder)) {
    fact.path = folder;
    fact.version = field_of_json_file(folder + "/package.json", "version");
    return fact;
  }
  std::string up = "..";
  for (fs::path parent = fs::path(suite_dir).parent_path(); parent != parent.parent_path(); parent = parent.parent_path(), up += "/..") {
    if (!io::is_directory((parent / "node_modules" / name).string())) continue;
    const std::string start = name == "mocha" ? "/node_modules/mocha/bin/mocha.js" : "/node_modules/" + name + "/cli.js";
    fact.install = fmt::format("it is in '{}': install it in [suite] dir as well, or set program = \"node {}{}\" in [suite]",
                               parent.string(), up, start);
    break;
  }
  return fact;
}

std::vector<ProgramFact> framework_facts(const config::Suite& suite, const std::string& suite_dir) {
  const std::string& framework = suite.framework;
  std::vector<ProgramFact> facts;
  if (!suite.program.empty()) {
    const Result<std::vector<std::string>> words = adapter::split_words(suite.program);
    facts.push_back(ask_program(fmt::format("suite.program '{}'", suite.program), words ? *words : std::vector<std::string>{}, suite_dir,
                                "install it, or correct 'program' in [suite]"));
    return facts;
  }
  if (framework == "playwright" || framework == "mocha") {
    facts.push_back(ask_program("node", {"node"}, suite_dir, "install Node.js from your system's packages or https://nodejs.org"));
    facts.push_back(find_package(framework == "mocha" ? "mocha" : "@playwright/test", suite_dir));
  } else if (framework == "pytest") {
    facts.push_back(ask_program("pytest", {"python3", "-m", "pytest"}, suite_dir,
                                "install it: python3 -m pip install pytest, or set 'program' in [suite] to the one of your environment"));
  } else if (framework == "ctest") {
    facts.push_back(ask_program("ctest", {"ctest"}, suite_dir, "install CMake, which brings ctest"));
  }
  return facts;
}

// executablePath: '/usr/bin/chromium' in the Playwright configuration; a value that is computed cannot be read from outside.
std::string named_browser(const config::Suite& suite, const std::string& suite_dir) {
  std::vector<std::string> candidates{suite.config};
  if (suite.config.empty())
    candidates = {"playwright.config.ts",  "playwright.config.js",  "playwright.config.mts",
                  "playwright.config.mjs", "playwright.config.cts", "playwright.config.cjs"};
  for (const std::string& name : candidates) {
    const Result<std::string> text = io::read_file(io::join_path(suite_dir, name), 1 << 20);
    if (!text) continue;
    constexpr std::string_view key = "executablePath";
    const std::size_t at = text->find(key);
    if (at == std::string::npos) return {};
    std::string_view value = trim(std::string_view(*text).substr(at + key.size()));
    if (!value.starts_with(':')) return {};
    value = trim(value.substr(1));
    if (value.empty() || (value.front() != '\'' && value.front() != '"')) return {};
    const std::size_t end = value.find(value.front(), 1);
    return end == std::string_view::npos ? "" : std::string(value.substr(1, end - 1));
  }
  return {};
}

config::BrowserFact browser_facts(const config::Suite& suite, const std::string& suite_dir) {
  config::BrowserFact fact;
  fact.executable = named_browser(suite, suite_dir);
  fact.executable_runs = !fact.executable.empty() && io::is_executable(io::join_path(suite_dir, fact.executable));
  std::string folder = io::environment("PLAYWRIGHT_BROWSERS_PATH");
  if (folder.empty() && !io::environment("HOME").empty()) folder = io::environment("HOME") + "/.cache/ms-playwright";
  if (folder == "0") folder = suite_dir + "/node_modules/playwright-core/.local-browsers";
  if (folder.empty() || !io::is_directory(folder)) return fact;
  if (const Result<std::vector<std::string>> names = io::list_directory(folder)) {
    const auto is_browser = [](const std::string& name) {
      return name.starts_with("chromium") || name.starts_with("firefox") || name.starts_with("webkit");
    };
    if (std::any_of(names->begin(), names->end(), is_browser)) fact.installed_in = folder;
  }
  return fact;
}

// Words that only a shell understands are not looked for on the disk.
bool is_shell_word(std::string_view word) {
  constexpr std::array words{"cd",     "exec", "export", "source", ".", "if", "for",  "while",   "set",
                             "ulimit", "test", "[",      "(",      "{", "!",  "eval", "command", "trap"};
  return std::find(words.begin(), words.end(), word) != words.end();
}

void find_app_program(const config::App& app, const std::string& app_dir, config::ProjectFacts& facts) {
  const Result<std::vector<std::string>> split = adapter::split_words(app.start);
  if (!split) return;  // quotes and substitutions that only a shell resolves
  std::vector<std::string> words = *split;
  const auto is_assignment = [](const std::string& word) {
    return word.find('=') != std::string::npos && word.find('=') > 0 && word.find('/') > word.find('=');
  };
  while (!words.empty() && is_assignment(words.front())) words.erase(words.begin());
  if (words.empty() || is_shell_word(words.front()) || words.front().find_first_of("$`(){}") != std::string::npos) return;
  facts.app_program = words.front();
  facts.app_program_found = !find_program(words.front(), app_dir).empty();
  const bool runs_script =
      words.size() > 2 && words[1] == "run" && (words[0] == "npm" || words[0] == "pnpm" || words[0] == "yarn" || words[0] == "bun");
  if (!runs_script || words[2].starts_with("-")) return;
  const Result<std::string> text = io::read_file(app_dir + "/package.json", 4 << 20);
  boost::json::error_code failed;
  const boost::json::value value = text ? boost::json::parse(*text, failed) : boost::json::value{};
  const boost::json::object* object = failed ? nullptr : value.if_object();
  const boost::json::value* scripts = object ? object->if_contains("scripts") : nullptr;
  if (!scripts || !scripts->is_object() || !scripts->get_object().contains(words[2])) facts.app_script_missing = words[2];
}

config::ProjectFacts project_facts(const config::Config& config) {
  config::ProjectFacts facts;
  const std::string suite_dir = io::join_path(config.root, config.suite.dir);
  facts.suite_dir_exists = io::is_directory(suite_dir);
  if (facts.suite_dir_exists) {
    const std::string clean = fs::path(suite_dir).lexically_normal().string();
    const std::string dir = clean.size() > 1 && clean.ends_with('/') ? clean.substr(0, clean.size() - 1) : clean;
    facts.suite_config_exists = config.suite.config.empty() || io::exists(io::join_path(dir, config.suite.config));
    facts.framework = framework_facts(config.suite, dir);
    if (config.suite.framework == "playwright") facts.browser = browser_facts(config.suite, dir);
    if (config.suite.framework == "ctest")
      facts.build_dir_has_tests = io::exists(io::join_path(dir, config.suite.build_dir) + "/CTestTestfile.cmake");
  }
  if (!config.app.start.empty()) {
    const std::string app_dir = io::join_path(config.root, config.app.dir);
    facts.app_dir_exists = io::is_directory(app_dir);
    if (facts.app_dir_exists) find_app_program(config.app, app_dir, facts);
  }
  return facts;
}

config::GitFact git_facts(const std::string& root) {
  config::GitFact fact;
  fact.program_found = !find_program("git", root).empty();
  if (!fact.program_found) return fact;
  const auto git = [&](std::vector<std::string> arguments) -> std::optional<std::string> {
    arguments.insert(arguments.begin(), {"git", "-C", root});
    const Result<io::Finished> finished = run_to_end(arguments, root);
    if (!finished || finished->timed_out || finished->status.code != 0) return std::nullopt;
    return std::string(trim(finished->output));
  };
  fact.repository = git({"rev-parse", "--git-dir"}).has_value();
  if (!fact.repository) return fact;
  fact.commit = git({"rev-parse", "--verify", "--quiet", "HEAD"}).value_or("");
  fact.branch = git({"symbolic-ref", "--short", "--quiet", "HEAD"}).value_or("");
  fact.changed = !git({"status", "--porcelain", "--untracked-files=no"}).value_or("").empty();
  return fact;
}

// Tries it where the folder exists; where a run would make it, asks about its parent. The doctor leaves nothing behind.
std::string state_dir_error(const std::string& state_dir, const std::string& root) {
  if (!io::exists(state_dir)) return io::is_writable(root) ? "" : fmt::format("the folder '{}' does not let it be made", root);
  if (!io::is_directory(state_dir)) return "it is not a folder";
  const std::string probe = fmt::format("{}/doctor-{}", state_dir, io::process_id());
  if (const Result<> written = io::write_file(probe, "writable\n"); !written) return written.error().message;
  std::error_code failed;
  fs::remove(probe, failed);
  return {};
}

std::int64_t number_in_file(const std::string& path) {
  const Result<std::string> text = io::read_file(path, 100);
  return text ? parse_integer(trim(*text)).value_or(-1) : -1;
}

config::MachineFacts machine_facts(const config::Config& config) {
  config::MachineFacts facts;
  facts.processors = io::processors();
  facts.ports_wanted = config::workers_of(config, facts.processors);
  for (; facts.ports_bound < facts.ports_wanted; ++facts.ports_bound)
    if (const Result<int> port = io::free_port(); !port) {
      facts.ports_error = port.error().message;
      break;
    }
  facts.state_dir = ".tamarack";
  facts.state_dir_error = state_dir_error(config.root + "/.tamarack", config.root);
  std::error_code failed;
  const fs::space_info space = fs::space(config.root, failed);
  facts.disk_free = failed ? 0 : space.available;
  facts.inotify_watches = number_in_file("/proc/sys/fs/inotify/max_user_watches");
  facts.inotify_instances = number_in_file("/proc/sys/fs/inotify/max_user_instances");
  facts.files_max = static_cast<std::uint64_t>(io::open_files_max());
  facts.git = git_facts(config.root);
  facts.today = iso8601(io::SystemClock().now()).substr(0, 10);
  return facts;
}

// Lists the tests and plans them as a run does: whatever makes a run refuse to begin must be said here. In a folder of its own, because
// the doctor leaves nothing behind.
Result<config::ListingFact> try_to_plan(const config::Config& config, const std::string& folder, std::int64_t workers) {
  const Project project{.config = config, .state_dir = folder, .suite_root = io::join_path(config.root, config.suite.dir)};
  const auto adapter = TRY(adapter::make_adapter(config.suite.framework));
  store::MemoryStore store;
  TRY_VOID(io::make_directories(folder));
  const DiscoveryRequest request{.suite = TRY(suite_settings(project)),
                                 .work_dir = folder + "/discovery",
                                 .shims_dir = TRY(unpack_shims(folder)),
                                 .timeout = config.suite.discover_timeout.value_or(Millis{120'000}),
                                 .use_cache = false};
  io::Loop loop;
  Result<Discovered> found = make_error(ErrorCode::cancelled, "interrupted");
  discover(loop, *adapter, store, request, [&](Result<Discovered> discovered) {
    found = std::move(discovered);
    loop.stop();
  });
  loop.run();
  const Discovered listed = TRY(std::move(found));
  const adapter::Capabilities capabilities = adapter->capabilities(request.suite);
  TRY_VOID(check_waits(config));
  TRY_VOID(plan::make_plan(listed.discovery, {},
                           {.rules = rules_of(config),
                            .workers = workers,
                            .units_share_invocation = capabilities.many_units_per_invocation,
                            .can_select_tests = capabilities.select_tests}));
  config::ListingFact fact{.tests = static_cast<std::int64_t>(listed.discovery.tests.size()),
                           .warnings = listed.discovery.warnings,
                           .starts_server = listed.starts_server};
  for (std::string& unmatched : unmatched_rules(config, listed.discovery.tests)) fact.warnings.push_back(std::move(unmatched));
  return fact;
}

config::ListingFact listing_fact(const config::Config& config, std::int64_t workers) {
  std::error_code failed;
  const fs::path temporary = fs::temp_directory_path(failed);
  const std::string folder = fmt::format("{}/tamarack-doctor-{}-{:016x}", temporary.string(), io::process_id(), io::random_seed());
  const Result<config::ListingFact> fact = try_to_plan(config, folder, workers);
  fs::remove_all(folder, failed);
  if (fact) return *fact;
  return {.error = fact.error().message, .hint = fact.error().hint};
}

std::vector<config::Check> check_here(const DoctorOptions& options, std::string& project) {
  const std::string path = io::absolute_path(options.config_path);
  if (!io::exists(path))
    return {{"configuration", config::CheckState::failed, fmt::format("'{}' does not exist", options.config_path),
             "write one with: tamarack init", 2}};
  const Result<std::string> text = io::read_file(path);
  if (!text) return {{"configuration", config::CheckState::failed, text.error().message, "check the permissions of the file", 2}};
  const config::ReadResult read = config::read_config(*text, path);
  std::vector<config::Check> checks = config::diagnose_file(read, options.config_path);
  if (!read.config) return checks;
  project = read.config->project;
  for (const auto& part : {config::diagnose_project(*read.config, project_facts(*read.config)),
                           config::diagnose_machine(*read.config, machine_facts(*read.config))})
    checks.insert(checks.end(), part.begin(), part.end());
  // A list that cannot succeed would only repeat what is said above.
  if (config::exit_code_of(checks) != 0) return checks;
  const std::int64_t workers = config::workers_of(*read.config, io::processors());
  for (config::Check& check : config::diagnose_listing(*read.config, listing_fact(*read.config, workers), workers))
    checks.push_back(std::move(check));
  return checks;
}

std::vector<config::Check> check_server(const DoctorOptions& options, const std::string& project) {
  const auto address = server_address(options.server);
  const auto labels = parse_labels(options.agent_labels, "--agent-label");
  if (!address || !labels) {
    const Error& error = address ? labels.error() : address.error();
    return {{"server", config::CheckState::failed, error.message, error.hint, exit_code_of(error.code)}};
  }
  return diagnose_server(ask_server(*address, io::SystemClock()), {.version = std::string(version), .project = project, .labels = *labels});
}

}  // namespace

int doctor_command(const DoctorOptions& options) {
  std::string project;
  std::vector<config::Check> checks = check_here(options, project);
  if (!options.server.url.empty())
    for (config::Check& check : check_server(options, project)) checks.push_back(std::move(check));
  if (options.json)
    fmt::print("{}\n", config::checks_as_json(checks));
  else
    fmt::print("{}", config::write_checks(checks, options.colour));
  return config::exit_code_of(checks);
}

}  // namespace tamarack::cli
