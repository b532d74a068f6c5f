#include "adapter/mocha/adapter_mocha.h"

#include <fmt/format.h>

#include "adapter/event_run.h"
#include "adapter/events_discovery.h"
#include "adapter/words.h"
#include "base/text.h"

namespace tamarack::adapter {
namespace {

constexpr std::string_view no_tests_hint =
    "mocha looks for ./test/*.{js,cjs,mjs} by default; set suite.specs, or spec in the Mocha configuration";

Result<std::vector<std::string>> mocha_command(const SuiteSettings& suite, const ExecutionContext& context) {
  std::vector<std::string> argv = TRY(program_words(suite.program, {"node", suite.root + "/node_modules/mocha/bin/mocha.js"}));
  argv.push_back("--require=" + context.shims_dir + "/mocha_reporter.cjs");
  // Tamarack's workers are the parallelism; Mocha's own would hide the tests from the module above.
  argv.emplace_back("--no-parallel");
  if (!suite.config.empty()) argv.push_back("--config=" + suite.config);
  return argv;
}

void append(std::vector<std::string>& argv, const std::vector<std::string>& more) {
  argv.insert(argv.end(), more.begin(), more.end());
}

std::optional<Error> start_failure(const SuiteSettings& suite, const ProcessOutput& output) {
  if (!trim(output.events).empty() || (output.exit_code == 0 && output.signal == 0)) return std::nullopt;
  const std::string_view said = output.errput;
  if (said.find("Cannot find module") != std::string_view::npos && said.find("mocha/bin/mocha.js") != std::string_view::npos)
    return make_error(ErrorCode::invalid_config, fmt::format("mocha is not installed in '{}'", suite.root),
                      "run 'npm install' there, or set suite.program, for example \"node ../node_modules/mocha/bin/mocha.js\"");
  if (said.find("No test files found") != std::string_view::npos)
    return make_error(ErrorCode::invalid_config, "mocha found no test files", std::string(no_tests_hint));
  return make_error(ErrorCode::invalid_config,
                    fmt::format("mocha could not list its tests: {}{}", describe_end(output), output_tail(output)),
                    "run 'npx mocha --dry-run' in the suite's folder to see the same");
}

}  // namespace

Capabilities MochaAdapter::capabilities(const SuiteSettings&) const {
  return {.live_events = true, .select_tests = true, .many_units_per_invocation = true, .own_retries = true};
}

Result<Invocation> MochaAdapter::discovery(const SuiteSettings& suite, const ExecutionContext& context) const {
  std::vector<std::string> argv = TRY(mocha_command(suite, context));
  // A list is no reason to overwrite the report of the user's own reporter.
  append(argv, {"--dry-run", "--reporter=dot"});
  append(argv, suite.arguments);
  append(argv, suite.specs);
  return discovery_invocation(suite, context, std::move(argv));
}

Result<domain::Discovery> MochaAdapter::read_discovery(const SuiteSettings& suite, const ProcessOutput& output) const {
  if (std::optional<Error> failure = start_failure(suite, output)) return std::move(*failure);
  if (trim(output.events).empty())
    return make_error(ErrorCode::invalid_config, fmt::format("mocha listed its tests without telling tamarack{}", output_tail(output)),
                      "tamarack needs Mocha 9 or newer");
  return read_events_discovery(name(), suite, output, no_tests_hint);
}

Result<Invocation> MochaAdapter::execution(const SuiteSettings& suite, const Selection& selection, const ExecutionContext& context) const {
  std::vector<std::string> argv = TRY(mocha_command(suite, context));
  append(argv, suite.arguments);
  // Mocha adds these files to the ones in its configuration; the module takes out what is not selected.
  for (const std::string& spec : specs_of(selection)) argv.push_back(path_argument(spec));
  return execution_invocation(suite, selection, context, std::move(argv));
}

FinalResults MochaAdapter::read_results(const SuiteSettings&, const Selection&, const ProcessOutput&) const {
  return {};
}

// Mocha's exit code is the number of failures.
bool MochaAdapter::exit_code_means_failed_tests(std::int64_t exit_code) const {
  return exit_code > 0;
}

}  // namespace tamarack::adapter
