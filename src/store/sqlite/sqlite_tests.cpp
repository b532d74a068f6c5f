#include "store/sqlite/sqlite_tests.h"

#include <algorithm>

#include "base/text.h"
#include "sql.h"
#include "store/page_cursor.h"
#include "store/sqlite/sqlite_error.h"
#include "store/sqlite/sqlite_outcome.h"

namespace tamarack::store {
namespace {

constexpr char title_end = '\x1f';
constexpr const char* test_columns =
    "test_id, spec, titles, parameters, runs, passed, failed, flaky, flips, pairs, p50_ms, p95_ms, trend, last_outcome, last_run_id, "
    "last_ms";

const char* column_of(TestSort sort) {
  switch (sort) {
    case TestSort::flaky:
      return "unstable";
    case TestSort::failures:
      return "failed";
    case TestSort::slow:
      return "p50_ms";
    case TestSort::name:
      return "name";
    case TestSort::latest:
      return "last_ms";
  }
  return "unstable";
}

std::string key_of(const TestRow& row, TestSort sort) {
  switch (sort) {
    case TestSort::flaky:
      return std::to_string(row.figures.flaky + row.figures.flips);
    case TestSort::failures:
      return std::to_string(row.figures.failed);
    case TestSort::slow:
      return std::to_string(row.figures.p50.count());
    case TestSort::name:
      return display_name(row.identity);
    case TestSort::latest:
      return std::to_string(to_ms(row.last_at));
  }
  return {};
}

std::string titles_text(const std::vector<std::string>& titles) {
  std::string text;
  for (const std::string& title : titles) text += title + title_end;
  return text;
}

std::vector<std::string> titles_from(const std::string& text) {
  std::vector<std::string> titles = split(text, title_end);
  titles.pop_back();  // what stands behind the last end
  return titles;
}

TestRow test_row(SQLite::Statement& query) {
  int at = 0;
  const auto text = [&] { return query.getColumn(at++).getString(); };
  const auto number = [&] { return query.getColumn(at++).getInt64(); };
  TestRow row;
  row.test = domain::TestId{text()};
  row.identity.spec = text();
  row.identity.title_path = titles_from(text());
  row.identity.parameters = text();
  row.figures = {.runs = number(),
                 .passed = number(),
                 .failed = number(),
                 .flaky = number(),
                 .flips = number(),
                 .pairs = number(),
                 .p50 = Millis{number()},
                 .p95 = Millis{number()}};
  if (const auto trend = query.getColumn(at++); !trend.isNull()) row.figures.trend = trend.getDouble();
  row.last_outcome = outcome_from(text());
  row.last_run = domain::RunId{text()};
  row.last_at = from_ms(number());
  return row;
}

// With a text to look for, every test of the project has to be looked at: along the primary key, not along an index that leads to each row
// by a search of its own. The plus keeps SQLite from it.
std::string tests_sql(const TestFilter& filter, bool has_cursor) {
  const bool by_name = filter.sort == TestSort::name;
  const std::string column = (filter.text.empty() ? "" : "+") + std::string(column_of(filter.sort));
  const std::string test = filter.text.empty() ? "test_id" : "+test_id";
  std::string sql = fmt::format("SELECT {} FROM tests WHERE project = :project", test_columns);
  if (!filter.text.empty()) sql += " AND (instr(lower(name), :text) OR instr(test_id, :text))";
  if (has_cursor) sql += fmt::format(" AND ({}, {}) {} (:key, :test)", column, test, by_name ? ">" : "<");
  return sql + fmt::format(" ORDER BY {0} {2}, {1} {2} LIMIT :limit", column, test, by_name ? "ASC" : "DESC");
}

}  // namespace

Result<TestPage> SqliteTests::find_tests(const TestFilter& filter) {
  return guarded(file_, [&]() -> Result<TestPage> {
    const std::optional<TestCursor> before = TRY(parse_test_cursor(filter.before, filter.sort));
    const auto limit = static_cast<std::size_t>(std::clamp(filter.limit, 1, page_max));
    SQLite::Statement query(db_, tests_sql(filter, before.has_value()));
    query.bind(":project", filter.project);
    if (!filter.text.empty()) query.bind(":text", lower(filter.text));
    if (before && filter.sort == TestSort::name) query.bind(":key", before->key);
    if (before && filter.sort != TestSort::name) query.bind(":key", before->number());
    if (before) query.bind(":test", before->test.value);
    query.bind(":limit", static_cast<std::int64_t>(limit + 1));
    TestPage page;
    while (query.executeStep()) {
      if (page.tests.size() == limit) {
        page.next = to_text(TestCursor{key_of(page.tests.back(), filter.sort), page.tests.back().test}, filter.sort);
        break;
      }
      page.tests.push_back(test_row(query));
    }
    return page;
  });
}

Result<SpecPage> SqliteTests::find_specs(const SpecFilter& filter) {
  return guarded(file_, [&]() -> Result<SpecPage> {
    const std::optional<std::string> after = TRY(parse_spec_cursor(filter.before));
    const auto limit = static_cast<std::size_t>(std::clamp(filter.limit, 1, page_max));
    SQLite::Statement query(db_, std::string(embedded::specs_sql()));
    query.bind(":project", filter.project);
    query.bind(":begins", after ? 0 : 1);
    query.bind(":after", after.value_or(""));
    query.bind(":text", lower(filter.text));
    query.bind(":limit", static_cast<std::int64_t>(limit + 1));
    SpecPage page;
    while (query.executeStep()) {
      if (page.specs.size() == limit) {
        page.next = spec_cursor_text(page.specs.back().spec);
        break;
      }
      page.specs.push_back({.spec = query.getColumn(0).getString(),
                            .tests = query.getColumn(1).getInt64(),
                            .runs = query.getColumn(2).getInt64(),
                            .failed = query.getColumn(3).getInt64(),
                            .flaky = query.getColumn(4).getInt64(),
                            .p50 = Millis{query.getColumn(5).getInt64()},
                            .last_outcome = outcome_of_severity(query.getColumn(7).getInt()),
                            .last_at = from_ms(query.getColumn(6).getInt64())});
    }
    return page;
  });
}

Result<std::optional<TestRow>> SqliteTests::find_test(const std::string& project, const domain::TestId& test) {
  return guarded(file_, [&]() -> Result<std::optional<TestRow>> {
    SQLite::Statement query(db_, fmt::format("SELECT {} FROM tests WHERE project = ? AND test_id = ?", test_columns));
    query.bind(1, project);
    query.bind(2, test.value);
    if (!query.executeStep()) return std::optional<TestRow>{};
    return std::optional(test_row(query));
  });
}

Result<std::vector<domain::Execution>> SqliteTests::executions(const std::string& project, const domain::TestId& test, int count_max) {
  return guarded(file_, [&]() -> Result<std::vector<domain::Execution>> {
    SQLite::Statement query(db_, std::string(embedded::executions_sql()));
    query.bind(1, project);
    query.bind(2, test.value);
    query.bind(3, count_max);
    std::vector<domain::Execution> found;
    while (query.executeStep()) {
      domain::Execution one{.run = domain::RunId{query.getColumn(0).getString()},
                            .at = from_ms(query.getColumn(1).getInt64()),
                            .branch = query.getColumn(2).getString(),
                            .commit = query.getColumn(3).getString(),
                            .outcome = outcome_from(query.getColumn(4).getText()),
                            .duration = Millis{query.getColumn(5).getInt64()},
                            .attempts = query.getColumn(6).getInt64(),
                            .error = query.getColumn(7).getString()};
      one.counted = query.getColumn(8).getInt() != 0 && domain::has_run(one.outcome);
      found.push_back(std::move(one));
    }
    return found;
  });
}

namespace {

void upsert_test(SQLite::Statement& upsert, const std::string& project, const domain::TestId& test, const domain::TestIdentity& identity) {
  upsert.reset();
  upsert.bind(1, project);
  upsert.bind(2, test.value);
  upsert.bind(3, display_name(identity));
  upsert.bind(4, identity.spec);
  upsert.bind(5, titles_text(identity.title_path));
  upsert.bind(6, identity.parameters);
  upsert.exec();
}

}  // namespace

// In the order of the key: neighbours share a page.
void insert_planned(SQLite::Database& db, const Commit& commit) {
  if (commit.planned.empty()) return;
  std::vector<const KnownTest*> tests;
  for (const KnownTest& test : commit.planned) tests.push_back(&test);
  std::sort(tests.begin(), tests.end(), [](const KnownTest* a, const KnownTest* b) { return a->test < b->test; });
  SQLite::Statement upsert(db, std::string(embedded::upsert_test_sql()));
  for (const KnownTest* test : tests) upsert_test(upsert, commit.project, test->test, test->identity);
}

void insert_results(SQLite::Database& db, const Commit& commit) {
  if (!commit.tries.empty()) {
    SQLite::Statement insert(db, "INSERT OR REPLACE INTO tries (run_id, test_id, duration_ms, error) VALUES (?, ?, ?, ?)");
    for (const TryRow& one : commit.tries) {
      insert.reset();
      insert.bind(1, commit.run.value);
      insert.bind(2, one.test.value);
      insert.bind(3, one.duration.count());
      insert.bind(4, one.error);
      insert.exec();
    }
  }
  if (commit.results.empty()) return;
  SQLite::Statement insert(db, std::string(embedded::insert_result_sql()));
  SQLite::Statement upsert(db, std::string(embedded::upsert_test_sql()));
  for (const ResultRow& result : commit.results) {
    insert.reset();
    insert.bind(":project", commit.project);
    insert.bind(":test", result.test.value);
    insert.bind(":at", to_ms(result.at));
    insert.bind(":run", commit.run.value);
    insert.bind(":outcome", std::string(to_string(result.outcome)));
    insert.bind(":attempts", result.attempts);
    insert.bind(":duration", result.duration.count());
    insert.bind(":error", result.error);
    insert.bind(":cut_off", result.cut_off ? 1 : 0);
    insert.exec();
    upsert_test(upsert, commit.project, result.test, result.identity);
  }
}

}  // namespace tamarack::store
