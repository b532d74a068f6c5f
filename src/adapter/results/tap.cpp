#include "adapter/results/tap.h"

#include <fmt/format.h>

#include <optional>
#include <set>

#include "base/text.h"

namespace tamarack::adapter {
namespace {

using domain::TestStatus;

// "description # SKIP reason" apart; an escaped "\#" belongs to the description.
struct Description {
  std::string text;
  std::string directive;  // lower case: "skip", "todo", or empty
};

Description split_description(std::string_view text) {
  Description description;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == '#' || text[at + 1] == '\\')) {
      description.text.push_back(text[++at]);
      continue;
    }
    if (text[at] == '#') {
      const std::string_view rest = trim(text.substr(at + 1));
      for (const std::string_view directive : {"skip", "todo"})
        if (starts_with_ignoring_case(rest, directive)) description.directive = directive;
      if (!description.directive.empty()) break;
    }
    description.text.push_back(text[at]);
  }
  description.text = std::string(trim(description.text));
  return description;
}

class TapReader {
 public:
  void take(std::string_view line) {
    if (in_yaml_) return take_yaml(line);
    if (bailed_out_) return;
    if (line.starts_with("  ---") && trim(line) == "---" && !report_.cases.empty()) {
      in_yaml_ = true;
      return;
    }
    if (line.starts_with(' ') || line.starts_with('\t')) return;  // a subtest; its summary line counts
    if (line.starts_with("Bail out!")) {
      bailed_out_ = true;
      const std::string reason(trim(line.substr(9)));
      report_.problems.push_back("bailed_out: " + (reason.empty() ? "the TAP stream was given up" : message_text(reason)));
    } else if (line.starts_with("1..")) {
      take_plan(line.substr(3));
    } else if (line.starts_with("#")) {
      take_comment(trim(line.substr(1)));
    } else if (is_result(line, "not ok")) {
      take_result(line.substr(6), false);
    } else if (is_result(line, "ok")) {
      take_result(line.substr(2), true);
    }
    // Anything else is output of the program under test, which TAP allows between its lines.
  }

  ResultReport finish() && {
    for (ResultCase& result : report_.cases) result.output = captured_text(result.output);
    const auto seen = static_cast<std::int64_t>(numbers_.size());
    if (too_many_)
      report_.problems.push_back(fmt::format("oversized_report: only the first {} tests are read", report_cases_max));
    else if (!plan_ && seen == 0 && !bailed_out_)
      report_.problems.push_back("malformed_report: the output has no TAP plan and no TAP results");
    else if (!plan_ && !bailed_out_)
      report_.problems.push_back(
          fmt::format("truncated_report: the TAP stream has {} but no plan ('1..{}')", count_of(seen, "result"), seen));
    else if (plan_ && seen < *plan_ && !bailed_out_)
      report_.problems.push_back(
          fmt::format("truncated_report: the TAP plan is 1..{} but only {} arrived", *plan_, count_of(seen, "result")));
    else if (plan_ && seen > *plan_)
      report_.problems.push_back(fmt::format("malformed_report: the TAP plan is 1..{} but there are {}", *plan_, count_of(seen, "result")));
    return std::move(report_);
  }

 private:
  static bool is_result(std::string_view line, std::string_view word) {
    return line.starts_with(word) && (line.size() == word.size() || line[word.size()] == ' ' || line[word.size()] == '\t');
  }

  void take_plan(std::string_view rest) {
    const Description plan = split_description(rest);
    const std::optional<std::int64_t> tests = parse_integer(plan.text);
    if (!tests) return;  // "1..x" is output, not a plan
    if (plan_) {
      report_.problems.push_back(fmt::format("malformed_report: the TAP stream has a second plan, '1..{}' after '1..{}'", *tests, *plan_));
      return;
    }
    plan_ = tests;
    // "1..0 # SKIP no database here": the whole file skipped itself.
    if (*tests != 0 || plan.directive != "skip") return;
    const std::string_view reason = trim(rest.substr(rest.find('#') + 1));
    report_.cases.push_back({.name = "the whole file", .status = TestStatus::skipped, .reason = to_valid_utf8(trim(reason.substr(4)))});
  }

  void take_comment(std::string_view text) {
    // Test::More and its relatives explain a failure in the comments after it.
    if (report_.cases.empty() || report_.cases.back().errors.empty() || text.empty()) return;
    std::string& stack = report_.cases.back().errors.back().stack;
    if (stack.size() < case_text_bytes_max) stack += to_valid_utf8(text) + "\n";
  }

  void take_result(std::string_view rest, bool ok) {
    rest = trim(rest);
    std::size_t digits = 0;
    while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9') ++digits;
    const bool numbered = digits > 0 && (digits == rest.size() || rest[digits] == ' ' || rest[digits] == '\t');
    const std::int64_t number =
        numbered ? parse_integer(rest.substr(0, digits)).value_or(0) : static_cast<std::int64_t>(numbers_.size()) + 1;
    if (numbered) rest = trim(rest.substr(digits));
    if (rest.starts_with("- ")) rest = trim(rest.substr(2));
    if (report_.cases.size() >= report_cases_max) {
      too_many_ = true;
      return;
    }
    if (!numbers_.insert(number).second)
      report_.problems.push_back(fmt::format("malformed_report: test {} appears twice in the TAP stream", number));

    const Description description = split_description(rest);
    ResultCase result;
    result.name = to_valid_utf8(description.text);
    if (result.name.empty()) result.name = fmt::format("test {}", number);
    // A failing "todo" test is expected to fail.
    result.status = description.directive == "skip"         ? TestStatus::skipped
                    : ok || description.directive == "todo" ? TestStatus::passed
                                                            : TestStatus::failed;
    if (result.status == TestStatus::failed) result.errors.push_back({.message = fmt::format("not ok {} - {}", number, result.name)});
    report_.cases.push_back(std::move(result));
  }

  void take_yaml(std::string_view line) {
    if (trim(line) == "...") {
      in_yaml_ = false;
      return;
    }
    ResultCase& result = report_.cases.back();
    const std::string_view text = trim(line);
    if (text.starts_with("duration_ms:")) result.duration = Millis{parse_seconds(text.substr(12)).count() / 1000};
    if (result.errors.empty()) return;
    domain::TestError& error = result.errors.back();
    if (text.starts_with("message:") && trim(text.substr(8)).size() > 2) error.message = unquote(message_text(trim(text.substr(8))));
    if (error.stack.size() < case_text_bytes_max) error.stack += to_valid_utf8(line.substr(std::min<std::size_t>(2, line.size()))) + "\n";
  }

  static std::string unquote(std::string text) {
    if (text.size() >= 2 && (text.front() == '\'' || text.front() == '"') && text.back() == text.front())
      return text.substr(1, text.size() - 2);
    return text;
  }

  ResultReport report_;
  std::optional<std::int64_t> plan_;
  std::set<std::int64_t> numbers_;
  bool in_yaml_ = false;
  bool bailed_out_ = false;
  bool too_many_ = false;
};

}  // namespace

ResultReport read_tap(std::string_view bytes) {
  ResultReport report;
  if (bytes.size() > report_bytes_max) {
    report.problems.push_back(fmt::format("oversized_report: the TAP stream has {}, at most {} are read", human_bytes(bytes.size()),
                                          human_bytes(report_bytes_max)));
    return report;
  }
  TapReader reader;
  for (std::size_t from = 0; from < bytes.size();) {
    const std::size_t to = std::min(bytes.find('\n', from), bytes.size());
    std::string_view line = bytes.substr(from, to - from);
    if (line.ends_with('\r')) line.remove_suffix(1);
    reader.take(line);
    from = to + 1;
  }
  return std::move(reader).finish();
}

}  // namespace tamarack::adapter
