#include "report/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "base/time.h"
#include "report/cells.h"
#include "report/style.h"
#include "report/view_query.h"

namespace tamarack::report {
namespace {

constexpr std::size_t message_lines_max = 6;
constexpr std::size_t slowest_max = 5;
constexpr std::size_t flaky_max = 10;

std::string human(std::int64_t ms) {
  return human_duration(Millis{ms});
}

// Enough of the message to know what is wrong; the rest is in the report.
std::string message_block(const ErrorView& error) {
  std::vector<std::string> lines;
  for (const std::string& line : split_lines(strip_ansi(error.message.empty() ? error.stack : error.message)))
    if (!trim(line).empty()) lines.push_back(printable(line));
  const std::size_t shown = std::min(lines.size(), message_lines_max);
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) text += "     " + lines[i] + "\n";
  if (shown < lines.size()) text += fmt::format("     … {} more\n", count_of(static_cast<std::int64_t>(lines.size() - shown), "line"));
  return text;
}

std::string failure(const TestView& test, std::size_t number, const Style& style) {
  std::string facts = outcome_words(test.outcome);
  if (const AttemptView* attempt = deciding_attempt(test)) {
    if (!attempt->worker.empty()) facts += " on " + attempt->worker;
    if (attempt->duration_ms > 0) facts += " after " + human(attempt->duration_ms);
    if (test.attempts.size() > 1) facts += fmt::format(", attempt {} of {}", attempt->number, test.attempts.size());
  }
  if (test.quarantined) facts += ", in quarantine";
  std::string text = fmt::format("{:>3}) {}  {}\n", number, style.outcome(test.outcome, style.bold(printable(test_name(test)))),
                                 style.dim(printable(facts)));
  if (!test.reason.empty()) text += "     " + printable(test.reason) + "\n";
  if (const ErrorView* error = deciding_error(test)) {
    text += message_block(*error);
    if (const std::string place = location(*error); !place.empty()) text += "     at " + style.cyan(printable(place)) + "\n";
  }
  return text + "     again: " + printable(rerun_command(test)) + "\n";
}

std::string failures(const ReportView& view, const SummaryOptions& options, const Style& style) {
  const std::vector<const TestView*> bad = bad_tests(view);
  std::string text;
  const std::size_t shown = std::min(bad.size(), options.failures_max);
  for (std::size_t i = 0; i < shown; ++i) text += failure(*bad[i], i + 1, style) + "\n";
  if (shown < bad.size()) text += fmt::format("     and {} more, see the report\n\n", bad.size() - shown);
  return text;
}

constexpr std::size_t log_lines_max = 12;  // of a disagreement; the report has the rest

std::string disagreements(const ReportView& view, const Style& style) {
  std::string text;
  for (const DisagreementView& one : view.disagreements) {
    // The first line is the sentence; what follows is a log.
    const std::vector<std::string> lines = split_lines(one.message);
    text += "  " + style.red("! " + printable(one.name)) + "  " + (lines.empty() ? std::string{} : printable(lines.front()));
    if (!one.unit.empty()) text += " (" + printable(one.unit) + ")";
    text += "\n";
    const std::size_t from = lines.size() > log_lines_max + 1 ? lines.size() - log_lines_max : 1;
    for (std::size_t i = from; i < lines.size(); ++i) text += "    " + style.dim("| " + printable(lines[i])) + "\n";
  }
  return text.empty() ? text : text + "\n";
}

std::string labelled(std::string_view label, const std::string& content, const Style& style) {
  return "  " + style.dim(pad(label, 9)) + " " + content + "\n";
}

std::string flaky(const ReportView& view, const Style& style) {
  const std::vector<const TestView*> tests = flaky_tests(view);
  std::string text;
  const std::size_t shown = std::min(tests.size(), flaky_max);
  for (std::size_t i = 0; i < shown; ++i)
    text += labelled(i == 0 ? "flaky" : "",
                     fmt::format("{} (passed on attempt {})", printable(test_name(*tests[i])), tests[i]->attempts.size()), style);
  if (shown < tests.size()) text += labelled("", fmt::format("and {} more", tests.size() - shown), style);
  return text;
}

std::string slowest(const ReportView& view, const Style& style) {
  std::string text;
  for (const UnitView* unit : slowest_units(view, slowest_max)) {
    const std::string estimate = unit->estimate_ms > 0 ? ", expected " + human(unit->estimate_ms) : "";
    text += labelled(text.empty() ? "slowest" : "",
                     fmt::format("{}  {}{}", pad_left(human(unit->duration_ms), 8), printable(unit->title), style.dim(estimate)), style);
  }
  return text;
}

std::string time_line(const RunView& run, const Style& style) {
  std::string line = human(run.wall_ms);
  if (run.lower_bound_ms > 0)
    line += fmt::format(", {:.2f} × the lower bound of {}", static_cast<double>(run.wall_ms) / static_cast<double>(run.lower_bound_ms),
                        human(run.lower_bound_ms));
  line += fmt::format(" on {}", count_of(run.workers, "worker"));
  if (run.wall_ms > 0 && run.workers > 0) line += fmt::format(", busy {} %", 100 * run.busy_ms / (run.wall_ms * run.workers));
  std::string text = labelled("time", line, style);
  for (const std::string& sentence : run.held_back) text += labelled("", "· " + printable(sentence), style);
  return text;
}

}  // namespace

std::string terminal_summary(const ReportView& view, const SummaryOptions& options) {
  const Style style(options.colour);
  std::string text = "\n" + failures(view, options, style) + disagreements(view, style);
  text += flaky(view, style) + slowest(view, style);
  text += labelled("ledger", ledger_equation(view), style);
  text += time_line(view.run, style);
  text += labelled("run", printable(view.run.run_id) + ", seed " + printable(view.run.seed), style);
  if (!options.report_path.empty()) text += labelled("report", printable(options.report_path), style);
  const std::string sign{outcome_sign(view.run.verdict)};
  text += "\n" + style.outcome(view.run.verdict, style.bold(fmt::format("{} {}", sign, printable(view.run.headline)))) +
          style.dim(fmt::format("  (exit code {})", view.run.exit_code)) + "\n";
  return text;
}

}  // namespace tamarack::report
