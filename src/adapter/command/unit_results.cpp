#include "adapter/command/unit_results.h"

#include <fmt/format.h>

#include <optional>
#include <unordered_map>

#include "adapter/event_run.h"
#include "adapter/events_discovery.h"
#include "base/text.h"

namespace tamarack::adapter {
namespace {

using domain::TestStatus;

constexpr std::size_t steps_max = 10'000;
constexpr std::size_t errors_max = 100;

struct PlannedUnit {
  domain::TestIndex test;
  std::string name;
};

std::vector<PlannedUnit> units_of(const Selection& selection) {
  std::vector<PlannedUnit> units;
  for (const Selection::Part& part : selection.parts)
    for (const domain::TestIndex test : part.tests) units.push_back({test, test_of(selection, test).identity.spec});
  return units;
}

// Somebody ended the command: the operator, the kernel's memory killer, a deadline. That says nothing about the test. A crash of the
// program itself (SIGSEGV, SIGABRT, …) is a failure.
bool was_killed(const ProcessOutput& output) {
  return output.signal == 1 || output.signal == 2 || output.signal == 9 || output.signal == 15;
}

bool ended_well(const ProcessOutput& output) {
  return output.exit_code == 0 && output.signal == 0;
}

domain::TestReport blank_report(const PlannedUnit& unit, const ProcessOutput& output) {
  domain::TestReport report;
  report.test = unit.test;
  report.started = output.started;
  report.duration = output.duration;
  report.output = captured_text(output.output);
  report.errput = captured_text(output.errput);
  return report;
}

void fail(domain::TestReport& report, std::string message) {
  if (report.status != TestStatus::timed_out) report.status = TestStatus::failed;
  report.errors.push_back({.message = std::move(message)});
}

int badness(TestStatus status) {
  switch (status) {
    case TestStatus::skipped:
      return 0;
    case TestStatus::passed:
      return 1;
    case TestStatus::interrupted:
      return 2;
    case TestStatus::timed_out:
      return 3;
    case TestStatus::failed:
      return 4;
    case TestStatus::lost:
      return 5;
  }
  return 5;
}

std::string_view without_dot(std::string_view path) {
  while (path.starts_with("./")) path.remove_prefix(2);
  return path;
}

// Finds the unit a case belongs to: the one whose line is any of the case's names, or the end of an absolute path among them.
class UnitIndexByName {
 public:
  explicit UnitIndexByName(const std::vector<PlannedUnit>& units) {
    for (std::size_t i = 0; i < units.size(); ++i) by_name_.emplace(without_dot(units[i].name), i);
  }

  std::optional<std::size_t> find(const ResultCase& result) const {
    for (const std::string& name : {result.file, result.name, result.classname, result.suite, result.classname + "." + result.name,
                                    result.classname + "::" + result.name})
      if (const std::optional<std::size_t> unit = find_name(without_dot(name))) return unit;
    return std::nullopt;
  }

 private:
  std::optional<std::size_t> find_name(std::string_view name) const {
    const bool is_absolute = name.starts_with('/');
    while (!name.empty()) {
      if (const auto found = by_name_.find(name); found != by_name_.end()) return found->second;
      const std::size_t slash = name.find('/');
      if (!is_absolute || slash == std::string_view::npos) return std::nullopt;
      name.remove_prefix(slash + 1);
    }
    return std::nullopt;
  }

  std::unordered_map<std::string_view, std::size_t> by_name_;
};

void add_case(domain::TestReport& report, const ResultCase& result, bool first) {
  if (first || badness(result.status) > badness(report.status)) report.status = result.status;
  if (report.steps.size() < steps_max)
    report.steps.push_back({.title = display_name(result),
                            .category = "case",
                            .started = report.started,
                            .duration = result.duration,
                            .failed = !is_good(result.status)});
  for (domain::TestError error : result.errors) {
    if (report.errors.size() >= errors_max) break;
    error.message = fmt::format("{}: {}", display_name(result), error.message);
    report.errors.push_back(std::move(error));
  }
}

bool has_failed(const domain::TestReport& report) {
  return !is_good(report.status);
}

}  // namespace

FinalResults judge_by_exit_code(const Selection& selection, const ProcessOutput& output) {
  FinalResults results;
  if (was_killed(output)) return results;
  const std::vector<PlannedUnit> units = units_of(selection);
  for (const PlannedUnit& unit : units) {
    domain::TestReport report = blank_report(unit, output);
    // One command, one duration: shared evenly, it is at least right in sum.
    report.duration = output.duration / static_cast<std::int64_t>(units.size());
    if (!ended_well(output) && units.size() == 1) fail(report, fmt::format("the command ended with {}", describe_end(output)));
    if (!ended_well(output) && units.size() > 1)
      fail(report, fmt::format("the command ended with {} for {} units together; with {{unit}} in suite.run, or a report in suite.results, "
                               "each would have its own result",
                               describe_end(output), units.size()));
    results.reports.push_back(std::move(report));
  }
  return results;
}

FinalResults judge_by_report(const Selection& selection, const ProcessOutput& output, const std::optional<ResultReport>& report,
                             const std::string& source) {
  FinalResults results;
  if (was_killed(output)) return results;
  const std::vector<PlannedUnit> units = units_of(selection);
  const std::vector<ResultCase> no_cases;
  const std::vector<ResultCase>& cases = report ? report->cases : no_cases;
  if (!report)
    results.problems.push_back(fmt::format("missing_report: the command ended with {} but wrote no {}", describe_end(output), source));
  if (report) results.problems = report->problems;
  if (report && cases.empty() && results.problems.empty())
    results.problems.push_back(fmt::format("empty_report: {} has no test cases", source));

  std::vector<domain::TestReport> reports;
  std::vector<Millis> durations(units.size(), Millis{0});
  std::vector<bool> mentioned(units.size(), false);
  for (const PlannedUnit& unit : units) reports.push_back(blank_report(unit, output));
  const UnitIndexByName names(units);
  bool any_failed = false;
  bool any_unknown = false;
  for (const ResultCase& result : cases) {
    any_failed = any_failed || !is_good(result.status);
    const std::optional<std::size_t> unit = units.size() == 1 ? 0 : names.find(result);
    if (!unit) {
      // One name is enough to find the cause.
      if (!any_unknown)
        results.problems.push_back(
            fmt::format("unknown_case: '{}' in {} belongs to none of the {} units that ran", display_name(result), source, units.size()));
      any_unknown = true;
      continue;
    }
    add_case(reports[*unit], result, !mentioned[*unit]);
    durations[*unit] += result.duration;
    mentioned[*unit] = true;
  }
  for (std::size_t i = 0; i < units.size(); ++i) {
    // Among many units, one that the report does not mention has no result; it is not ours to invent one.
    if (units.size() > 1 && !mentioned[i]) continue;
    if (units.size() > 1) reports[i].duration = durations[i];
    results.reports.push_back(std::move(reports[i]));
  }
  if (!cases.empty() && ended_well(output) == any_failed)
    results.problems.push_back(fmt::format("exit_code_disagrees: the command ended with {} but {} says that {}", describe_end(output),
                                           source, any_failed ? "tests failed" : "no test failed"));
  if (units.size() == 1) {
    // The one unit answers for everything that is wrong with its report.
    domain::TestReport& only = results.reports.front();
    if (cases.empty() && !ended_well(output)) fail(only, fmt::format("the command ended with {}", describe_end(output)));
    for (const std::string& problem : results.problems)
      if (!has_failed(only) || !problem.starts_with("exit_code_disagrees")) fail(only, problem);
  }
  return results;
}

}  // namespace tamarack::adapter
