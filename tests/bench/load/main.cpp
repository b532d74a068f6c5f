// load --server URL [--agents N] [--workers N] [--units N] [--tests-per-unit N] [--watchers N] [--test-ms N] [--shared] [--fetch-spec]
//      [--beside] [--project NAME] [--server-pid PID] [--join-max-s N]
// One run of made-up tests on one server, all agents and browsers in this process. Prints its figures as one line of JSON. The token comes
// from $TAMARACK_TOKEN (role runner, all projects). Exit 1: no figures, and why; 2: usage, or too few open files allowed.
#include <fmt/format.h>
#include <sys/resource.h>

#include <cstdio>

#include "base/text.h"
#include "io/files.h"
#include "load_run.h"

namespace tamarack::load {
namespace {

int usage() {
  std::fputs(
      "usage: load --server URL [--agents N] [--workers N] [--units N] [--tests-per-unit N] [--watchers N] [--test-ms N] [--shared]\n"
      "            [--fetch-spec] [--beside] [--project NAME] [--server-pid PID] [--join-max-s N]\n",
      stderr);
  return 2;
}

bool set_number(LoadOptions& options, std::string_view name, std::int64_t value) {
  if (name == "--agents" && value > 0)
    options.agents = value;
  else if (name == "--workers" && value > 0)
    options.workers = value;
  else if (name == "--units" && value > 0)
    options.units = value;
  else if (name == "--tests-per-unit" && value > 0)
    options.tests_per_unit = value;
  else if (name == "--watchers")
    options.watchers = value;
  else if (name == "--test-ms")
    options.test_duration = Millis{value};
  else if (name == "--server-pid")
    options.server_pid = value;
  else if (name == "--join-max-s" && value > 0)
    options.join_max = Millis{1000 * value};
  else
    return false;
  return true;
}

std::optional<LoadOptions> parse(int argc, char** argv) {
  LoadOptions options{.server = {.url = {}, .token = io::environment("TAMARACK_TOKEN"), .ca_file = {}}};
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--shared") {
      options.shared = true;
    } else if (name == "--fetch-spec") {
      options.fetch_spec = true;
    } else if (name == "--beside") {
      options.beside = true;
    } else if (i + 1 == argc) {
      return std::nullopt;
    } else if (name == "--server") {
      options.server.url = argv[++i];
    } else if (name == "--project") {
      options.project = argv[++i];
    } else {
      const auto value = parse_integer(argv[++i]);
      if (!value || *value < 0 || !set_number(options, name, *value)) return std::nullopt;
    }
  }
  return options.server.url.empty() ? std::nullopt : std::optional(options);
}

// Two connections for each agent, one for each watcher, and a few of our own.
bool has_files_for(const LoadOptions& options) {
  const auto needed = static_cast<rlim_t>(2 * options.agents + options.watchers + 64);
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_cur < needed) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    ::getrlimit(RLIMIT_NOFILE, &files);
  }
  if (files.rlim_cur >= needed) return true;
  std::fprintf(stderr, "load: %s agents and %s watchers need %s open files, this process may have %s: raise `ulimit -Hn`\n",
               std::to_string(options.agents).c_str(), std::to_string(options.watchers).c_str(), std::to_string(needed).c_str(),
               std::to_string(files.rlim_cur).c_str());
  return false;
}

int work(const LoadOptions& options) {
  const io::SystemClock clock;
  int exit_code = 1;
  io::Loop loop;
  LoadRun run(loop, clock, options, [&](const Result<std::string>& figures) {
    if (figures)
      std::printf("%s\n", figures->c_str());
    else
      std::fprintf(stderr, "load: %s\n", figures.error().message.c_str());
    exit_code = figures ? 0 : 1;
    loop.stop();
  });
  run.start();
  loop.run();
  return exit_code;
}

}  // namespace
}  // namespace tamarack::load

int main(int argc, char** argv) {
  const auto options = tamarack::load::parse(argc, argv);
  if (!options) return tamarack::load::usage();
  return tamarack::load::has_files_for(*options) ? tamarack::load::work(*options) : 2;
}
