#include "cli/discover.h"

#include <filesystem>

#include "agent/settings.h"
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
constexpr int files_max = 50'000;  // a larger tree is not worth walking: the framework is asked every time

bool is_skipped_folder(const std::string& name) {
  return name == "node_modules" || name == ".git" || name == ".tamarack" || name == "test-results" || name == "playwright-report";
}

// Names, sizes and times of all files below the suite's root, the environment and the settings. Anything that changes one of them asks the
// framework again. What a discovery can depend on beyond that (a clock, a network) shows when the tests run: fewer or other tests than
// planned is a disagreement, and then the entry is forgotten.
std::optional<std::string> fingerprint(const adapter::SuiteSettings& suite) {
  namespace fs = std::filesystem;
  std::string facts = suite.framework + '\n' + suite.program + '\n' + suite.config + '\n' + join(suite.arguments, " ") + '\n';
  for (const auto& [name, value] : suite.env) facts += name + '=' + value + '\n';
  std::vector<std::string> environment;
  for (const std::string& entry : io::environment_lines()) {
    const std::string_view text = entry;
    const std::string_view name = text.substr(0, text.find('='));
    static constexpr std::string_view unimportant[] = {"PWD", "OLDPWD", "SHLVL", "_", "COLUMNS", "LINES", "TERM"};
    if (std::find(std::begin(unimportant), std::end(unimportant), name) == std::end(unimportant)) environment.emplace_back(text);
  }
  std::sort(environment.begin(), environment.end());
  facts += join(environment, "\n");
  int files = 0;
  std::vector<std::string> lines;
  std::error_code failed;
  fs::recursive_directory_iterator walk(suite.root, fs::directory_options::skip_permission_denied, failed);
  for (const fs::recursive_directory_iterator end; !failed && walk != end; walk.increment(failed)) {
    const std::string name = walk->path().filename().string();
    std::error_code gone;
    if (!walk->is_symlink(gone) && walk->is_directory(gone)) {
      if (is_skipped_folder(name)) walk.disable_recursion_pending();
      continue;
    }
    if (++files > files_max) return std::nullopt;
    const io::FileLook look = io::look_at(walk->path().string()).value_or(io::FileLook{});
    lines.push_back(fmt::format("{} {} {}", walk->path().string(), look.size, look.modified_ns));
  }
  if (failed) return std::nullopt;
  std::sort(lines.begin(), lines.end());
  facts += join(lines, "\n");
  // The framework itself: its package's time changes with its version.
  const fs::path program = fs::canonical(suite.program.substr(suite.program.rfind(' ') + 1), failed);
  if (const auto look = failed ? std::nullopt : io::look_at(program.string()))
    facts += fmt::format("\n{} {}", look->size, look->modified_ns);
  return "discovery/" + suite.root + "/" + hex64(siphash(3, 4, facts)) + hex64(siphash(5, 6, facts));
}

}  // namespace

void discover(io::Loop& loop, const adapter::Adapter& adapter, store::Store& store, const DiscoveryRequest& request,
              std::function<void(Result<Discovered>)> done) {
  const auto answer = [&loop, done](Result<Discovered> result) { loop.post([done, result = std::move(result)] { done(result); }); };
  // Only Playwright's listing is slow enough to be worth it (it starts node and compiles every spec).
  std::string key;
  if (request.suite.framework == "playwright") key = fingerprint(request.suite).value_or(std::string{});
  if (!key.empty() && request.use_cache) {
    const auto cached = store.cached(key);
    if (cached && *cached)
      if (auto decoded = wire::decode_discovery(**cached)) return answer(Discovered{std::move(*decoded), true, key});
  }
  if (const auto made = io::make_directories(request.work_dir); !made) return answer(made.error());
  const adapter::ExecutionContext context{.attempt_dir = request.work_dir, .shims_dir = request.shims_dir, .inherited = request.suite.env};
  // Listing happens before there is a worker: placeholders of a place get one that is nobody's.
  // Port 9 (discard) answers nowhere, so a suite that reads its address while it is loaded can be listed, and one that connects is not
  // fooled.
  const agent::WorkerPlace nowhere{.id = domain::WorkerId{"discovery"}, .port = 9, .data_dir = request.work_dir};
  adapter::SuiteSettings suite = request.suite;
  for (std::string& argument : suite.arguments) argument = agent::fill_in(std::move(argument), nowhere, 0);
  suite.discover = agent::fill_in(std::move(suite.discover), nowhere, 0);
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
      [&adapter, &store, suite = request.suite, timeout = request.timeout, events, key, done](const Result<io::Finished>& finished) {
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
        if (!key.empty() && !store.remember(key, wire::encode_discovery(*discovery))) {
          // A cache that cannot be written only costs the next run its head start.
        }
        done(Discovered{std::move(*discovery), false, key});
      });
}

}  // namespace tamarack::cli
