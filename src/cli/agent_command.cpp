#include "cli/agent_command.h"

#include <fmt/format.h>

#include <cstdio>

#include "agent/agent_process.h"
#include "agent/job_executor.h"
#include "artifact/disk/disk_artifact_store.h"
#include "base/hash.h"
#include "base/text.h"
#include "cli/agent_endpoint.h"
#include "cli/outputs.h"
#include "cli/project.h"
#include "cli/version.h"
#include "config/processors_file.h"
#include "io/files.h"
#include "io/machine.h"
#include "io/net.h"
#include "io/platform.h"
#include "io/process_tree.h"

namespace tamarack::cli {
namespace {

// It becomes a part of workers' names and of paths.
Result<std::string> checked_name(const std::string& wanted) {
  const std::string name = wanted.empty() ? io::host_name() : wanted;
  if (!is_plain_name(name))
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("an agent's name has letters, digits, '-', '_' and '.', at most 100, got '{}'", name),
                      "pass one with --name");
  return name;
}

std::string default_folder() {
  const std::string cache = io::environment("XDG_CACHE_HOME");
  return (cache.empty() ? io::environment("HOME") + "/.cache" : cache) + "/tamarack/agent";
}

Result<agent::PreparedProject> prepare_project(const std::string& config_path, const std::string& folder) {
  const Project project = TRY(open_project({.config_path = config_path, .state_dir = folder}));
  const adapter::SuiteSettings suite = TRY(suite_settings(project));
  agent::PreparedProject prepared{.settings = agent_settings(project, suite, TRY(unpack_shims(folder))), .adapter = nullptr};
  prepared.adapter = TRY(adapter::make_adapter(project.config.suite.framework));
  return prepared;
}

// Everything that lives as long as the agent does; the order of the members is the order of their making.
struct Ground {
  std::string folder;
  std::unique_ptr<io::FileLock> lock;
  std::unique_ptr<artifact::ContentStore> contents;
  std::unique_ptr<artifact::ArtifactStore> artifacts;
  std::unique_ptr<agent::Workspaces> workspaces;
};

Result<Ground> prepare_ground(const AgentOptions& options, const std::string& name, const Clock& clock) {
  Ground ground;
  ground.folder = io::absolute_path(options.data.empty() ? default_folder() + "/" + name : options.data);
  TRY_VOID(io::make_directories(ground.folder));
  auto lock = io::FileLock::take(ground.folder + "/agent.lock", fmt::format("agent '{}' (process {})", name, io::process_id()));
  if (!lock) {
    Error error = Error(lock.error()).in(fmt::format("another agent has '{}'", ground.folder));
    error.hint = "give each agent a name or a folder of its own, with --name or --data";
    return error;
  }
  ground.lock = std::move(*lock);
  ground.contents = std::make_unique<artifact::ContentStore>(TRY(artifact::ContentStore::open(ground.folder + "/contents")));
  ground.artifacts = TRY(artifact::open_disk_store(ground.folder + "/artifacts"));
  ground.workspaces = std::make_unique<agent::Workspaces>(
      agent::WorkspaceSettings{.folder = ground.folder + "/workspaces", .platform = io::platform_name()}, *ground.contents, clock);
  return ground;
}

// One process, and no other: a job that was handed to the process before is not this one's.
std::string executor_name(const std::string& agent) {
  return agent.substr(0, 80) + "-" + hex64(io::random_seed()).substr(0, 12);
}

struct ExecutorWish {
  std::string agent;
  std::string folder;
  std::vector<agent::Processor> processors;
  std::function<void(const std::string&)> say;
};

std::unique_ptr<agent::JobExecutor> make_executor(io::Loop& loop, client::ApiClient& api, const ExecutorWish& wish,
                                                  std::function<void(const Error&)> failed) {
  return std::make_unique<agent::JobExecutor>(loop, api,
                                              agent::JobExecutorSettings{.executor = executor_name(wish.agent),
                                                                         .folder = wish.folder + "/jobs",
                                                                         .processors = wish.processors,
                                                                         .masker = make_masker(io::environment_lines()).masker,
                                                                         .say = wish.say},
                                              std::move(failed));
}

// Problems of the file come all at once.
Result<std::vector<agent::Processor>> read_processors(const std::string& file) {
  std::vector<agent::Processor> processors;
  if (file.empty()) return processors;
  const std::string path = io::absolute_path(file);
  const auto text = io::read_file(path, config::file_bytes_max);
  if (!text) return Error(text.error()).in("--processors");
  const config::ProcessorsRead read = config::read_processors_file(*text, path);
  if (!read.problems.empty()) {
    std::string list = config::describe(read.problems, io::absolute_path("."));
    while (list.ends_with('\n')) list.pop_back();
    return make_error(ErrorCode::invalid_config, list);
  }
  for (const config::ProcessorSetting& one : read.processors)
    processors.push_back({.name = one.name, .command = one.command, .concurrency = one.concurrency, .timeout = one.timeout});
  return processors;
}

}  // namespace

int agent_command(const AgentOptions& options, const Clock& clock) {
  const auto address = server_address(options.server);
  if (!address) return complain(address.error());
  const auto labels = parse_labels(options.labels, "--label");
  if (!labels) return complain(labels.error());
  const auto name = checked_name(options.name);
  if (!name) return complain(name.error());
  const auto processors = read_processors(options.processors);
  if (!processors) return complain(processors.error());
  const auto ground = prepare_ground(options, *name, clock);
  if (!ground) return complain(ground.error());

  // Tests are somebody else's code: they get the agent's environment, but not its token.
  io::forget_environment("TAMARACK_TOKEN");
  io::become_subreaper();
  io::Loop loop;
  client::ApiClient api(loop, *address);
  const auto say = [name = *name](const std::string& text) {
    std::fprintf(stderr, "%s\n", clean_lines(fmt::format("agent '{}' {}", name, text)).c_str());
  };
  agent::ApiServerWaits server_waits(api);
  const auto endpoint = AgentEndpoint::open(loop, clock, &server_waits);
  if (!endpoint) return complain(endpoint.error());
  int exit_code = 0;
  int signals = 0;
  std::unique_ptr<agent::JobExecutor> jobs;
  const std::int64_t workers = options.workers > 0 ? options.workers : default_workers();
  agent::AgentProcess process(loop, clock, api, *ground->workspaces, *ground->contents, *ground->artifacts,
                              {.run = {.agent = domain::AgentId{*name},
                                       .version = version,
                                       .workers = workers,
                                       .labels = *labels,
                                       .folder = ground->folder,
                                       .prepare = prepare_project,
                                       .say = say,
                                       .endpoint = &(*endpoint)->endpoint()},
                               .session = hex64(io::random_seed()),
                               .masker = make_masker(io::environment_lines()).masker,
                               .machine = io::host_name(),
                               .platform = io::platform_name(),
                               .exit_when_idle = options.exit_when_idle,
                               .load_percent = io::load_percent,
                               .memory_free_mb = io::memory_free_mb},
                              [&](const Result<>& outcome) {
                                if (!outcome) exit_code = complain(outcome.error());
                                if (!jobs) return loop.stop();
                                const auto leave = [&] { jobs->leave([&] { loop.stop(); }); };
                                if (signals > 0 || !outcome) return leave();
                                jobs->finish(leave);
                              });
  const io::SignalWatch watch(loop, [&](int) {
    if (++signals > 1) return process.kill_now([&] { loop.stop(); });
    if (process.is_working()) say("leaves: what runs is given back; once more to leave at once");
    process.leave();
  });
  if (!processors->empty())
    jobs = make_executor(loop, api, {*name, ground->folder, *processors, say}, [&](const Error& error) {
      exit_code = complain(error);
      process.leave();
    });
  say(fmt::format("offers {} to {}", count_of(workers, "worker"), address->url));
  process.start();
  if (jobs) jobs->start();
  loop.run();
  return exit_code;
}

}  // namespace tamarack::cli
