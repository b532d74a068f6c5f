#include "cli/project.h"

#include <fmt/color.h>

#include <cstdio>

#include "base/text.h"
#include "cli/flow_rules.h"
#include "cli/outputs.h"
#include "config/quarantine.h"
#include "config/read_config.h"
#include "io/loop.h"
#include "io/machine.h"
#include "shims.h"
#include "store/sqlite/sqlite_store.h"

namespace tamarack::cli {
namespace {

std::string today() {
  return iso8601(io::SystemClock().now()).substr(0, 10);
}

// The folder that holds `path` as a node module, in `from` or above it.
std::optional<std::string> find_upward(std::string from, const std::string& path) {
  while (true) {
    const std::string candidate = io::join_path(from, path);
    if (io::exists(candidate)) return candidate;
    const std::string parent = io::parent_path(from);
    if (parent == from || parent.empty()) return std::nullopt;
    from = parent;
  }
}

Result<std::string> node_program(const std::string& root, const std::string& package, const std::vector<std::string>& entry_points) {
  for (const std::string& entry : entry_points)
    if (const auto found = find_upward(root, "node_modules/" + package + "/" + entry)) return "node " + shell_quote(*found);
  return make_error(ErrorCode::invalid_config, fmt::format("'{}' is not installed in '{}' or above", package, root),
                    fmt::format("run `npm install` (or `npm install --save-dev {}`) there, or set suite.program", package));
}

// The part of the path that is there already and below which nothing can be made, or none.
std::optional<std::string> part_that_is_no_folder(std::string path) {
  while (!io::exists(path) && io::parent_path(path) != path) path = io::parent_path(path);
  return io::exists(path) && !io::is_directory(path) ? std::optional(path) : std::nullopt;
}

// A wrong name is the user's to mend, and found before anything is written; what the machine refuses comes later.
Result<> check_state_dir(const std::string& state_dir) {
  const auto other = part_that_is_no_folder(state_dir);
  if (!other) return {};
  const std::string at = *other == state_dir ? std::string{} : fmt::format("'{}' in ", *other);
  return make_error(ErrorCode::invalid_argument, fmt::format("{}the state folder '{}' is not a folder", at, state_dir),
                    "move it away, or choose another one with --state-dir");
}

}  // namespace

Result<Project> open_project(const ProjectOptions& options) {
  const std::string path = io::absolute_path(options.config_path);
  if (!io::exists(path))
    return make_error(ErrorCode::invalid_config, fmt::format("there is no '{}' here", options.config_path),
                      "run `tamarack init` to write one, or name it with --config");
  if (io::is_directory(path))
    return make_error(ErrorCode::invalid_config, fmt::format("'{}' is a folder, not a file", options.config_path),
                      "name the file in it with --config");
  // One byte beyond the reader's own limit, so that the reader can say that the file is too large.
  const std::string text = TRY(io::read_file(path, config::file_bytes_max + (64 << 20)));
  const config::ReadResult read = config::read_config(text, path);
  const std::string here = io::absolute_path(".");
  if (!read.warnings.empty()) std::fprintf(stderr, "warning: %s\n", clean_lines(config::describe(read.warnings, here)).c_str());
  if (!read.config) {
    std::string list = config::describe(read.problems, here);
    while (list.ends_with('\n')) list.pop_back();
    return make_error(ErrorCode::invalid_config, list);
  }
  TRY_VOID(check_waits(*read.config));
  if (const auto expired = config::expired_quarantine(*read.config, today()); !expired.empty())
    std::fprintf(stderr, "warning: %s\n", clean_lines(config::describe(expired, here)).c_str());
  Project project{.config = *read.config};
  project.state_dir = options.state_dir.empty() ? project.config.root + "/.tamarack" : io::absolute_path(options.state_dir);
  project.suite_root = io::join_path(project.config.root, project.config.suite.dir);
  if (!io::is_directory(project.suite_root))
    return make_error(ErrorCode::invalid_config, fmt::format("suite.dir '{}' is not a folder", project.config.suite.dir));
  TRY_VOID(check_state_dir(project.state_dir));
  TRY_VOID(io::make_directories(project.state_dir + "/runs"));
  // What Tamarack writes is nobody's source.
  if (!io::exists(project.state_dir + "/.gitignore")) TRY_VOID(io::write_file(project.state_dir + "/.gitignore", "*\n"));
  return project;
}

Result<std::string> find_state_dir(const ProjectOptions& options) {
  const std::string state_dir = options.state_dir.empty() ? io::parent_path(io::absolute_path(options.config_path)) + "/.tamarack"
                                                          : io::absolute_path(options.state_dir);
  if (!io::exists(state_dir + "/tamarack.db"))
    return make_error(ErrorCode::not_found, fmt::format("no run is recorded in '{}'", state_dir), "start one with `tamarack run`");
  return state_dir;
}

Result<std::unique_ptr<store::Store>> open_store(const std::string& state_dir, Millis patience) {
  return store::open_sqlite_store(state_dir + "/tamarack.db", patience);
}

Result<adapter::SuiteSettings> suite_settings(const Project& project) {
  const config::Suite& suite = project.config.suite;
  adapter::SuiteSettings settings{.framework = suite.framework,
                                  .root = project.suite_root,
                                  .config = suite.config,
                                  .arguments = suite.arguments,
                                  .env = suite.env,
                                  .program = suite.program,
                                  .discover = suite.discover,
                                  .run = suite.run,
                                  .results = suite.results,
                                  .build_dir = suite.build_dir,
                                  .specs = suite.specs};
  if (settings.program.empty() && suite.framework == "playwright")
    settings.program = TRY(node_program(settings.root, "@playwright/test", {"cli.js"}));
  if (settings.program.empty() && suite.framework == "mocha")
    settings.program = TRY(node_program(settings.root, "mocha", {"bin/mocha.js", "bin/mocha"}));
  return settings;
}

agent::AppSettings app_settings(const Project& project) {
  const config::App& app = project.config.app;
  return {.start = app.start,
          .directory = io::join_path(project.config.root, app.dir),
          .env = app.env,
          .ready_http = app.ready.http,
          .ready_tcp = app.ready.tcp,
          .ready_log = app.ready.log,
          .ready_timeout = app.ready.timeout,
          .health = app.health,
          .health_interval = app.health_interval,
          .reset = app.reset,
          .stop_timeout = app.stop_timeout};
}

Masker masker_of(const Project& project) {
  std::vector<std::string> variables = io::environment_lines();
  for (const auto* env : {&project.config.suite.env, &project.config.app.env})
    for (const auto& [name, value] : *env) variables.push_back(name + "=" + value);
  return make_masker(variables).masker;
}

agent::AgentSettings agent_settings(const Project& project, const adapter::SuiteSettings& suite, const std::string& shims_dir) {
  return {.shims_dir = shims_dir,
          .suite = suite,
          .app = app_settings(project),
          .unit_timeout = project.config.run.unit_timeout.value_or(Millis{0}),
          .watch = project.config.artifacts.watch,
          .settle = project.config.artifacts.settle,
          .artifact_bytes_max = project.config.artifacts.bytes_max,
          .masker = masker_of(project)};
}

plan::Rules rules_of(const config::Config& config) {
  plan::Rules rules;
  for (const config::LockRule& rule : config.locks) rules.locks.push_back({rule.name, rule.tag, rule.match});
  for (const config::CapRule& rule : config.caps) rules.caps.push_back({rule.name, rule.tag, rule.match, rule.max});
  for (const config::TogetherRule& rule : config.together) rules.together.push_back({rule.match});
  for (const config::OrderRule& rule : config.order) rules.order.push_back({rule.before, rule.after});
  rules.flows = flow_rules_of(config);
  return rules;
}

std::vector<std::string> quarantined_tests(const config::Config& config, const domain::Plan& plan) {
  std::vector<std::string> ids;
  for (const domain::TestId& test : config::quarantined(config, plan.tests, today())) ids.push_back(test.value);
  return ids;
}

Result<> check_quarantine(const config::Config& config, const std::vector<domain::TestCase>& tests) {
  const auto problem = config::too_many_quarantined(config, tests, today());
  if (!problem) return {};
  std::string text = config::describe({*problem}, io::absolute_path("."));
  while (text.ends_with('\n')) text.pop_back();
  return make_error(ErrorCode::invalid_config, text);
}

std::int64_t default_workers() {
  return std::max<std::int64_t>(1, io::processors() / 2);
}

Result<std::string> unpack_shims(const std::string& state_dir) {
  const std::pair<const char*, std::string_view> shims[] = {{"playwright_reporter.cjs", embedded::playwright_reporter_cjs()},
                                                            {"mocha_reporter.cjs", embedded::mocha_reporter_cjs()},
                                                            {"pytest_tamarack.py", embedded::pytest_tamarack_py()}};
  // The folder is named after the content, so two versions of the binary never overwrite each other's shims.
  std::string all;
  for (const auto& [name, content] : shims) all += content;
  const std::string folder = state_dir + "/shims/" + hex64(siphash(1, 2, all));
  if (io::exists(folder + "/complete")) return folder;
  TRY_VOID(io::make_directories(folder));
  for (const auto& [name, content] : shims) TRY_VOID(io::write_file(folder + "/" + name, content));
  TRY_VOID(io::write_file(folder + "/complete", ""));
  return folder;
}

domain::RunId new_run_id(Instant now, Random& random) {
  std::string digits = iso8601(now);
  std::erase_if(digits, [](char c) { return c == '-' || c == ':'; });
  return domain::RunId{fmt::format("r-{}-{}-{:04x}", digits.substr(0, 8), digits.substr(9, 6), random.below(0x10000))};
}

namespace {

std::string first_line_of(const std::string& path) {
  const auto text = io::read_file(path, 4096);
  return text ? std::string(trim(text->substr(0, text->find('\n')))) : std::string{};
}

struct GitFolders {
  std::string own;     // HEAD of this working tree
  std::string common;  // branches, shared by all working trees of a repository
};

// In a working tree beside the first one (and in a submodule) `.git` is a file that names the folder.
GitFolders git_folders(const std::string& dot_git) {
  GitFolders git{.own = dot_git, .common = dot_git};
  constexpr std::string_view pointer = "gitdir: ";
  if (!io::is_directory(dot_git)) {
    const std::string line = first_line_of(dot_git);
    if (!line.starts_with(pointer)) return git;
    git.own = git.common = io::join_path(io::parent_path(dot_git), line.substr(pointer.size()));
  }
  if (const std::string common = first_line_of(git.own + "/commondir"); !common.empty()) git.common = io::join_path(git.own, common);
  return git;
}

// `reference`: "refs/heads/main". After `git gc` it has no file of its own but a line "COMMIT NAME" in packed-refs.
std::string commit_of(const GitFolders& git, const std::string& reference) {
  for (const std::string& folder : {git.own, git.common})
    if (std::string commit = first_line_of(folder + "/" + reference); !commit.empty()) return commit;
  constexpr std::int64_t packed_bytes_max = 64 << 20;
  const auto packed = io::read_file(git.common + "/packed-refs", packed_bytes_max);
  if (!packed) return {};
  for (const std::string& line : split_lines(*packed))
    if (line.ends_with(" " + reference)) return line.substr(0, line.find(' '));
  return {};
}

}  // namespace

std::string suite_dir_in_repository(const Project& project) {
  const auto found = find_upward(project.config.root, ".git");
  const std::string dir = io::relative_to(found ? io::parent_path(*found) : project.config.root, project.suite_root);
  return dir == "." || dir.starts_with('/') ? std::string{} : dir;
}

GitFacts git_facts(const std::string& directory) {
  GitFacts facts;
  for (const char* name : {"GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_COMMIT_REF_NAME", "BUILDKITE_BRANCH", "CIRCLE_BRANCH", "BRANCH_NAME"})
    if (facts.branch.empty()) facts.branch = io::environment(name);
  for (const char* name : {"GITHUB_SHA", "CI_COMMIT_SHA", "BUILDKITE_COMMIT", "CIRCLE_SHA1", "GIT_COMMIT"})
    if (facts.commit.empty()) facts.commit = io::environment(name);
  const auto found = find_upward(directory, ".git");
  if (!found) return facts;
  const GitFolders git = git_folders(*found);
  const std::string text = first_line_of(git.own + "/HEAD");
  constexpr std::string_view reference = "ref: ";
  constexpr std::string_view heads = "refs/heads/";
  if (!text.starts_with(reference)) {
    if (facts.commit.empty()) facts.commit = text;
    return facts;
  }
  const std::string name = text.substr(reference.size());
  if (facts.branch.empty()) facts.branch = name.starts_with(heads) ? name.substr(heads.size()) : name;
  if (facts.commit.empty()) facts.commit = commit_of(git, name);
  return facts;
}

}  // namespace tamarack::cli
