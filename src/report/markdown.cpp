#include "report/markdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/time.h"
#include "report/cells.h"
#include "report/view_query.h"

namespace tamarack::report {
namespace {

constexpr std::size_t details_bytes_max = 8 * 1024;
constexpr std::size_t own_lines_max = 20;  // of what a failed test wrote
constexpr std::size_t slowest_max = 10;
constexpr std::size_t list_max = 50;
constexpr std::size_t line_cells_max = 300;
constexpr std::size_t note_bytes = 200;  // kept free for the line that says what is missing

std::string human(std::int64_t ms) {
  return human_duration(Millis{ms});
}

// One line of text that Markdown takes for nothing else: entities for HTML, a backslash for the rest.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '\\':
      case '`':
      case '*':
      case '_':
      case '[':
      case ']':
      case '|':
      case '~':
      case '#':
      case '@':
        out += '\\';
        [[fallthrough]];
      default:
        out += c;
    }
  }
  return out;
}

// A <summary> is HTML; Markdown does not reach into it reliably, so only entities count.
std::string html(std::string_view text) {
  return replace_all(replace_all(replace_all(printable(text), "&", "&amp;"), "<", "&lt;"), ">", "&gt;");
}

// Names and messages of any length become one line of bounded length.
std::string line(std::string_view text) {
  return plain(fit(printable(text), line_cells_max));
}

std::string and_more(std::size_t count) {
  return count > list_max ? fmt::format("- and {} more\n", count - list_max) : std::string();
}

// A code block whose fence is longer than any row of backticks inside.
std::string code_block(std::string_view text) {
  // Cut before it is cleaned: a message can be a dumped page of megabytes.
  std::string content = to_valid_utf8(strip_ansi(text.substr(0, details_bytes_max)));
  if (text.size() > details_bytes_max) content += "\n… cut, see the report";
  std::size_t longest = 2;
  std::size_t row = 0;
  for (const char c : content) {
    row = c == '`' ? row + 1 : 0;
    longest = std::max(longest, row);
  }
  const std::string fence(longest + 1, '`');
  return fence + "text\n" + content + (content.ends_with('\n') ? "" : "\n") + fence + "\n";
}

std::string_view verdict_icon(std::string_view verdict) {
  if (verdict == "passed") return "✅";
  return verdict == "failed" || verdict == "timed_out" ? "❌" : "⚠️";
}

std::string ledger_table(const ReportView& view) {
  const LedgerView& ledger = view.ledger;
  const std::array<std::pair<std::string_view, std::int64_t>, 9> columns{{{"planned", view.run.planned},
                                                                          {"passed", ledger.passed},
                                                                          {"failed", ledger.failed},
                                                                          {"flaky", ledger.flaky},
                                                                          {"skipped", ledger.skipped},
                                                                          {"timed out", ledger.timed_out},
                                                                          {"lost", ledger.lost},
                                                                          {"cancelled", ledger.cancelled},
                                                                          {"never ran", ledger.never_ran}}};
  std::string names;
  std::string rule;
  std::string counts;
  for (const auto& [name, count] : columns) {
    names += fmt::format("| {} ", name);
    rule += "|--:";
    counts += fmt::format("| {} ", count);
  }
  return names + "|\n" + rule + "|\n" + counts + "|\n\n";
}

// The table counts what stands from an earlier run like everything else.
std::string carried_line(const ReportView& view) {
  const CarriedView stands = carried(view);
  if (stands.tests == 0) return {};
  return fmt::format("{} did not run again: {} from {}.\n\n", entries(view, stands.tests),
                     stands.tests == 1 ? "its verdict was carried" : "their verdicts were carried", plain("run " + stands.from));
}

std::string failure(const TestView& test, bool with_details) {
  const std::string head = failure_head(test);
  std::string text;
  if (!with_details) return fmt::format("- **{}** {}: {}\n", line(test_name(test)), outcome_words(test.outcome), line(head));
  const std::string quarantine = test.quarantined ? ", in quarantine" : "";
  text += fmt::format("<details><summary><b>{}</b> {}{}: {}</summary>\n\n", html(fit(printable(test_name(test)), line_cells_max)),
                      outcome_words(test.outcome), quarantine, html(fit(printable(head), line_cells_max)));
  if (const ErrorView* error = deciding_error(test)) {
    if (const std::string place = location(*error); !place.empty()) text += "at " + plain(place) + "\n\n";
    std::string content = error->message;
    if (!error->stack.empty() && error->stack.find(error->message) != std::string::npos) content = error->stack;
    if (!error->snippet.empty()) content += "\n\n" + error->snippet;
    text += code_block(content) + "\n";
    if (const OwnWords words = own_words(test, own_lines_max); !words.lines.empty())
      text += fmt::format("Its last {}:\n\n", count_of(static_cast<std::int64_t>(words.lines.size()), "line")) +
              code_block(join(words.lines, "\n")) + "\n";
  } else if (!test.reason.empty()) {
    text += plain(test.reason) + "\n\n";
  }
  return text + "Again:\n\n" + code_block(rerun_command(test)) + "\n</details>\n\n";
}

std::string flows_section(const ReportView& view) {
  const std::string all = flows_line(view);
  if (all.empty()) return {};
  std::string text = plain(all) + ".\n\n";
  const std::vector<const FlowView*> bad = bad_flows(view);
  for (std::size_t i = 0; i < std::min(bad.size(), list_max); ++i)
    text += fmt::format("- **{}** {}{}: {}\n", line(bad[i]->name), outcome_words(bad[i]->outcome),
                        bad[i]->quarantined ? ", in quarantine" : "", line(bad[i]->reason));
  text += and_more(bad.size());
  return bad.empty() ? text : text + "\n";
}

std::string disagreements(const ReportView& view) {
  std::string text;
  for (std::size_t i = 0; i < std::min(view.disagreements.size(), list_max); ++i) {
    const DisagreementView& one = view.disagreements[i];
    text += fmt::format("- **{}** {}{}\n", plain(one.name), line(one.message), one.unit.empty() ? "" : " (" + line(one.unit) + ")");
  }
  text += and_more(view.disagreements.size());
  return text.empty() ? text : "### Disagreements\n\n" + text + "\n";
}

std::string flaky_list(const ReportView& view) {
  const std::vector<const TestView*> tests = flaky_tests(view);
  std::string text;
  for (std::size_t i = 0; i < std::min(tests.size(), list_max); ++i) text += "- " + line(test_name(*tests[i])) + "\n";
  text += and_more(tests.size());
  return text.empty() ? text : "### Flaky\n\n" + text + "\n";
}

std::string time_section(const ReportView& view) {
  const RunView& run = view.run;
  std::string text = "### Time\n\n" + human(run.wall_ms);
  text += lower_bound_words(run);
  text += fmt::format(" on {}.\n\n", count_of(run.workers, "worker"));
  for (const std::string& sentence : run.held_back) text += "- " + line(sentence) + "\n";
  if (!run.held_back.empty()) text += "\n";
  const auto units = slowest_units(view, slowest_max);
  if (units.empty()) return text;
  text += "| slowest units | took | expected | tests | worker |\n|:--|--:|--:|--:|:--|\n";
  for (const UnitView* unit : units)
    text += fmt::format("| {} | {} | {} | {} | {} |\n", line(unit->title), human(unit->duration_ms),
                        unit->estimate_ms > 0 ? human(unit->estimate_ms) : "", unit->tests, plain(unit->worker));
  return text + "\n";
}

std::string foot(const RunView& run) {
  return fmt::format("<sub>run {}, seed {}, tamarack {}</sub>\n", html(run.run_id), html(run.seed), html(run.tamarack_version));
}

// With details while there is room, then one line each, then only counted.
std::string failures(const std::vector<const TestView*>& tests, std::size_t bytes_max) {
  if (tests.empty()) return {};
  std::string text = "### Failures\n\n";
  const std::size_t room = bytes_max > note_bytes ? bytes_max - note_bytes : 0;
  bool with_details = true;
  std::size_t shown = 0;
  for (; shown < tests.size(); ++shown) {
    std::string one = failure(*tests[shown], with_details);
    if (with_details && text.size() + one.size() > room) {
      with_details = false;
      one = failure(*tests[shown], false);
    }
    if (text.size() + one.size() > room) break;
    text += one;
  }
  const std::size_t missing = tests.size() - shown;
  if (missing > 0)
    text += fmt::format("\n{} not shown here, see the report\n", count_of(static_cast<std::int64_t>(missing), "more failure"));
  return text + "\n";
}

}  // namespace

std::string to_markdown(const ReportView& view, std::size_t bytes_max) {
  const std::string top = fmt::format("## {} {}\n\n", verdict_icon(view.run.verdict), plain(view.run.headline)) + ledger_table(view) +
                          carried_line(view) + flows_section(view) + disagreements(view);
  // The short parts are of more use than the hundredth stack trace: their room is taken first.
  const std::string bottom = flaky_list(view) + time_section(view) + foot(view.run);
  const std::size_t used = top.size() + bottom.size();
  return top + failures(bad_tests(view), bytes_max > used ? bytes_max - used : 0) + bottom;
}

}  // namespace tamarack::report
