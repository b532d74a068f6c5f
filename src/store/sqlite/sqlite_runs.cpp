#include "store/sqlite/sqlite_runs.h"

#include <algorithm>

#include "base/text.h"
#include "sql.h"
#include "store/page_cursor.h"

namespace tamarack::store {

void upsert_run(SQLite::Database& db, const RunRow& row) {
  SQLite::Statement upsert(db, std::string(embedded::upsert_run_sql()));
  int at = 0;
  const auto number = [&](std::int64_t value) { upsert.bind(++at, value); };
  const auto text = [&](const std::string& value) { upsert.bind(++at, value); };
  text(row.run.value);
  text(row.project);
  text(row.framework);
  number(to_ms(row.started));
  if (row.finished)
    number(to_ms(*row.finished));
  else
    upsert.bind(++at);
  text(row.verdict);
  text(row.headline);
  number(row.exit_code);
  number(row.ledger.planned);
  for (const domain::Outcome outcome : domain::final_outcomes) number(row.ledger.count(outcome));
  number(row.workers);
  text(std::to_string(row.seed));
  number(row.wall.count());
  number(row.lower_bound.count());
  number(row.busy.count());
  number(row.attempts);
  text(row.branch);
  text(row.commit);
  text(join(row.refused, "\n"));
  upsert.exec();
}

RunRow run_row(SQLite::Statement& query) {
  const auto number = [&](const char* column) { return query.getColumn(column).getInt64(); };
  const auto text = [&](const char* column) { return query.getColumn(column).getString(); };
  RunRow row;
  row.run = domain::RunId{text("run_id")};
  row.project = text("project");
  row.framework = text("framework");
  row.started = from_ms(number("started_ms"));
  if (!query.getColumn("finished_ms").isNull()) row.finished = from_ms(number("finished_ms"));
  row.verdict = text("verdict");
  row.headline = text("headline");
  row.exit_code = number("exit_code");
  row.ledger = {.planned = number("planned"),
                .passed = number("passed"),
                .failed = number("failed"),
                .flaky = number("flaky"),
                .skipped = number("skipped"),
                .timed_out = number("timed_out"),
                .lost = number("lost"),
                .cancelled = number("cancelled"),
                .never_ran = number("never_ran")};
  row.workers = number("workers");
  row.seed = std::strtoull(text("seed").c_str(), nullptr, 10);
  row.wall = Millis{number("wall_ms")};
  row.lower_bound = Millis{number("lower_bound_ms")};
  row.busy = Millis{number("busy_ms")};
  row.attempts = number("attempts");
  row.branch = text("branch");
  row.commit = text("commit_id");
  row.set_aside = text("set_aside");
  row.refused = split_lines(text("refused"));
  return row;
}

// Only the conditions that are asked for, so that SQLite can choose the index that fits them.
Result<RunPage> select_runs(SQLite::Database& db, const RunFilter& filter) {
  const std::optional<RunCursor> before = TRY(parse_run_cursor(filter.before));
  const auto limit = static_cast<std::size_t>(std::clamp(filter.limit, 1, page_max));
  std::string sql = "SELECT * FROM runs WHERE ifnull(removed_ms, 0) = 0";
  if (!filter.project.empty()) sql += " AND project = :project";
  if (!filter.branch.empty()) sql += " AND branch = :branch";
  const bool unfinished = filter.verdict == unfinished_verdict;
  if (unfinished) sql += " AND finished_ms IS NULL";
  if (!filter.verdict.empty() && !unfinished) sql += " AND verdict = :verdict";
  if (before) sql += " AND (started_ms, run_id) < (:started, :run)";
  if (!filter.text.empty())
    sql +=
        " AND (instr(lower(run_id), :text) OR instr(lower(headline), :text) OR instr(lower(branch), :text)"
        " OR instr(lower(commit_id), :text))";
  SQLite::Statement query(db, sql + " ORDER BY started_ms DESC, run_id DESC LIMIT :limit");
  if (!filter.project.empty()) query.bind(":project", filter.project);
  if (!filter.branch.empty()) query.bind(":branch", filter.branch);
  if (!filter.verdict.empty() && !unfinished) query.bind(":verdict", filter.verdict);
  if (before) {
    query.bind(":started", to_ms(before->started));
    query.bind(":run", before->run.value);
  }
  if (!filter.text.empty()) query.bind(":text", lower(filter.text));
  query.bind(":limit", static_cast<std::int64_t>(limit + 1));
  RunPage page;
  while (query.executeStep()) {
    if (page.runs.size() == limit) {
      page.next = to_text(RunCursor{page.runs.back().started, page.runs.back().run});
      break;
    }
    page.runs.push_back(run_row(query));
  }
  return page;
}

Result<std::vector<ProjectRow>> select_projects(SQLite::Database& db) {
  SQLite::Statement query(db, std::string(embedded::projects_sql()));
  std::vector<ProjectRow> rows;
  while (query.executeStep()) {
    ProjectRow row{.runs = query.getColumn("project_runs").getInt64(), .newest = run_row(query)};
    row.project = row.newest.project;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace tamarack::store
