#include "store/memory/memory_tests.h"

#include <algorithm>

#include "base/text.h"
#include "store/page_cursor.h"

namespace tamarack::store {
namespace {

std::int64_t number_of(const TestRow& row, TestSort sort) {
  switch (sort) {
    case TestSort::flaky:
      return row.figures.flaky + row.figures.flips;
    case TestSort::failures:
      return row.figures.failed;
    case TestSort::slow:
      return row.figures.p50.count();
    case TestSort::latest:
      return to_ms(row.last_at);
    case TestSort::name:
      break;
  }
  return 0;
}

TestCursor cursor_of(const TestRow& row, TestSort sort) {
  return {sort == TestSort::name ? display_name(row.identity) : std::to_string(number_of(row, sort)), row.test};
}

// Whether `a` stands before `b` in the list.
bool stands_before(const TestCursor& a, const TestCursor& b, TestSort sort) {
  if (sort == TestSort::name) return std::tie(a.key, a.test) < std::tie(b.key, b.test);
  return std::pair(a.number(), a.test) > std::pair(b.number(), b.test);
}

}  // namespace

void MemoryTests::add(const Commit& commit) {
  for (const KnownTest& planned : commit.planned) {
    TestRow& test = tests_[{commit.project, planned.test}];
    test.test = planned.test;
    test.identity = planned.identity;
  }
  for (const TryRow& one : commit.tries) tries_[{commit.run, one.test}] = one;
  for (const ResultRow& row : commit.results) {
    StoredResult stored{commit.run, row};
    if (const auto before = tries_.find({commit.run, row.test}); before != tries_.end()) {
      if (row.error.empty()) stored.row.error = before->second.error;
      if (row.cut_off) stored.row.duration = before->second.duration;
    }
    std::vector<StoredResult>& results = results_[{commit.project, row.test}];
    std::erase_if(results, [&](const StoredResult& other) { return other.run == commit.run && other.row.at == row.at; });
    results.push_back(std::move(stored));
    std::sort(results.begin(), results.end(),
              [](const StoredResult& a, const StoredResult& b) { return std::tie(a.row.at, a.run) > std::tie(b.row.at, b.run); });
    TestRow& test = tests_[{commit.project, row.test}];
    test.test = row.test;
    test.identity = row.identity;
  }
}

void MemoryTests::note_end(const RunRow& row) {
  const auto known = runs_.find(row.run);
  if (row.finished && (known == runs_.end() || !known->second.finished)) due_runs_.insert(row.run);
}

std::vector<StoredResult> MemoryTests::results_of(const std::string& project) const {
  std::vector<StoredResult> all;
  for (const auto& [key, results] : results_)
    if (key.first == project) all.insert(all.end(), results.begin(), results.end());
  std::stable_sort(all.begin(), all.end(), [](const StoredResult& a, const StoredResult& b) { return a.row.at > b.row.at; });
  return all;
}

Result<TestPage> MemoryTests::find_tests(const TestFilter& filter) {
  const std::optional<TestCursor> before = TRY(parse_test_cursor(filter.before, filter.sort));
  std::vector<TestRow> found;
  for (const auto& [key, row] : tests_) {
    if (key.first != filter.project) continue;
    if (!contains_ignoring_case(display_name(row.identity), filter.text) && !contains_ignoring_case(row.test.value, filter.text)) continue;
    if (!before || stands_before(*before, cursor_of(row, filter.sort), filter.sort)) found.push_back(row);
  }
  std::sort(found.begin(), found.end(), [&](const TestRow& a, const TestRow& b) {
    return stands_before(cursor_of(a, filter.sort), cursor_of(b, filter.sort), filter.sort);
  });
  const auto limit = static_cast<std::size_t>(std::clamp(filter.limit, 1, page_max));
  TestPage page{.tests = std::move(found), .next = {}};
  if (page.tests.size() <= limit) return page;
  page.tests.resize(limit);
  page.next = to_text(cursor_of(page.tests.back(), filter.sort), filter.sort);
  return page;
}

Result<SpecPage> MemoryTests::find_specs(const SpecFilter& filter) {
  const std::optional<std::string> after = TRY(parse_spec_cursor(filter.before));
  std::map<std::string, SpecRow> specs;
  for (const auto& [key, row] : tests_) {
    const std::string& path = row.identity.spec;
    if (key.first != filter.project || (after && path <= *after) || !contains_ignoring_case(path, filter.text)) continue;
    SpecRow& spec = specs[path];
    spec.spec = path;
    ++spec.tests;
    spec.runs += row.figures.runs;
    spec.failed += row.figures.failed;
    spec.flaky += row.figures.flaky;
    spec.p50 += row.figures.p50;
    spec.last_outcome = outcome_of_severity(std::max(severity(spec.last_outcome), severity(row.last_outcome)));
    spec.last_at = std::max(spec.last_at, row.last_at);
  }
  SpecPage page;
  for (const auto& [path, spec] : specs) {
    if (page.specs.size() == static_cast<std::size_t>(std::clamp(filter.limit, 1, page_max))) {
      page.next = spec_cursor_text(page.specs.back().spec);
      break;
    }
    page.specs.push_back(spec);
  }
  return page;
}

Result<std::optional<TestRow>> MemoryTests::find_test(const std::string& project, const domain::TestId& test) {
  const auto found = tests_.find({project, test});
  return found == tests_.end() ? std::optional<TestRow>{} : std::optional<TestRow>{found->second};
}

Result<std::vector<domain::Execution>> MemoryTests::executions(const std::string& project, const domain::TestId& test, int count_max) {
  std::vector<domain::Execution> found;
  for (const StoredResult& result : results_[{project, test}])
    if (found.size() < static_cast<std::size_t>(count_max)) found.push_back(execution_of(result));
  return found;
}

domain::Execution MemoryTests::execution_of(const StoredResult& result) const {
  domain::Execution one{.run = result.run,
                        .at = result.row.at,
                        .branch = {},
                        .commit = {},
                        .outcome = result.row.outcome,
                        .duration = result.row.duration,
                        .attempts = result.row.attempts,
                        .error = result.row.error,
                        .counted = false};
  const auto run = runs_.find(result.run);
  if (run == runs_.end()) return one;
  one.branch = run->second.branch;
  one.commit = run->second.commit;
  one.counted = run->second.finished && run->second.set_aside.empty() && domain::has_run(one.outcome);
  return one;
}

void MemoryTests::judge(const domain::RunId& run, const FigureRules& rules) {
  RunRow& row = runs_.at(run);
  domain::RunFailures failures;
  if (row.verdict == to_string(domain::Verdict::infrastructure)) failures.verdict = domain::Verdict::infrastructure;
  for (const auto& [key, results] : results_)
    for (const StoredResult& result : results) {
      if (result.run != run) continue;
      due_tests_.insert(key);
      failures.ran += domain::has_run(result.row.outcome) ? 1 : 0;
      if (!domain::has_failed(result.row.outcome)) continue;
      ++failures.failed;
      if (!result.row.error.empty()) ++failures.errors[result.row.error];
    }
  row.set_aside = rules.set_aside(failures);
  std::erase_if(tries_, [&](const auto& one) { return one.first.first == run; });
}

void MemoryTests::make(const TestKey& due, const FigureRules& rules) {
  TestRow& test = tests_.at(due);
  std::vector<domain::Execution> counted;
  std::optional<domain::Execution> last;
  for (const StoredResult& result : results_.at(due)) {
    const auto run = runs_.find(result.run);
    if (run == runs_.end() || !run->second.finished) continue;
    domain::Execution one = execution_of(result);
    if (!last) last = one;
    if (one.counted && counted.size() < figures_window) counted.push_back(std::move(one));
  }
  test.figures = rules.figures(counted);
  test.last_outcome = last ? last->outcome : domain::Outcome::pending;
  test.last_run = last ? last->run : domain::RunId{};
  test.last_at = last ? last->at : Instant{};
}

Result<std::int64_t> MemoryTests::refresh(const FigureRules& rules, int tests_max) {
  for (const domain::RunId& run : std::exchange(due_runs_, {})) judge(run, rules);
  for (int made = 0; made < std::max(tests_max, 1) && !due_tests_.empty(); ++made) {
    make(*due_tests_.begin(), rules);
    due_tests_.erase(due_tests_.begin());
  }
  return static_cast<std::int64_t>(due_tests_.size());
}

}  // namespace tamarack::store
