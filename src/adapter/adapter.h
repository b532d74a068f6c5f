// The port to a test framework. An adapter is pure: arguments, environment and files out; exit code and bytes in. Starting processes,
// following event files and finding artifacts is the agent's work.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "domain/plan.h"
#include "domain/test_case.h"
#include "domain/test_report.h"

namespace tamarack::adapter {

// [suite] of tamarack.toml, as an adapter needs it. Paths are as written there, relative to `root`.
struct SuiteSettings {
  std::string framework;
  std::string root;                    // absolute: the folder of tamarack.toml joined with suite.dir; commands run here
  std::string config;                  // the framework's own configuration file; empty: its default
  std::vector<std::string> arguments;  // passed on to every invocation of the framework
  std::map<std::string, std::string> env;
  // How the framework is started if not by its default ("python3 -m pytest"); words as a shell splits them, nothing is expanded. The
  // shell may fill it in with a fact, such as the cli.js it found in a folder above the suite.
  std::string program;
  std::string discover;            // command: one unit per line
  std::string run;                 // command: template with {unit} or {units}
  std::string results;             // command: exit-code, junit:PATH, ctrf:PATH, tap
  std::string build_dir;           // ctest
  std::vector<std::string> specs;  // mocha: globs of spec files; empty: the framework's default
  // Playwright: a file with all tests that were known when the plan was made (listing_json), filters aside. If it is there, a run says
  // which tests of its spec files are not in it: they came after the list. Empty: not asked.
  std::string listing;
};

// What a framework can do; read by plan and schedule, never asked by name of the framework.
struct Capabilities {
  bool live_events = false;   // reports per test while it runs
  bool select_tests = false;  // can run single tests of a spec
  bool many_units_per_invocation = false;
  bool own_retries = false;
};

struct GeneratedFile {
  std::string path;  // absolute
  std::string content;
};

// Facts only the shell can find out, given to the adapter: file existence, versions.
struct Invocation {
  std::vector<std::string> argv;
  std::map<std::string, std::string> env;  // added to the worker's environment
  std::string directory;                   // working directory, absolute
  std::vector<GeneratedFile> files;        // to be written before the start
  std::string results_path;      // report file to read afterwards; empty if none. Removed before the start: a stale report is never read
  bool events_expected = false;  // a shim is going to write event lines
  // argv is `sh -c …`: a command killed by a signal comes back as exit code 128 + number, which the agent turns into the signal again.
  bool through_shell = false;
};

struct ExecutionContext {
  std::string attempt_dir;  // absolute, exists, empty; event file, output and generated files live here
  std::string shims_dir;    // absolute: the shims of this binary, unpacked
  std::string worker;       // "local/1"
  std::int64_t slot = 1;
  std::string data_dir;
  std::int64_t port = 0;
  std::uint64_t seed = 0;
  // The worker's environment (suite.env included), as far as an adapter puts something before it: PYTHONPATH, NODE_OPTIONS.
  std::map<std::string, std::string> inherited;
};

// Where the shims write their lines: TAMARACK_EVENTS of every invocation with events_expected.
std::string events_path(const ExecutionContext& context);

// The signal behind an exit code of `sh -c`, for the signals that come from outside (hang-up, interrupt, kill, terminate); 0 for others. A
// command that crashes (SIGSEGV, SIGABRT) has failed by itself and keeps its code.
constexpr std::int64_t signal_behind_shell_code(std::int64_t exit_code) {
  const std::int64_t number = exit_code - 128;
  return number == 1 || number == 2 || number == 9 || number == 15 ? number : 0;
}

// What the agent hands to one invocation: whole units, or some tests of them when others already have their result.
struct Selection {
  struct Part {
    const domain::Unit* unit = nullptr;
    std::vector<domain::TestIndex> tests;  // to run, in order; a subset of unit->tests
  };
  const domain::Plan* plan = nullptr;
  std::vector<Part> parts;
};

struct ProcessOutput {
  std::int64_t exit_code = 0;  // -1 when it was killed by a signal
  std::int64_t signal = 0;
  std::string output;                  // stdout, bounded
  std::string errput;                  // stderr, bounded
  bool output_was_cut = false;         // stdout was longer than what is kept: a list or TAP stream in it must not be believed
  std::string events;                  // content of the event file
  std::optional<std::string> results;  // content of results_path, if it was written
  Instant started;
  Millis duration{0};
};

// Results that are read when the invocation has ended (no live events).
struct FinalResults {
  std::vector<domain::TestReport> reports;
  std::vector<std::string> problems;  // "truncated_report: …": named disagreements
};

class Adapter {
 public:
  virtual ~Adapter() = default;
  virtual std::string_view name() const = 0;
  // They can depend on the settings: a `command` template with {unit} takes one unit at a time, one with {units} many.
  virtual Capabilities capabilities(const SuiteSettings& suite) const = 0;

  // The invocation that lists all tests.
  virtual Result<Invocation> discovery(const SuiteSettings& suite, const ExecutionContext& context) const = 0;
  // Its output as tests, in the framework's order. Errors name the cause: framework missing, syntax error, no tests, duplicate ids.
  virtual Result<domain::Discovery> read_discovery(const SuiteSettings& suite, const ProcessOutput& output) const = 0;

  // The invocation that runs the selection.
  virtual Result<Invocation> execution(const SuiteSettings& suite, const Selection& selection, const ExecutionContext& context) const = 0;
  // For adapters without live events: results from exit code or report. Tests without a result are simply missing from it.
  virtual FinalResults read_results(const SuiteSettings& suite, const Selection& selection, const ProcessOutput& output) const = 0;

  // Exit codes with which the framework says "I ran, some tests failed"; any other non-zero code is trouble of its own.
  virtual bool exit_code_means_failed_tests(std::int64_t exit_code) const = 0;
};

// The adapter for a framework by name, or an error that lists the known ones.
Result<std::unique_ptr<Adapter>> make_adapter(std::string_view framework);
std::vector<std::string> adapter_names();

}  // namespace tamarack::adapter
