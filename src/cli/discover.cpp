#include "cli/discover.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "adapter/events_discovery.h"
#include "adapter/playwright/narrowing.h"
#include "agent/settings.h"
#include "artifact/workspace/git_files.h"
#include "base/hash.h"
#include "base/text.h"
#include "io/files.h"
#include "io/machine.h"
#include "io/process.h"
#include "io/tree_watch.h"
#include "wire/journal.h"

namespace tamarack::cli {
namespace {

constexpr std::size_t output_bytes_max = 256 << 20;
constexpr std::size_t files_max = 50'000;  // a larger tree is not worth walking: the framework is asked every time

bool is_skipped_folder(const std::string& name) {
  return name == "node_modules" || name == ".git" || name == ".tamarack" || name == "test-results" || name == "playwright-report";
}

// What a list may depend on, as it was before the framework was asked.
struct Fingerprint {
  std::string key;
  std::set<std::string> files;       // real paths of everything that is in the key
  std::vector<std::string> folders;  // real paths: a new file below one of them changes the key
};

std::string real_path(const std::string& path) {
  std::error_code failed;
  const std::filesystem::path real = std::filesystem::canonical(path, failed);
  return failed ? std::string{} : real.string();
}

bool is_below(const std::string& path, const std::string& folder) {
  return path == folder || (path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/');
}

bool has_skipped_part(const std::string& path, const std::string& folder) {
  for (const std::string& part : split(path.substr(folder.size()), '/'))
    if (is_skipped_folder(part)) return true;
  return false;
}

// The work tree of git that holds the folder, else the folder itself.
std::string project_root(const std::string& folder) {
  for (std::filesystem::path above = folder; above != above.parent_path(); above = above.parent_path())
    if (io::exists((above / ".git").string())) return above.string();
  return folder;
}

// Everything below the suite's root, ignored by git or not. Nothing when a folder in it leads to a place that nobody watches.
std::optional<std::set<std::string>> files_below(const std::string& root, const std::string& project) {
  namespace fs = std::filesystem;
  std::set<std::string> files;
  std::error_code failed;
  fs::recursive_directory_iterator walk(root, fs::directory_options::skip_permission_denied, failed);
  for (const fs::recursive_directory_iterator end; !failed && walk != end; walk.increment(failed)) {
    const std::string name = walk->path().filename().string();
    std::error_code gone;
    if (walk->is_directory(gone)) {
      const bool is_link = walk->is_symlink(gone);
      if (!is_link && is_skipped_folder(name)) walk.disable_recursion_pending();
      if (is_link && !is_skipped_folder(name) && !is_below(real_path(walk->path().string()), project)) return std::nullopt;
      continue;
    }
    files.insert(walk->path().string());
    if (files.size() > files_max) return std::nullopt;
  }
  if (failed) return std::nullopt;
  return files;
}

// The environment without what differs from shell to shell.
std::string environment_facts() {
  std::vector<std::string> environment;
  for (const std::string& entry : io::environment_lines()) {
    const std::string_view text = entry;
    const std::string_view name = text.substr(0, text.find('='));
    static constexpr std::string_view unimportant[] = {"PWD", "OLDPWD", "SHLVL", "_", "COLUMNS", "LINES", "TERM"};
    if (std::find(std::begin(unimportant), std::end(unimportant), name) == std::end(unimportant)) environment.emplace_back(text);
  }
  std::sort(environment.begin(), environment.end());
  return join(environment, "\n");
}

// Names, sizes and times of all files below the suite's root and of those that git does not ignore around it, the environment and the
// settings. Anything that changes one of them asks the framework again.
std::optional<Fingerprint> fingerprint(const adapter::SuiteSettings& suite, const std::optional<std::vector<artifact::GitFile>>& in_git) {
  std::string facts = suite.framework + '\n' + suite.program + '\n' + suite.config + '\n' + join(suite.arguments, " ") + '\n';
  for (const auto& [name, value] : suite.env) facts += name + '=' + value + '\n';
  facts += environment_facts();
  const std::string root = real_path(suite.root);
  const std::string project = project_root(root);
  auto files = files_below(root, project);
  if (!files) return std::nullopt;
  Fingerprint print;
  print.folders.push_back(root);
  if (in_git) {
    print.folders.push_back(project);
    for (const artifact::GitFile& file : *in_git)
      if (std::string path = project + "/" + file.path; !has_skipped_part(path, project)) files->insert(std::move(path));
  }
  if (files->size() > files_max) return std::nullopt;
  for (const std::string& path : *files) {
    // Both folders are real paths and no link to a folder was followed: only the last part can be a link.
    std::optional<io::FileLook> look = io::look_at(path);
    const std::string real = look ? path : real_path(path);
    if (!look) look = io::look_at(real).value_or(io::FileLook{});
    facts += fmt::format("\n{} {} {} {}", path, real == path ? "" : real, look->size, look->modified_ns);
    if (!real.empty()) print.files.insert(real);
  }
  // The framework itself: its package's time changes with its version.
  const std::string program = real_path(suite.program.substr(suite.program.rfind(' ') + 1));
  if (const auto look = program.empty() ? std::nullopt : io::look_at(program))
    facts += fmt::format("\n{} {}", look->size, look->modified_ns);
  print.key = "discovery 2/" + suite.root + "/" + hex64(siphash(3, 4, facts)) + hex64(siphash(5, 6, facts));
  return print;
}

// A list is remembered only when everything it is known to depend on is in the fingerprint, and a run would notice the rest: since
// Playwright 1.62 its reporter sees every test of the files it runs (SuiteSettings::listing).
bool may_be_remembered(const Fingerprint& print, const adapter::ListingFacts& facts, const domain::Discovery& discovery) {
  if (!adapter::reporter_selects(discovery.framework_version)) return false;
  for (const std::string& file : facts.files)
    if (!print.files.contains(real_path(file))) return false;
  for (const std::string& folder : facts.folders) {
    const std::string real = real_path(folder);
    const bool watched = std::any_of(print.folders.begin(), print.folders.end(),
                                     [&](const std::string& top) { return is_below(real, top) && !has_skipped_part(real, top); });
    if (!watched) return false;
  }
  return true;
}

using Done = std::function<void(Result<Discovered>)>;

constexpr char with_server = 's';  // the first letter of a remembered list
constexpr char without_server = '-';

std::optional<Discovered> recall(store::Store& store, const std::string& key) {
  const auto cached = store.cached(key);
  if (!cached || !*cached || (*cached)->empty()) return std::nullopt;
  auto decoded = wire::decode_discovery(std::string_view(**cached).substr(1));
  if (!decoded) return std::nullopt;
  return Discovered{std::move(*decoded), true, key, (*cached)->front() == with_server};
}

// Asks the framework.
void list_tests(io::Loop& loop, const adapter::Adapter& adapter, store::Store& store, const DiscoveryRequest& request,
                std::optional<Fingerprint> print, const Done& done) {
  const auto answer = [&loop, done](Result<Discovered> result) { loop.post([done, result = std::move(result)] { done(result); }); };
  if (const auto made = io::make_directories(request.work_dir); !made) return answer(made.error());
  // Listing happens before there is a worker: placeholders of a place get one that is nobody's.
  // Port 9 (discard) answers nowhere, so a suite that reads its address while it is loaded can be listed, and one that connects is not
  // fooled.
  const agent::WorkerPlace nowhere{.id = domain::WorkerId{"discovery"}, .port = 9, .data_dir = request.work_dir};
  const adapter::ExecutionContext context{.attempt_dir = request.work_dir,
                                          .shims_dir = request.shims_dir,
                                          .worker = nowhere.id.value,
                                          .slot = nowhere.slot,
                                          .data_dir = nowhere.data_dir,
                                          .port = nowhere.port,
                                          .inherited = agent::inherited_by_shims(request.suite.env)};
  adapter::SuiteSettings suite = request.suite;
  // suite.discover is the adapter's to fill in: a command of the shell needs quotes, and ${port} is the shell's own.
  for (std::string& argument : suite.arguments) argument = agent::fill_in(std::move(argument), nowhere, 0);
  auto invocation = adapter.discovery(suite, context);
  if (!invocation) return answer(invocation.error());
  const std::string events = adapter::events_path(context);
  if (const auto cleared = io::remove_tree(events); !cleared) return answer(cleared.error());
  for (const adapter::GeneratedFile& file : invocation->files)
    if (const auto written = io::write_file(file.path, file.content); !written) return answer(written.error());
  std::map<std::string, std::string> env = agent::environment_of({.run = domain::RunId{"discovery"}}, nowhere);
  for (const auto& [name, value] : request.suite.env) env[name] = agent::fill_in(value, nowhere, 0);
  for (const auto& [name, value] : invocation->env) env[name] = value;
  io::run_process(
      loop, {.argv = invocation->argv, .env = env, .directory = invocation->directory}, request.timeout, output_bytes_max,
      [&adapter, &store, suite = request.suite, timeout = request.timeout, events, print = std::move(print),
       done](const Result<io::Finished>& finished) {
        if (!finished) return done(finished.error());
        if (finished->timed_out)
          return done(make_error(ErrorCode::invalid_config, fmt::format("listing the tests took longer than {}", human_duration(timeout)),
                                 "raise suite.discover_timeout, or run the framework's own listing to see why"));
        adapter::ProcessOutput output{.exit_code = finished->status.code,
                                      .signal = finished->status.signal,
                                      .output = finished->output,
                                      .errput = finished->errput,
                                      .duration = finished->duration};
        output.output_was_cut = finished->output_was_cut;
        output.events = io::read_file(events, output_bytes_max).value_or(std::string{});
        Result<domain::Discovery> discovery = adapter.read_discovery(suite, output);
        if (!discovery) return done(discovery.error());
        Discovered found{.discovery = std::move(*discovery)};
        const auto facts = adapter::listing_facts(output.events);
        found.starts_server = facts && facts->starts_server;
        if (print && facts && may_be_remembered(*print, *facts, found.discovery)) {
          found.cache_key = print->key;
          const std::string value = (found.starts_server ? with_server : without_server) + wire::encode_discovery(found.discovery);
          if (!store.remember(print->key, value)) {
            // A cache that cannot be written only costs the next run its head start.
          }
        }
        done(std::move(found));
      });
}

}  // namespace

void discover(io::Loop& loop, const adapter::Adapter& adapter, store::Store& store, const DiscoveryRequest& request, const Done& done) {
  // Only Playwright's listing is slow enough to be worth remembering (it starts node and compiles every spec).
  if (request.suite.framework != "playwright") return list_tests(loop, adapter, store, request, std::nullopt, done);
  const std::string project = project_root(real_path(request.suite.root));
  artifact::list_git_files(loop, project, [&loop, &adapter, &store, request, done](auto in_git) {
    std::optional<Fingerprint> print;
    if (in_git) print = fingerprint(request.suite, *in_git);
    if (print && request.use_cache)
      if (auto known = recall(store, print->key)) return done(std::move(*known));
    list_tests(loop, adapter, store, request, std::move(print), done);
  });
}

}  // namespace tamarack::cli
