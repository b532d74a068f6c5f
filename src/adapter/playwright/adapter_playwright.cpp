#include "adapter/playwright/adapter_playwright.h"

#include <fmt/format.h>

#include "adapter/event_run.h"
#include "adapter/events_discovery.h"
#include "adapter/playwright/narrowing.h"
#include "adapter/words.h"
#include "base/text.h"

namespace tamarack::adapter {
namespace {

constexpr std::string_view no_tests_hint = "check testDir and testMatch in the Playwright configuration, or suite.dir and suite.config";

Result<std::vector<std::string>> test_command(const SuiteSettings& suite) {
  // cli.js is started directly: npx costs 0.3 s more each time.
  std::vector<std::string> argv = TRY(program_words(suite.program, {"node", suite.root + "/node_modules/@playwright/test/cli.js"}));
  argv.push_back("test");
  if (!suite.config.empty()) argv.push_back("--config=" + suite.config);
  return argv;
}

void append(std::vector<std::string>& argv, const std::vector<std::string>& more) {
  argv.insert(argv.end(), more.begin(), more.end());
}

std::string reporter_path(const ExecutionContext& context) {
  return context.shims_dir + "/playwright_reporter.cjs";
}

// The HTML reporter is the default, and it would stop the run to show its report when a test fails, and write all reports of all
// workers into one folder, emptying it each time. Old and new versions call the variables differently.
void tame_html_reporter(Invocation& invocation, const SuiteSettings& suite, const ExecutionContext& context) {
  for (const char* name : {"PLAYWRIGHT_HTML_OPEN", "PW_TEST_HTML_REPORT_OPEN"}) invocation.env[name] = "never";
  for (const char* name : {"PLAYWRIGHT_HTML_OUTPUT_DIR", "PLAYWRIGHT_HTML_REPORT"})
    if (!suite.env.contains(name)) invocation.env[name] = context.attempt_dir + "/html-report";
}

// What people see when Playwright never came as far as our reporter.
std::optional<Error> start_failure(const SuiteSettings& suite, const ProcessOutput& output) {
  if (!trim(output.events).empty() || (output.exit_code == 0 && output.signal == 0)) return std::nullopt;
  const std::string_view said = output.errput;
  if (said.find("Cannot find module") != std::string_view::npos && said.find("@playwright/test/cli.js") != std::string_view::npos)
    return make_error(ErrorCode::invalid_config, fmt::format("playwright is not installed in '{}'", suite.root),
                      "run 'npm install' there, or set suite.program, for example \"node ../node_modules/@playwright/test/cli.js\"");
  if (output.exit_code == 127 || said.find("No such file or directory") != std::string_view::npos)
    return make_error(ErrorCode::invalid_config,
                      fmt::format("playwright could not be started: {}{}", describe_end(output), output_tail(output)),
                      "Playwright needs Node.js; run 'node --version'");
  return make_error(ErrorCode::invalid_config,
                    fmt::format("playwright could not list its tests: {}{}", describe_end(output), output_tail(output)),
                    "run 'npx playwright test --list' in the suite's folder to see the same");
}

}  // namespace

Capabilities PlaywrightAdapter::capabilities(const SuiteSettings&) const {
  return {.live_events = true, .select_tests = true, .many_units_per_invocation = true, .own_retries = true};
}

Result<Invocation> PlaywrightAdapter::discovery(const SuiteSettings& suite, const ExecutionContext& context) const {
  std::vector<std::string> argv = TRY(test_command(suite));
  // The user's reporters have nothing to say about a list; some would overwrite the report of the last run.
  append(argv, {"--list", "--reporter=" + reporter_path(context)});
  append(argv, suite.arguments);
  return discovery_invocation(suite, context, std::move(argv));
}

Result<domain::Discovery> PlaywrightAdapter::read_discovery(const SuiteSettings& suite, const ProcessOutput& output) const {
  if (std::optional<Error> failure = start_failure(suite, output)) return std::move(*failure);
  if (trim(output.events).empty())
    return make_error(ErrorCode::invalid_config, fmt::format("playwright listed its tests without telling tamarack{}", output_tail(output)),
                      "tamarack needs @playwright/test 1.35 or newer");
  Result<domain::Discovery> discovery = read_events_discovery(name(), suite, output, no_tests_hint);
  if (!discovery && discovery.error().message.ends_with(": Error: No tests found"))
    return make_error(ErrorCode::invalid_config, "playwright found no tests", std::string(no_tests_hint));
  return discovery;
}

Result<Invocation> PlaywrightAdapter::execution(const SuiteSettings& suite, const Selection& selection,
                                                const ExecutionContext& context) const {
  std::vector<std::string> argv = TRY(test_command(suite));
  // One worker, because tamarack's own workers are the parallelism. The output folder is wiped by each start, so each has its own.
  append(argv, {"--workers=1", "--output=" + context.attempt_dir + "/output"});
  append(argv, suite.arguments);
  append(argv, TRY(narrowing_arguments(selection)));
  Invocation invocation = execution_invocation(suite, selection, context, std::move(argv));
  // Loaded beside whatever reporters are configured, in every version since 1.35; --add-reporter is much younger.
  invocation.env["PW_TEST_REPORTER"] = reporter_path(context);
  tame_html_reporter(invocation, suite, context);
  return invocation;
}

FinalResults PlaywrightAdapter::read_results(const SuiteSettings&, const Selection&, const ProcessOutput&) const {
  return {};
}

}  // namespace tamarack::adapter
