#include "store/page_cursor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace tamarack::store {
namespace {

using domain::Outcome;

constexpr std::array by_severity{Outcome::pending,   Outcome::skipped, Outcome::passed,    Outcome::flaky, Outcome::cancelled,
                                 Outcome::never_ran, Outcome::lost,    Outcome::timed_out, Outcome::failed};
constexpr std::array sorts{TestSort::flaky, TestSort::failures, TestSort::slow, TestSort::name, TestSort::latest};

Error not_a_cursor(std::string_view text) {
  return make_error(ErrorCode::invalid_argument, fmt::format("'before' is not the 'next' of a page of this list, got '{}'", text),
                    "hand back 'next' as it came, or leave 'before' out for the first page");
}

}  // namespace

std::int64_t TestCursor::number() const {
  return parse_integer(key).value_or(0);
}

std::string to_text(const RunCursor& cursor) {
  return fmt::format("{}~{}", to_ms(cursor.started), cursor.run.value);
}

std::string to_text(const TestCursor& cursor, TestSort sort) {
  return fmt::format("{}~{}~{}", to_string(sort), cursor.test.value, cursor.key);
}

std::string spec_cursor_text(const std::string& spec) {
  return "spec~" + spec;
}

Result<std::optional<RunCursor>> parse_run_cursor(std::string_view text) {
  if (text.empty()) return std::optional<RunCursor>{};
  const std::size_t mark = text.find('~');
  const auto started = mark == std::string_view::npos ? std::nullopt : parse_integer(text.substr(0, mark));
  if (!started || mark + 1 == text.size()) return not_a_cursor(text);
  return std::optional(RunCursor{from_ms(*started), domain::RunId{std::string(text.substr(mark + 1))}});
}

Result<std::optional<TestCursor>> parse_test_cursor(std::string_view text, TestSort sort) {
  if (text.empty()) return std::optional<TestCursor>{};
  const std::string begin = fmt::format("{}~", to_string(sort));
  if (!text.starts_with(begin)) return not_a_cursor(text);
  const std::string_view rest = text.substr(begin.size());
  const std::size_t mark = rest.find('~');
  if (mark == std::string_view::npos || mark == 0) return not_a_cursor(text);
  TestCursor cursor{std::string(rest.substr(mark + 1)), domain::TestId{std::string(rest.substr(0, mark))}};
  if (sort != TestSort::name && !parse_integer(cursor.key)) return not_a_cursor(text);
  return std::optional(std::move(cursor));
}

Result<std::optional<std::string>> parse_spec_cursor(std::string_view text) {
  constexpr std::string_view begin = "spec~";
  if (text.empty()) return std::optional<std::string>{};
  if (!text.starts_with(begin)) return not_a_cursor(text);
  return std::optional(std::string(text.substr(begin.size())));
}

std::string_view to_string(TestSort sort) {
  switch (sort) {
    case TestSort::flaky:
      return "flaky";
    case TestSort::failures:
      return "failures";
    case TestSort::slow:
      return "slow";
    case TestSort::name:
      return "name";
    case TestSort::latest:
      return "latest";
  }
  return "flaky";
}

std::optional<TestSort> parse_test_sort(std::string_view word) {
  for (const TestSort sort : sorts)
    if (to_string(sort) == word) return sort;
  return std::nullopt;
}

int severity(Outcome outcome) {
  return static_cast<int>(std::find(by_severity.begin(), by_severity.end(), outcome) - by_severity.begin());
}

Outcome outcome_of_severity(int severity) {
  return by_severity.at(static_cast<std::size_t>(severity));
}

}  // namespace tamarack::store
