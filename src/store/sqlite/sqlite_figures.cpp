// SqliteTests::refresh: from due runs to due tests to figures.
#include <unordered_map>

#include "store/sqlite/sqlite_error.h"
#include "store/sqlite/sqlite_outcome.h"
#include "store/sqlite/sqlite_tests.h"

namespace tamarack::store {
namespace {

struct DueTest {
  std::string project;
  domain::TestId test;
};

struct RunFacts {
  std::string branch;
  bool counted = false;
  bool finished = false;
};

struct RunResults {
  domain::RunFailures failures;
  std::int64_t count = 0;
};

RunResults results_of(SQLite::Database& db, const std::string& run) {
  RunResults results;
  domain::RunFailures& failures = results.failures;
  SQLite::Statement verdict(db, "SELECT verdict FROM runs WHERE run_id = ?");
  verdict.bind(1, run);
  if (verdict.executeStep() && verdict.getColumn(0).getString() == to_string(domain::Verdict::infrastructure))
    failures.verdict = domain::Verdict::infrastructure;
  SQLite::Statement query(db, "SELECT outcome, error, count(*) FROM results WHERE run_id = ? GROUP BY outcome, error");
  query.bind(1, run);
  while (query.executeStep()) {
    const domain::Outcome outcome = outcome_from(query.getColumn(0).getText());
    const std::string error = query.getColumn(1).getString();
    const std::int64_t count = query.getColumn(2).getInt64();
    results.count += count;
    if (domain::has_run(outcome)) failures.ran += count;
    if (!domain::has_failed(outcome)) continue;
    failures.failed += count;
    if (!error.empty()) failures.errors[error] += count;
  }
  return results;
}

void judge(SQLite::Database& db, const std::string& run, const std::string& set_aside) {
  const auto change = [&](const char* sql, const std::vector<std::string>& values) {
    SQLite::Statement statement(db, sql);
    for (std::size_t i = 0; i < values.size(); ++i) statement.bind(static_cast<int>(i) + 1, values[i]);
    statement.exec();
  };
  change("UPDATE runs SET set_aside = ? WHERE run_id = ?", {set_aside, run});
  change("INSERT OR IGNORE INTO due_tests SELECT project, test_id FROM results WHERE run_id = ?", {run});
  change("DELETE FROM tries WHERE run_id = ?", {run});
  change("DELETE FROM due_runs WHERE run_id = ?", {run});
}

// As many as fit into a slice, one at least.
void judge_due_runs(SQLite::Database& db, const FigureRules& rules, int results_max) {
  std::vector<std::string> runs;
  {
    SQLite::Statement query(db, "SELECT run_id FROM due_runs LIMIT ?");
    query.bind(1, std::max(results_max, 1));
    while (query.executeStep()) runs.push_back(query.getColumn(0).getString());
  }
  std::int64_t judged = 0;
  for (const std::string& run : runs) {
    if (judged >= results_max) return;
    const RunResults results = results_of(db, run);
    judge(db, run, rules.set_aside(results.failures));
    judged += std::max<std::int64_t>(results.count, 1);
  }
}

std::vector<DueTest> due_tests(SQLite::Database& db, int tests_max) {
  SQLite::Statement query(db, "SELECT project, test_id FROM due_tests LIMIT ?");
  query.bind(1, tests_max);
  std::vector<DueTest> due;
  while (query.executeStep()) due.push_back({query.getColumn(0).getString(), domain::TestId{query.getColumn(1).getString()}});
  return due;
}

class FigureMaker {
 public:
  FigureMaker(SQLite::Database& db, const FigureRules& rules) : db_(db), rules_(rules) {}

  void make(const DueTest& due) {
    results_.reset();
    results_.bind(1, due.project);
    results_.bind(2, due.test.value);
    std::optional<domain::Execution> last;  // whether it counts or not
    std::vector<domain::Execution> counted;
    // What does not count must not use up the window; what was set aside or skipped for years must not be read to its end either.
    for (int read = 0; read < 3 * figures_window && counted.size() < figures_window && results_.executeStep(); ++read) {
      const RunFacts& run = facts_of(results_.getColumn(0).getText());
      if (!run.finished) continue;
      domain::Execution one{.at = from_ms(results_.getColumn(1).getInt64()),
                            .branch = run.branch,
                            .outcome = outcome_from(results_.getColumn(2).getText()),
                            .duration = Millis{results_.getColumn(3).getInt64()},
                            .attempts = results_.getColumn(4).getInt64()};
      if (!last) {
        last = one;
        last->run = domain::RunId{results_.getColumn(0).getString()};
      }
      if (run.counted && domain::has_run(one.outcome)) counted.push_back(std::move(one));
    }
    write(due, rules_.figures(counted), last.value_or(domain::Execution{.outcome = domain::Outcome::pending}));
  }

 private:
  const RunFacts& facts_of(const std::string& run) {
    const auto [found, is_new] = runs_.try_emplace(run);
    if (is_new) {
      run_.reset();
      run_.bind(1, run);
      if (run_.executeStep()) {
        found->second = {.branch = run_.getColumn(0).getString(), .finished = run_.getColumn(1).getInt() != 0};
        found->second.counted = found->second.finished && run_.getColumn(2).getInt() != 0;
      }
    }
    return found->second;
  }

  void write(const DueTest& due, const domain::Figures& figures, const domain::Execution& last) {
    int at = 0;
    update_.reset();
    for (const std::int64_t number : {figures.runs, figures.passed, figures.failed, figures.flaky, figures.flips, figures.pairs,
                                      figures.flaky + figures.flips, figures.p50.count(), figures.p95.count()})
      update_.bind(++at, number);
    if (figures.trend)
      update_.bind(++at, *figures.trend);
    else
      update_.bind(++at);
    update_.bind(++at, std::string(to_string(last.outcome)));
    update_.bind(++at, last.run.value);
    update_.bind(++at, to_ms(last.at));
    update_.bind(++at, due.project);
    update_.bind(++at, due.test.value);
    update_.exec();
    done_.reset();
    done_.bind(1, due.project);
    done_.bind(2, due.test.value);
    done_.exec();
  }

  SQLite::Database& db_;
  const FigureRules& rules_;
  std::unordered_map<std::string, RunFacts> runs_;
  SQLite::Statement results_{db_,
                             "SELECT run_id, at_ms, outcome, duration_ms, attempts FROM results WHERE project = ? AND test_id = ? "
                             "ORDER BY at_ms DESC, run_id DESC"};
  SQLite::Statement run_{db_, "SELECT branch, finished_ms IS NOT NULL, set_aside = '' FROM runs WHERE run_id = ?"};
  SQLite::Statement update_{db_,
                            "UPDATE tests SET runs = ?, passed = ?, failed = ?, flaky = ?, flips = ?, pairs = ?, unstable = ?, p50_ms = ?, "
                            "p95_ms = ?, trend = ?, last_outcome = ?, last_run_id = ?, last_ms = ? WHERE project = ? AND test_id = ?"};
  SQLite::Statement done_{db_, "DELETE FROM due_tests WHERE project = ? AND test_id = ?"};
};

}  // namespace

void note_end(SQLite::Database& db, const RunRow& row) {
  if (!row.finished) return;
  SQLite::Statement insert(db,
                           "INSERT OR IGNORE INTO due_runs SELECT :run, :project WHERE NOT EXISTS "
                           "(SELECT 1 FROM runs WHERE run_id = :run AND finished_ms IS NOT NULL)");
  insert.bind(":run", row.run.value);
  insert.bind(":project", row.project);
  insert.exec();
}

Result<std::int64_t> SqliteTests::refresh(const FigureRules& rules, int tests_max) {
  return guarded(file_, [&]() -> Result<std::int64_t> {
    const auto left = [&] {
      return db_.execAndGet("SELECT (SELECT count(*) FROM due_tests) + (SELECT count(*) FROM due_runs)").getInt64();
    };
    if (left() == 0) return 0;  // nobody is kept from writing
    SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
    judge_due_runs(db_, rules, tests_max);
    // All runs before any test: each one judged makes its tests due again.
    const bool all_judged = db_.execAndGet("SELECT count(*) FROM due_runs").getInt64() == 0;
    FigureMaker maker(db_, rules);
    for (const DueTest& due : due_tests(db_, all_judged ? std::max(tests_max, 1) : 0)) maker.make(due);
    const std::int64_t rest = left();
    transaction.commit();
    return rest;
  });
}

}  // namespace tamarack::store
