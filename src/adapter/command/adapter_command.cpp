#include "adapter/command/adapter_command.h"

#include <fmt/format.h>

#include <map>

#include "adapter/command/template.h"
#include "adapter/command/unit_results.h"
#include "adapter/event_run.h"
#include "adapter/events_discovery.h"
#include "adapter/results/ctrf.h"
#include "adapter/results/junit.h"
#include "adapter/results/tap.h"
#include "base/text.h"

namespace tamarack::adapter {
namespace {

constexpr std::size_t units_max = 1'000'000;

Error list_error(std::size_t line, std::string_view complaint) {
  return make_error(ErrorCode::invalid_config, fmt::format("suite.discover: line {} {}", line, complaint));
}

std::string absolute(const SuiteSettings& suite, const std::string& path) {
  return path.starts_with('/') ? path : suite.root + "/" + path;
}

}  // namespace

Capabilities CommandAdapter::capabilities(const SuiteSettings& suite) const {
  return {.live_events = false, .select_tests = false, .many_units_per_invocation = takes_many_units(suite), .own_retries = false};
}

Result<Invocation> CommandAdapter::discovery(const SuiteSettings& suite, const ExecutionContext& context) const {
  if (trim(suite.discover).empty())
    return make_error(ErrorCode::invalid_config, "suite.discover is missing",
                      "give a command that prints one unit per line, for example discover = \"ls tests/*.sh\"");
  Invocation invocation;
  invocation.argv = {"sh", "-c", fill_command(suite.discover, {}, context)};
  invocation.directory = suite.root;
  return invocation;
}

Result<domain::Discovery> CommandAdapter::read_discovery(const SuiteSettings& suite, const ProcessOutput& output) const {
  if (output.exit_code != 0 || output.signal != 0)
    return make_error(ErrorCode::invalid_config,
                      fmt::format("suite.discover '{}' ended with {}{}", suite.discover, describe_end(output), output_tail(output)),
                      fmt::format("run it by hand in '{}'", suite.root));
  if (output.output_was_cut)
    return make_error(ErrorCode::limit_exceeded,
                      fmt::format("suite.discover '{}' printed more than is read ({})", suite.discover, human_bytes(output.output.size())),
                      "it must print nothing but one unit per line");
  domain::Discovery discovery;
  discovery.framework = name();
  std::map<std::string, std::size_t> lines;
  std::size_t number = 0;
  for (const std::string& line : split_lines(output.output)) {
    ++number;
    const std::string unit(trim(line));
    if (unit.empty()) continue;
    if (!is_valid_utf8(unit)) return list_error(number, fmt::format("is not valid UTF-8: '{}'", to_valid_utf8(unit)));
    if (unit.find('\0') != std::string::npos) return list_error(number, "contains a NUL byte; separate the units by line ends");
    const auto [known, is_new] = lines.emplace(unit, number);
    if (!is_new) return list_error(number, fmt::format("'{}' is the same unit as line {}", unit, known->second));
    if (lines.size() > units_max) return list_error(number, fmt::format("exceeds the limit of {} units", units_max));
    domain::TestCase test;
    test.identity.spec = unit;
    test.id = domain::make_test_id(test.identity);
    discovery.tests.push_back(std::move(test));
  }
  if (discovery.tests.empty())
    return make_error(ErrorCode::invalid_config, fmt::format("suite.discover '{}' printed no units", suite.discover),
                      "it must print one unit per line on standard output");
  return discovery;
}

Result<Invocation> CommandAdapter::execution(const SuiteSettings& suite, const Selection& selection,
                                             const ExecutionContext& context) const {
  const std::vector<std::string> units = specs_of(selection);
  if (units.size() > 1 && !takes_many_units(suite))
    return make_error(ErrorCode::invalid_argument, fmt::format("suite.run takes one unit at a time, got {}", units.size()));
  const std::string no_unit(1, '\1');
  if (fill_command(suite.run, {no_unit}, context).find(no_unit) == std::string::npos)
    return make_error(ErrorCode::invalid_config, fmt::format("suite.run '{}' has neither {{unit}} nor {{units}}", suite.run),
                      "say where the unit goes, for example run = \"sh {unit}\"");
  const ResultsSetting results = TRY(parse_results_setting(suite.results));
  Invocation invocation;
  invocation.argv = {"sh", "-c", fill_command(suite.run, units, context)};
  invocation.through_shell = true;
  invocation.directory = suite.root;
  if (!results.path.empty()) invocation.results_path = absolute(suite, fill_path(results.path, units, context));
  return invocation;
}

FinalResults CommandAdapter::read_results(const SuiteSettings& suite, const Selection& selection, const ProcessOutput& output) const {
  const Result<ResultsSetting> setting = parse_results_setting(suite.results);
  if (!setting) return {.reports = {}, .problems = {setting.error().message}};
  std::optional<ResultReport> report;
  switch (setting->kind) {
    case ResultsKind::exit_code:
      return judge_by_exit_code(selection, output);
    case ResultsKind::junit:
      if (output.results) report = read_junit(*output.results);
      return judge_by_report(selection, output, report, fmt::format("JUnit report '{}'", setting->path));
    case ResultsKind::ctrf:
      if (output.results) report = read_ctrf(*output.results);
      return judge_by_report(selection, output, report, fmt::format("CTRF report '{}'", setting->path));
    case ResultsKind::tap:
      report = read_tap(output.output);
      if (output.output_was_cut)
        report->problems.insert(
            report->problems.begin(),
            fmt::format("oversized_report: the command printed more than the {} that are read", human_bytes(output.output.size())));
      return judge_by_report(selection, output, report, "TAP on its standard output");
  }
  return {};
}

}  // namespace tamarack::adapter
