#include "report/github.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/text.h"
#include "report/cells.h"
#include "report/view_query.h"

namespace tamarack::report {
namespace {

constexpr std::size_t errors_max = 10;
constexpr std::size_t own_lines_max = 10;
constexpr std::size_t message_bytes_max = 2000;  // an annotation shows a few lines

// Line by line free of what a terminal or the log would obey. Not called `data`: with a std::string that would be std::data, which escapes
// nothing.
std::string escaped(std::string_view text) {
  std::vector<std::string> lines = split_lines(text);
  for (std::string& line : lines) line = replace_all(printable(line), "%", "%25");
  return join(lines, "%0A");
}

std::string property(std::string_view text) {
  return replace_all(replace_all(escaped(printable(text)), ":", "%3A"), ",", "%2C");
}

std::string cut(std::string text) {
  if (text.size() > message_bytes_max) {
    text.resize(message_bytes_max);
    text = to_valid_utf8(text) + "…";
  }
  return text;
}

std::string in_repository(const std::string& suite_dir, const std::string& file) {
  if (suite_dir.empty() || suite_dir == "." || file.starts_with('/')) return file;
  return suite_dir + (suite_dir.ends_with('/') ? "" : "/") + file;
}

std::string annotation(const TestView& test, const std::string& suite_dir) {
  const ErrorView* error = deciding_error(test);
  const bool error_has_place = error != nullptr && !error->file.empty();
  const std::string& file = error_has_place ? error->file : test.spec;
  const std::int64_t line = error_has_place ? error->line : test.line;
  std::string place;
  if (!file.empty())
    place += " file=" + property(in_repository(suite_dir, file)) + ",";
  else
    place += " ";
  if (!file.empty() && line > 0) place += fmt::format("line={},", line);
  if (error_has_place && line > 0 && error->column > 0) place += fmt::format("col={},", error->column);
  const std::string message = error == nullptr ? failure_head(test) : strip_ansi(error->message.empty() ? error->stack : error->message);
  // The end of it: that is where the cause stands.
  const OwnWords words = own_words(test, own_lines_max);
  const std::string said = words.lines.empty() ? std::string{} : "\n\n" + tail_of(join(words.lines, "\n"), message_bytes_max / 2);
  return fmt::format("::error{}title={}::{}\n", place, property(outcome_words(test.outcome) + ": " + test_name(test)),
                     escaped(cut(message + said)));
}

}  // namespace

std::string github_annotations(const ReportView& view, const std::string& suite_dir) {
  std::string out;
  std::size_t shown = 0;
  std::size_t counting = 0;
  for (const TestView* test : bad_tests(view)) {
    if (!counts_against_run(*test)) continue;
    ++counting;
    if (shown == errors_max) continue;
    out += annotation(*test, suite_dir);
    ++shown;
  }
  for (const FlowView* flow : untold_flows(view)) {
    if (!counts_against_run(*flow)) continue;
    ++counting;
    if (shown == errors_max) continue;
    out +=
        fmt::format("::error title={}::{}\n", property(outcome_words(flow->outcome) + ": flow " + flow->name), escaped(cut(flow->reason)));
    ++shown;
  }
  for (const DisagreementView& one : view.disagreements) {
    ++counting;
    if (shown == errors_max) continue;
    // What an agent said in vain changes no verdict: a green job is not to show an error.
    const std::string_view level = one.name == "refused" ? "warning" : "error";
    out +=
        fmt::format("::{} title={}::{}\n", level, property(one.unit.empty() ? one.name : one.name + ": " + one.unit), escaped(one.message));
    ++shown;
  }
  std::string line = view.run.headline;
  if (counting > shown) line += fmt::format("; {} of {} problems are annotated", shown, counting);
  return out + fmt::format("::notice title={}::{}\n", property("Tamarack: " + view.run.verdict), escaped(line));
}

}  // namespace tamarack::report
