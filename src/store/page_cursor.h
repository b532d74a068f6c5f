// Where the next page of a list begins, as text that its reader hands back without looking into it. Empty text is the first page.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "domain/ids.h"
#include "store/test_store.h"

namespace tamarack::store {

inline constexpr std::string_view unfinished_verdict = "unfinished";  // RunFilter::verdict

struct RunCursor {  // the last run of the page before
  Instant started;
  domain::RunId run;
};
struct TestCursor {  // the last test of the page before
  std::string key;   // what the list is sorted by; a number but for TestSort::name
  domain::TestId test;
  std::int64_t number() const;
};

std::string to_text(const RunCursor& cursor);
std::string to_text(const TestCursor& cursor, TestSort sort);
std::string spec_cursor_text(const std::string& spec);

// `invalid_argument` for anything that was not written by the function above, for a list that is sorted the same way.
Result<std::optional<RunCursor>> parse_run_cursor(std::string_view text);
Result<std::optional<TestCursor>> parse_test_cursor(std::string_view text, TestSort sort);
Result<std::optional<std::string>> parse_spec_cursor(std::string_view text);

// "flaky", "failures", …: the word of TestSort.
std::string_view to_string(TestSort sort);
std::optional<TestSort> parse_test_sort(std::string_view word);

// How bad an outcome is for the spec it belongs to: the greatest of its tests' is the spec's.
int severity(domain::Outcome outcome);
domain::Outcome outcome_of_severity(int severity);

}  // namespace tamarack::store
