#include "adapter/ctest/test_results.h"

#include <fmt/format.h>

#include <map>

#include "adapter/event_run.h"
#include "adapter/events_discovery.h"
#include "adapter/results/junit.h"
#include "base/text.h"

namespace tamarack::adapter {
namespace {

using domain::TestStatus;

// "\t 10 - slow (Timeout)" below "The following tests FAILED:" gives slow -> Timeout; the JUnit file does not tell a timeout from a
// failure.
std::map<std::string, std::string> failure_reasons(std::string_view output) {
  std::map<std::string, std::string> reasons;
  const std::size_t at = output.rfind("The following tests FAILED:");
  if (at == std::string_view::npos) return reasons;
  const std::vector<std::string> lines = split_lines(output.substr(at));
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::string_view line = trim(lines[i]);
    const std::size_t dash = line.find(" - ");
    // Labels follow the reason in newer versions: "3 - fails (Failed)   unit".
    const std::size_t close = line.rfind(')');
    const std::size_t open = close == std::string_view::npos ? close : line.rfind(" (", close);
    if (dash == std::string_view::npos || open == std::string_view::npos || open < dash + 3) break;
    reasons.emplace(line.substr(dash + 3, open - dash - 3), line.substr(open + 2, close - open - 2));
  }
  return reasons;
}

// GoogleTest prints "file:line: Failure" and then what it expected, up to the verdict of the test.
std::vector<domain::TestError> googletest_failures(std::string_view output) {
  constexpr std::size_t errors_max = 20;
  constexpr std::string_view mark = ": Failure";
  std::vector<domain::TestError> errors;
  bool inside = false;
  for (const std::string& line : split_lines(output)) {
    if (line.ends_with(mark) && errors.size() < errors_max) {
      const std::string_view place = std::string_view(line).substr(0, line.size() - mark.size());
      const std::size_t colon = place.rfind(':');
      domain::TestError error;
      if (colon != std::string_view::npos) {
        error.file = place.substr(0, colon);
        error.line = parse_integer(place.substr(colon + 1)).value_or(0);
      }
      errors.push_back(std::move(error));
      inside = true;
    } else if (line.starts_with("[") && line.find(']') != std::string::npos) {
      inside = false;
    } else if (inside) {
      std::string& message = errors.back().message;
      message += (message.empty() ? "" : "\n") + line;
    }
  }
  for (domain::TestError& error : errors) error.message = trim(error.message);
  std::erase_if(errors, [](const domain::TestError& error) { return error.message.empty(); });
  return errors;
}

// Three words for "this test decided not to run"; anything else that kept it from running is a failure.
bool chose_to_skip(const ResultCase& result) {
  return result.reason.starts_with("SKIP_") || result.reason == "Disabled" || (result.reason.empty() && trim(result.output) == "Disabled");
}

domain::TestReport report_of(const ResultCase& result, const std::string& reason, const ProcessOutput& output) {
  domain::TestReport report;
  report.status = result.status;
  report.started = output.started;
  report.duration = result.duration;
  report.output = result.output;
  if (result.status == TestStatus::skipped && !chose_to_skip(result)) {
    report.status = TestStatus::failed;
    report.errors.push_back({.message = fmt::format("did not run: {}", result.reason.empty() ? "ctest gives no reason" : result.reason)});
  } else if (result.status == TestStatus::skipped) {
    report.annotations.push_back({"skip", result.reason.empty() ? "disabled" : result.reason});
  } else if (result.status == TestStatus::failed && reason == "Timeout") {
    report.status = TestStatus::timed_out;
    report.errors.push_back({.message = fmt::format("ended by ctest after {}: timeout", human_duration(result.duration))});
  } else if (result.status == TestStatus::failed) {
    report.errors = googletest_failures(result.output);
    if (report.errors.empty())
      report.errors.push_back({.message = reason.empty() || reason == "Failed" ? "the test's command failed"
                                                                               : fmt::format("the test's command failed: {}", reason)});
  }
  return report;
}

}  // namespace

FinalResults read_test_results(const Selection& selection, const ProcessOutput& output) {
  FinalResults results;
  if (!output.results) {
    results.problems.push_back(
        fmt::format("missing_report: ctest ended with {} but wrote no JUnit file{}", describe_end(output), output_tail(output)));
    return results;
  }
  const ResultReport report = read_junit(*output.results);
  results.problems = report.problems;
  const std::map<std::string, std::string> reasons = failure_reasons(output.output);
  std::map<std::string, const ResultCase*> by_name;
  // Fixtures that CTest adds on its own are in the file too; only planned tests are looked up.
  for (const ResultCase& result : report.cases) by_name.emplace(result.name, &result);
  bool any_failed = false;
  for (const ResultCase& result : report.cases)
    any_failed = any_failed || result.status == TestStatus::failed || reasons.contains(result.name);

  for (const Selection::Part& part : selection.parts) {
    for (const domain::TestIndex index : part.tests) {
      const std::string& name = test_of(selection, index).identity.title_path.front();
      const auto found = by_name.find(name);
      if (found == by_name.end()) continue;
      const auto reason = reasons.find(name);
      results.reports.push_back(report_of(*found->second, reason == reasons.end() ? "" : reason->second, output));
      results.reports.back().test = index;
    }
  }
  if (report.problems.empty() && output.signal == 0 && (output.exit_code == 0) == any_failed)
    results.problems.push_back(fmt::format("exit_code_disagrees: ctest ended with {} but its JUnit file says that {}", describe_end(output),
                                           any_failed ? "tests failed" : "no test failed"));
  return results;
}

}  // namespace tamarack::adapter
