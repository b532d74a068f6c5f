// simulation --seeds FROM..TO [--threads N] [--plant NAME] [--require-coverage] | --verbose SEED [--plant NAME] | --scale UNITS
// Plays whole runs from seeds and prints what was seen. Exit 1 at the first violation, with its story and the command that replays it.
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <thread>

#include "base/text.h"
#include "scale.h"
#include "simulation.h"

namespace tamarack::simulation {
namespace {

struct Arguments {
  std::uint64_t from = 1;
  std::uint64_t to = 1000;
  unsigned threads = 1;
  std::optional<std::uint64_t> verbose;
  Plant plant = Plant::none;
  std::optional<std::uint64_t> scale;
  bool coverage_required = false;
};

int usage() {
  std::fprintf(stderr,
               "usage: simulation --seeds FROM..TO [--threads N] [--plant NAME] [--require-coverage]\n"
               "       simulation --verbose SEED [--plant NAME]\n"
               "       simulation --scale UNITS\n"
               "plants:");
  for (const auto& [plant, name] : plants) std::fprintf(stderr, " %s", std::string(name).c_str());
  std::fprintf(stderr, "\n");
  return 2;
}

std::optional<std::uint64_t> number(std::string_view text) {
  const auto value = parse_integer(text);
  return value && *value >= 0 ? std::optional<std::uint64_t>(static_cast<std::uint64_t>(*value)) : std::nullopt;
}

std::optional<Arguments> parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--require-coverage") {
      arguments.coverage_required = true;
      continue;
    }
    if (i + 1 == argc) return std::nullopt;
    const std::string_view value = argv[++i];
    if (option == "--seeds") {
      const std::size_t dots = value.find("..");
      if (dots == std::string_view::npos) return std::nullopt;
      const auto from = number(value.substr(0, dots));
      const auto to = number(value.substr(dots + 2));
      if (!from || !to || *to < *from) return std::nullopt;
      arguments.from = *from;
      arguments.to = *to;
    } else if (option == "--threads" && number(value)) {
      arguments.threads = std::max(1U, static_cast<unsigned>(*number(value)));
    } else if (option == "--verbose" && number(value)) {
      arguments.verbose = *number(value);
    } else if (option == "--scale" && number(value)) {
      arguments.scale = *number(value);
    } else if (option == "--plant" && parse_plant(value)) {
      arguments.plant = *parse_plant(value);
    } else {
      return std::nullopt;
    }
  }
  return arguments;
}

std::string replay_command(std::uint64_t seed, Plant plant) {
  std::string command = fmt::format("simulation --verbose {}", seed);
  for (const auto& [one, name] : plants)
    if (one == plant) command += fmt::format(" --plant {}", name);
  return command;
}

void print_violation(const Report& report, Plant plant) {
  std::printf("seed %llu, step %lld: %s\n%sreplay: %s\n", static_cast<unsigned long long>(report.seed),
              static_cast<long long>(report.steps), report.violation->c_str(), report.story.c_str(),
              replay_command(report.seed, plant).c_str());
}

// A broken CHECK aborts: say at which seed, with what a signal handler may use.
void on_abort(int) {
  char text[96];
  const int size = std::snprintf(text, sizeof text, "seed %llu: aborted; replay: simulation --verbose %llu\n",
                                 static_cast<unsigned long long>(current_seed()), static_cast<unsigned long long>(current_seed()));
  if (::write(STDERR_FILENO, text, static_cast<std::size_t>(size)) < 0) ::_exit(1);
  ::_exit(1);
}

int play_one(const Arguments& arguments) {
  const Report report = simulate(*arguments.verbose, {.plant = arguments.plant, .story_lines = 100'000, .story_always = true});
  if (report.violation) {
    print_violation(report, arguments.plant);
    return 1;
  }
  std::printf("%sseed %llu: %lld steps, %lld journal entries, no violation\n", report.story.c_str(),
              static_cast<unsigned long long>(report.seed), static_cast<long long>(report.steps), static_cast<long long>(report.entries));
  return 0;
}

int play_scale(std::size_t units) {
  for (const ScaleShape& shape : {ScaleShape{.units = units, .workers = 100}, ScaleShape{.units = units, .workers = 100, .alone = false},
                                  ScaleShape{.units = units, .workers = 100, .ordered = true}}) {
    const ScaleFigure figure = measure_scale(shape);
    std::printf("%zu units on %zu workers%s%s: %.3f s, %.1f us per unit, %lld decisions, %lld leases\n", shape.units, shape.workers,
                shape.alone ? ", one per invocation" : ", shared invocations", shape.ordered ? ", all after the first" : "", figure.seconds,
                figure.seconds * 1e6 / static_cast<double>(units), static_cast<long long>(figure.decisions),
                static_cast<long long>(figure.leases));
  }
  return 0;
}

struct Total {
  std::mutex mutex;
  Coverage coverage;
  std::int64_t runs = 0;
  std::int64_t steps = 0;
  std::int64_t entries = 0;
  std::optional<Report> violation;
};

void play(const Arguments& arguments, std::atomic<std::uint64_t>& next, std::atomic<bool>& found, Total& total) {
  constexpr std::uint64_t stride = 64;
  Coverage coverage;
  std::int64_t runs = 0;
  std::int64_t steps = 0;
  std::int64_t entries = 0;
  while (!found) {
    const std::uint64_t from = next.fetch_add(stride);
    if (from > arguments.to) break;
    for (std::uint64_t seed = from; seed < from + stride && seed <= arguments.to && !found; ++seed) {
      Report report = simulate(seed, {.plant = arguments.plant});
      ++runs;
      steps += report.steps;
      entries += report.entries;
      coverage.add(report.coverage);
      if (!report.violation) continue;
      found = true;
      const std::lock_guard guard(total.mutex);
      if (!total.violation || report.seed < total.violation->seed) total.violation = std::move(report);
    }
  }
  const std::lock_guard guard(total.mutex);
  total.coverage.add(coverage);
  total.runs += runs;
  total.steps += steps;
  total.entries += entries;
}

int play_many(const Arguments& arguments) {
  const auto started = std::chrono::steady_clock::now();
  std::atomic<std::uint64_t> next = arguments.from;
  std::atomic<bool> found = false;
  Total total;
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < arguments.threads; ++i) threads.emplace_back([&] { play(arguments, next, found, total); });
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  if (total.violation) {
    print_violation(*total.violation, arguments.plant);
    return 1;
  }
  std::vector<std::string> covered;
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < transition_names.size(); ++i)
    total.coverage.count(i) > 0 ? covered.push_back(fmt::format("{} {}", transition_names[i], total.coverage.count(i)))
                                : missing.push_back(std::string(transition_names[i]));
  std::printf("%lld runs, %.0f runs/s, %lld steps, %lld journal entries, %.1f s\ncovered %zu of %zu transitions: %s\n",
              static_cast<long long>(total.runs), static_cast<double>(total.runs) / seconds, static_cast<long long>(total.steps),
              static_cast<long long>(total.entries), seconds, covered.size(), transition_names.size(), join(covered, ", ").c_str());
  if (missing.empty()) return 0;
  std::printf("never taken: %s\n", join(missing, ", ").c_str());
  return arguments.coverage_required ? 1 : 0;
}

}  // namespace
}  // namespace tamarack::simulation

int main(int argc, char** argv) {
  using namespace tamarack::simulation;
  std::signal(SIGABRT, on_abort);
  const auto arguments = parse(argc, argv);
  if (!arguments) return usage();
  if (arguments->scale) return play_scale(*arguments->scale);
  return arguments->verbose ? play_one(*arguments) : play_many(*arguments);
}
