#include "report/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/time.h"
#include "report/cells.h"
#include "report/style.h"
#include "report/view_query.h"

namespace tamarack::report {
namespace {

constexpr std::size_t message_lines_max = 6;
constexpr std::size_t own_lines_max = 10;  // of what a failed test wrote
constexpr std::size_t own_cells_min = 20;
constexpr std::size_t same_reason_max = 5;
constexpr std::size_t slowest_max = 5;
constexpr std::size_t flaky_max = 10;
constexpr std::size_t name_cells_min = 20;  // fewer would not tell names apart

std::string human(std::int64_t ms) {
  return human_duration(Millis{ms});
}

// Broken between words, so that no line is wider than `width` (0: any); lines after the first are indented. A word that is too long stays
// whole: it is a path or an address that somebody wants to copy.
std::string wrapped(const std::string& text, std::size_t used, std::size_t indent, std::size_t width) {
  if (width == 0) return text;
  std::string out;
  std::size_t column = used;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t blanks = std::min(text.find_first_not_of(' ', at), text.size());
    const std::size_t end = std::min(text.find(' ', blanks), text.size());
    const std::string blank = text.substr(at, blanks - at);
    const std::string word = text.substr(blanks, end - blanks);
    const std::size_t cells = cells_of(word);
    if (!out.empty() && column + blank.size() + cells > width) {
      out += "\n" + std::string(indent, ' ') + word;
      column = indent + cells;
    } else {
      out += blank + word;
      column += blank.size() + cells;
    }
    at = end;
  }
  return out;
}

// The same for sentences of ours about units: their names may be cut.
std::string with_short_names(const std::string& text, std::size_t indent, std::size_t width) {
  if (width == 0) return text;
  std::string out;
  for (const std::string& word : split(text, ' ')) {
    if (!out.empty()) out += ' ';
    out += indent + cells_of(word) <= width ? word : fit_end(word, width > indent + name_cells_min ? width - indent : name_cells_min);
  }
  return out;
}

// What is left of a line for a name once `used` cells are taken.
std::string fitted(const std::string& name, std::size_t used, std::size_t width) {
  if (width == 0) return name;
  return fit_end(name, width > used + name_cells_min ? width - used : name_cells_min);
}

// Enough of the message to know what is wrong; the rest is in the report.
std::string message_block(const ErrorView& error, std::size_t width) {
  std::vector<std::string> lines;
  for (const std::string& line : split_lines(strip_ansi(error.message.empty() ? error.stack : error.message)))
    if (!trim(line).empty()) lines.push_back(printable(line));
  const std::size_t shown = std::min(lines.size(), message_lines_max);
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) text += "     " + wrapped(lines[i], 5, 5, width) + "\n";
  if (shown < lines.size()) text += fmt::format("     … {} more\n", count_of(static_cast<std::int64_t>(lines.size() - shown), "line"));
  return text;
}

std::string own_words_block(const TestView& test, std::size_t width, const Style& style) {
  const OwnWords words = own_words(test, own_lines_max);
  std::string text;
  if (words.left_out > 0)
    text += "     " + style.dim(fmt::format("| … {} before, in the report", count_of(static_cast<std::int64_t>(words.left_out), "line"))) +
            "\n";
  for (const std::string& line : words.lines)
    text += "     " + style.dim("| " + (width == 0 ? line : fit(line, std::max(width, own_cells_min + 7) - 7))) + "\n";
  return text;
}

std::string failure(const TestView& test, std::size_t number, std::size_t width, const Style& style) {
  std::string facts = outcome_words(test.outcome);
  if (const AttemptView* attempt = deciding_attempt(test)) {
    if (!attempt->worker.empty()) facts += " on " + attempt->worker;
    if (attempt->duration_ms > 0) facts += " after " + human(attempt->duration_ms);
    if (test.attempts.size() > 1) facts += fmt::format(", attempt {} of {}", attempt->number, test.attempts.size());
  }
  if (test.quarantined) facts += ", in quarantine";
  facts = printable(facts);
  const std::string name = printable(test_name(test));
  const bool one_line = width == 0 || 7 + cells_of(name) + cells_of(facts) <= width;
  std::string text = fmt::format("{:>3}) {}{}{}\n", number, style.outcome(test.outcome, style.bold(fitted(name, 5, width))),
                                 one_line ? "  " : "\n     ", style.dim(facts));
  if (!test.reason.empty()) text += "     " + wrapped(printable(test.reason), 5, 5, width) + "\n";
  if (const ErrorView* error = deciding_error(test)) {
    text += message_block(*error, width);
    if (const std::string place = location(*error); !place.empty()) text += "     at " + style.cyan(printable(place)) + "\n";
    text += own_words_block(test, width, style);
  }
  return text + "     again: " + printable(rerun_command(test)) + "\n";
}

// Tests without any attempt share their reason with many others: the run was stopped, no agent could begin. It is said once.
std::vector<std::vector<const TestView*>> grouped(const std::vector<const TestView*>& bad) {
  std::vector<std::vector<const TestView*>> groups;
  std::map<std::pair<std::string, std::string>, std::size_t> known;
  for (const TestView* test : bad) {
    const bool may_share = test->attempts.empty() && !test->reason.empty();
    const auto [at, is_new] = may_share ? known.try_emplace({test->outcome, test->reason}, groups.size()) : std::pair{known.end(), true};
    if (is_new)
      groups.push_back({test});
    else
      groups[at->second].push_back(test);
  }
  return groups;
}

// What broke the infrastructure stands below with its log; the tests that could not run because of it only say so.
std::string reason_of(const TestView& test, const ReportView& view) {
  for (const DisagreementView& one : view.disagreements) {
    const std::string sentence = one.message.substr(0, one.message.find('\n'));
    const std::size_t colon = sentence.find(": ");
    if (one.name != "infrastructure" || colon == std::string::npos || sentence.size() < colon + 3) continue;
    if (test.reason.find(sentence.substr(colon)) != std::string::npos)
      return replace_all(test.reason, sentence.substr(colon), ", see below");
  }
  return test.reason;
}

std::string failures_of_one_kind(const std::vector<const TestView*>& tests, const ReportView& view, const std::string& again,
                                 std::size_t number, std::size_t width, const Style& style) {
  if (tests.size() == 1) return failure(*tests.front(), number, width, style);
  const TestView& first = *tests.front();
  const std::string head = count_of(std::ssize(tests), "test") + " " + outcome_words(first.outcome);
  std::string text = fmt::format("{:>3}) {}\n", number, style.outcome(first.outcome, style.bold(head)));
  text += "     " + wrapped(printable(reason_of(first, view)), 5, 5, width) + "\n";
  const std::size_t shown = std::min(tests.size(), same_reason_max);
  for (std::size_t i = 0; i < shown; ++i) text += "     · " + fitted(printable(test_name(*tests[i])), 7, width) + "\n";
  if (shown < tests.size()) text += fmt::format("     · and {} more\n", tests.size() - shown);
  return text + "     again: " + again + "\n";
}

constexpr std::size_t flows_max = 10;

// What ended them; the tests that did stand below with their errors.
std::string failed_flows(const ReportView& view, std::size_t width, const Style& style) {
  const std::vector<const FlowView*> flows = bad_flows(view);
  std::string text;
  for (std::size_t i = 0; i < std::min(flows.size(), flows_max); ++i) {
    const FlowView& flow = *flows[i];
    std::string facts = outcome_words(flow.outcome) + (flow.quarantined ? ", in quarantine" : "");
    if (flow.waited_ms > 0) facts += ", waited " + human(flow.waited_ms);
    text += fmt::format("  flow {}  {}\n",
                        style.outcome(flow.outcome, style.bold(fitted(printable(flow.name), 7 + cells_of(facts) + 2, width))),
                        style.dim(facts));
    if (!flow.reason.empty()) text += "     " + wrapped(printable(flow.reason), 5, 5, width) + "\n";
  }
  if (flows.size() > flows_max) text += fmt::format("     and {} more, see the report\n", flows.size() - flows_max);
  return text.empty() ? text : text + "\n";
}

std::string failures(const ReportView& view, const SummaryOptions& options, const Style& style) {
  const auto groups = grouped(bad_tests(view));
  std::string again = "tamarack rerun " + printable(view.run.run_id) + " --failed";
  if (!options.server.empty()) again += " --server " + shell_quote(options.server);
  std::string text;
  const std::size_t shown = std::min(groups.size(), options.failures_max);
  for (std::size_t i = 0; i < shown; ++i) text += failures_of_one_kind(groups[i], view, again, i + 1, options.width, style) + "\n";
  std::size_t more = 0;
  for (std::size_t i = shown; i < groups.size(); ++i) more += groups[i].size();
  if (more > 0) text += fmt::format("     and {} more, see the report\n\n", more);
  return text;
}

constexpr std::size_t log_lines_max = 12;  // of a disagreement; the report has the rest

std::string disagreements(const ReportView& view, std::size_t width, const Style& style) {
  std::string text;
  for (const DisagreementView& one : view.disagreements) {
    // The first line is the sentence; what follows is a log.
    const std::vector<std::string> lines = split_lines(one.message);
    const std::string name = "! " + printable(one.name);
    std::string sentence = lines.empty() ? std::string{} : printable(lines.front());
    if (!one.unit.empty()) sentence += " (" + printable(one.unit) + ")";
    text += "  " + style.red(name) + "  " + wrapped(sentence, 4 + cells_of(name), 4, width) + "\n";
    const std::size_t from = lines.size() > log_lines_max + 1 ? lines.size() - log_lines_max : 1;
    for (std::size_t i = from; i < lines.size(); ++i) text += "    " + style.dim("| " + printable(lines[i])) + "\n";
  }
  return text.empty() ? text : text + "\n";
}

constexpr std::size_t label_cells = 12;

std::string labelled(std::string_view label, const std::string& content, const Style& style) {
  return "  " + style.dim(pad(label, 9)) + " " + content + "\n";
}

std::string flaky(const ReportView& view, std::size_t width, const Style& style) {
  const std::vector<const TestView*> tests = flaky_tests(view);
  std::string text;
  const std::size_t shown = std::min(tests.size(), flaky_max);
  for (std::size_t i = 0; i < shown; ++i) {
    const std::string how = tests[i]->carried_from.empty() ? fmt::format("passed on attempt {}", tests[i]->attempts.size()) : "carried";
    text += labelled(i == 0 ? "flaky" : "", fmt::format("{} ({})", fitted(printable(test_name(*tests[i])), label_cells + 25, width), how),
                     style);
  }
  if (shown < tests.size()) text += labelled("", fmt::format("and {} more", tests.size() - shown), style);
  return text;
}

std::string slowest(const ReportView& view, std::size_t width, const Style& style) {
  std::string text;
  for (const UnitView* unit : slowest_units(view, slowest_max)) {
    std::string estimate = unit->estimate_ms > 0 ? ", expected " + human(unit->estimate_ms) : "";
    if (width > 0 && label_cells + 10 + name_cells_min + cells_of(estimate) > width) estimate.clear();
    const std::string title = fitted(printable(unit->title), label_cells + 10 + cells_of(estimate), width);
    text += labelled(text.empty() ? "slowest" : "",
                     fmt::format("{}  {}{}", pad_left(human(unit->duration_ms), 8), title, style.dim(estimate)), style);
  }
  return text;
}

std::string time_line(const RunView& run, std::size_t width, const Style& style) {
  std::string line = human(run.wall_ms) + lower_bound_words(run);
  line += fmt::format(" on {}", count_of(run.workers, "worker"));
  if (run.wall_ms > 0 && run.workers > 0) line += fmt::format(", busy {} %", 100 * run.busy_ms / (run.wall_ms * run.workers));
  std::string text = labelled("time", wrapped(line, label_cells, label_cells, width), style);
  constexpr std::size_t indent = label_cells + 2;
  for (const std::string& sentence : run.held_back)
    text += labelled("", "· " + wrapped(with_short_names(printable(sentence), indent, width), indent, indent, width), style);
  return text;
}

constexpr std::size_t named_max = 10;           // at the end; all stand at the top
constexpr std::size_t named_message_max = 160;  // cells of an error where no terminal says how wide it is

// One line: what it is, and the beginning of why.
std::string named(const std::string& sign, const std::string& name, const std::string& why, std::size_t width) {
  constexpr std::size_t before = 4;
  constexpr std::size_t why_cells_min = 12;
  std::string text = fmt::format("  {} {}", sign, fitted(name, before, width));
  const std::size_t used = before + cells_of(name) + 2;
  const std::size_t room = width == 0 ? named_message_max : width > used ? width - used : 0;
  if (!why.empty() && room >= why_cells_min) text += ": " + fit(why, room);
  return text + "\n";
}

std::string why_of(const TestView& test) {
  if (const ErrorView* error = deciding_error(test))
    for (const std::string& line : split_lines(strip_ansi(error->message.empty() ? error->stack : error->message)))
      if (!trim(line).empty()) {
        const std::string place = location(*error);
        const OwnWords words = own_words(test, 1);
        return printable(trim(line)) + (place.empty() ? "" : " (" + printable(place) + ")") +
               (words.lines.empty() ? "" : ": " + words.lines.back());
      }
  return printable(test.reason.empty() ? outcome_words(test.outcome) : test.reason);
}

// What decided the verdict once more, a line each: a log of a CI job is often read, and kept, from its end only.
std::string named_at_the_end(const ReportView& view, std::size_t width, const Style& style) {
  if (view.run.verdict == "passed") return {};
  std::vector<std::string> lines;
  std::size_t left_out = 0;
  const auto sign_of = [&](const std::string& outcome) { return style.outcome(outcome, std::string(outcome_sign(outcome))); };
  const auto add = [&](const std::string& line, std::size_t count) {
    if (lines.size() < named_max)
      lines.push_back(line);
    else
      left_out += count;
  };
  for (const FlowView* flow : untold_flows(view))
    if (counts_against_run(*flow)) add(named(sign_of(flow->outcome), "flow " + printable(flow->name), printable(flow->reason), width), 1);
  for (const auto& group : grouped(bad_tests(view))) {
    const TestView& first = *group.front();
    const bool only_stopped = first.outcome == "cancelled" || first.outcome == "never_ran";
    if (!counts_against_run(first) || (only_stopped && view.run.verdict != "incomplete")) continue;
    const std::string name =
        group.size() == 1 ? printable(test_name(first)) : count_of(std::ssize(group), "test") + " " + outcome_words(first.outcome);
    add(named(sign_of(first.outcome), name, group.size() == 1 ? why_of(first) : printable(reason_of(first, view)), width), group.size());
  }
  for (const DisagreementView& one : view.disagreements)
    if (one.name != "stopped")
      add(named(style.red("!"), printable(one.name), printable(one.message.substr(0, one.message.find('\n'))), width), 1);
  std::string text;
  for (const std::string& line : lines) text += line;
  if (left_out > 0) text += fmt::format("    and {} more\n", left_out);
  return text.empty() ? text : "\n" + text;
}

}  // namespace

std::string terminal_summary(const ReportView& view, const SummaryOptions& options) {
  const Style style(options.colour);
  const std::size_t width = options.width;
  std::string text = "\n" + failed_flows(view, width, style) + failures(view, options, style) + disagreements(view, width, style);
  text += flaky(view, width, style) + slowest(view, width, style);
  text += labelled("ledger", wrapped(ledger_equation(view), label_cells, label_cells, width), style);
  if (const std::string flows = flows_line(view); !flows.empty())
    text += labelled("flows", wrapped(flows, label_cells, label_cells, width), style);
  text += time_line(view.run, width, style);
  text += labelled("run", printable(view.run.run_id) + ", seed " + printable(view.run.seed), style);
  if (!options.report_path.empty()) text += labelled("report", printable(options.report_path), style);
  text += named_at_the_end(view, width, style);
  const std::string sign{outcome_sign(view.run.verdict)};
  // Painted line by line: a colour that reaches over a line break colours the rest of the line in some pagers.
  const bool goes_on = view.run.verdict == "running";
  const bool has_end = !goes_on && view.run.verdict != "interrupted";
  const std::string code = goes_on ? std::string{} : fmt::format("(exit code {})", view.run.exit_code);
  const std::string headline = sign + " " + (has_end ? std::string{} : view.run.verdict + ": ") + printable(view.run.headline);
  text += "\n";
  for (const std::string& line : split_lines(wrapped(headline, 0, 2, width)))
    text += (text.ends_with("\n\n") ? "" : "\n") + style.outcome(view.run.verdict, style.bold(line));
  const bool fits = width == 0 || cells_of(headline) + 2 + cells_of(code) <= width;
  if (!goes_on) text += (fits ? "  " : "\n  ") + style.dim(code);
  text += "\n";
  return text;
}

}  // namespace tamarack::report
