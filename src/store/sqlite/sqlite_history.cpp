#include "store/sqlite/sqlite_history.h"

#include <unordered_map>

#include "store/sqlite/sqlite_outcome.h"

namespace tamarack::store {
namespace {

// Of one test. More than are kept, because what was lost or skipped has no duration; a bound, because a test may be skipped for years.
constexpr int results_read_max = 3 * timings_per_test_max;

std::vector<Millis> starts(SQLite::Database& db, const std::string& project, bool framework) {
  SQLite::Statement query(db, "SELECT duration_ms FROM starts WHERE project = ? AND framework = ? ORDER BY at_ms DESC LIMIT ?");
  query.bind(1, project);
  query.bind(2, framework ? 1 : 0);
  query.bind(3, starts_max);
  std::vector<Millis> found;
  while (query.executeStep()) found.push_back(Millis{query.getColumn(0).getInt64()});
  return found;
}

struct FinishedRun {
  std::int64_t started_ms = 0;
  bool is_set_aside = false;
};
using FinishedRuns = std::unordered_map<std::string, FinishedRun>;

FinishedRuns finished_runs(SQLite::Database& db, const std::string& project) {
  SQLite::Statement query(db, "SELECT run_id, started_ms, set_aside != '' FROM runs WHERE project = ? AND finished_ms IS NOT NULL");
  query.bind(1, project);
  FinishedRuns runs;
  while (query.executeStep())
    runs.emplace(query.getColumn(0).getString(), FinishedRun{query.getColumn(1).getInt64(), query.getColumn(2).getInt() != 0});
  return runs;
}

bool is_timed(domain::Outcome outcome) {
  return outcome == domain::Outcome::passed || outcome == domain::Outcome::failed || outcome == domain::Outcome::flaky;
}

bool is_bad(domain::Outcome outcome) {
  return outcome != domain::Outcome::passed && outcome != domain::Outcome::flaky && outcome != domain::Outcome::skipped;
}

// `results`: the newest of one test, newest first.
void read_test(SQLite::Statement& results, const FinishedRuns& runs, const domain::TestId& test, domain::History& history) {
  std::vector<domain::TestTiming> timings;
  std::optional<std::pair<std::int64_t, domain::Outcome>> newest;  // in a finished run, by the start of that run
  while (results.executeStep()) {
    const domain::Outcome outcome = outcome_from(results.getColumn(2).getText());
    const auto run = runs.find(results.getColumn(0).getText());
    const bool is_set_aside = run != runs.end() && run->second.is_set_aside;
    if (timings.size() < timings_per_test_max && is_timed(outcome) && !is_set_aside)
      timings.push_back({Millis{results.getColumn(3).getInt64()}, from_ms(results.getColumn(1).getInt64()), outcome});
    if (run != runs.end() && (!newest || run->second.started_ms > newest->first)) newest = {run->second.started_ms, outcome};
  }
  if (!timings.empty()) history.tests[test].timings = std::move(timings);
  if (newest && is_bad(newest->second)) history.failed_when_last_run.push_back(test);
}

}  // namespace

// Test by test along the key of `results`: one query over all of them would sort every result there is.
Result<domain::History> select_history(SQLite::Database& db, const std::string& project) {
  domain::History history;
  history.app_starts = starts(db, project, false);
  history.framework_starts = starts(db, project, true);
  const FinishedRuns runs = finished_runs(db, project);
  history.has_run = !runs.empty();
  SQLite::Statement tests(db, "SELECT test_id FROM tests WHERE project = ? ORDER BY test_id");
  SQLite::Statement results(db,
                            "SELECT run_id, at_ms, outcome, duration_ms FROM results WHERE project = ? AND test_id = ? "
                            "ORDER BY at_ms DESC, run_id DESC LIMIT ?");
  tests.bind(1, project);
  results.bind(1, project);
  results.bind(3, results_read_max);
  while (tests.executeStep()) {
    const domain::TestId test{tests.getColumn(0).getString()};
    results.reset();
    results.bind(2, test.value);
    read_test(results, runs, test, history);
  }
  return history;
}

}  // namespace tamarack::store
