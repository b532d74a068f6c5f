#include "adapter/pytest/adapter_pytest.h"

#include <fmt/format.h>

#include "adapter/event_run.h"
#include "adapter/events_discovery.h"
#include "adapter/words.h"
#include "base/text.h"

namespace tamarack::adapter {
namespace {

constexpr std::int64_t exit_tests_failed = 1;
constexpr std::int64_t exit_usage_error = 4;
constexpr std::int64_t exit_no_tests = 5;
constexpr std::string_view no_tests_hint =
    "pytest collects test_*.py and *_test.py in suite.dir by default; 'python3 -m pytest --collect-only' shows what it sees";

Result<std::vector<std::string>> pytest_command(const SuiteSettings& suite) {
  std::vector<std::string> argv = TRY(program_words(suite.program, {"python3", "-m", "pytest"}));
  for (const char* option : {"-p", "pytest_tamarack", "--color=no"}) argv.emplace_back(option);
  if (!suite.config.empty()) {
    argv.emplace_back("-c");
    argv.push_back(suite.config);
  }
  return argv;
}

void append(std::vector<std::string>& argv, const std::vector<std::string>& more) {
  argv.insert(argv.end(), more.begin(), more.end());
}

// The plug-in is found by name, so its folder goes in front of whatever PYTHONPATH the worker already has.
void add_plugin_path(Invocation& invocation, const ExecutionContext& context) {
  const auto inherited = context.inherited.find("PYTHONPATH");
  const bool has_path = inherited != context.inherited.end() && !inherited->second.empty();
  invocation.env["PYTHONPATH"] = has_path ? context.shims_dir + ":" + inherited->second : context.shims_dir;
  // What a test prints before the process is killed must not be lost in a buffer.
  invocation.env["PYTHONUNBUFFERED"] = "1";
}

std::optional<Error> start_failure(const ProcessOutput& output) {
  if (output.exit_code == 0 && output.signal == 0) return std::nullopt;
  const std::string_view said = output.errput;
  if (said.find("No module named pytest") != std::string_view::npos && said.find("pytest_tamarack") == std::string_view::npos)
    return make_error(ErrorCode::invalid_config, fmt::format("pytest is not installed{}", output_tail(output)),
                      "install it, or name the right Python, for example program = \".venv/bin/python -m pytest\"");
  if (output.exit_code == exit_usage_error)
    return make_error(ErrorCode::invalid_config, fmt::format("pytest refuses its arguments or its configuration{}", output_tail(output)),
                      "check suite.args, suite.config and addopts");
  if (trim(output.events).empty())
    return make_error(ErrorCode::invalid_config,
                      fmt::format("pytest could not be started: {}{}", describe_end(output), output_tail(output)),
                      "run 'python3 -m pytest --collect-only' in the suite's folder to see the same");
  return std::nullopt;
}

}  // namespace

Capabilities PytestAdapter::capabilities(const SuiteSettings&) const {
  return {.live_events = true, .select_tests = true, .many_units_per_invocation = true, .own_retries = true};
}

Result<Invocation> PytestAdapter::discovery(const SuiteSettings& suite, const ExecutionContext& context) const {
  std::vector<std::string> argv = TRY(pytest_command(suite));
  append(argv, {"--collect-only", "-q"});
  append(argv, suite.arguments);
  append(argv, suite.specs);
  Invocation invocation = discovery_invocation(suite, context, std::move(argv));
  add_plugin_path(invocation, context);
  return invocation;
}

Result<domain::Discovery> PytestAdapter::read_discovery(const SuiteSettings& suite, const ProcessOutput& output) const {
  if (std::optional<Error> failure = start_failure(output)) return std::move(*failure);
  if (output.exit_code == exit_no_tests) return make_error(ErrorCode::invalid_config, "pytest found no tests", std::string(no_tests_hint));
  return read_events_discovery(name(), suite, output, no_tests_hint);
}

Result<Invocation> PytestAdapter::execution(const SuiteSettings& suite, const Selection& selection, const ExecutionContext& context) const {
  std::vector<std::string> argv = TRY(pytest_command(suite));
  append(argv, suite.arguments);
  // Files only, each once: the plug-in deselects the other tests. Node ids as arguments could not express every parameter.
  for (const std::string& spec : specs_of(selection)) argv.push_back(path_argument(spec));
  Invocation invocation = execution_invocation(suite, selection, context, std::move(argv));
  add_plugin_path(invocation, context);
  return invocation;
}

FinalResults PytestAdapter::read_results(const SuiteSettings&, const Selection&, const ProcessOutput&) const {
  return {};
}

bool PytestAdapter::exit_code_means_failed_tests(std::int64_t exit_code) const {
  return exit_code == exit_tests_failed;
}

}  // namespace tamarack::adapter
