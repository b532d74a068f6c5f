#include "store/sqlite/sqlite_retention.h"

#include <fmt/format.h>

#include <algorithm>

#include "sql.h"
#include "store/sqlite/sqlite_error.h"

namespace tamarack::store {
namespace {

// By its row ids, so that a slice costs what it holds.
constexpr const char* delete_entries =
    "DELETE FROM journal WHERE rowid IN (SELECT rowid FROM journal WHERE run_id = ? ORDER BY seq LIMIT ?)";

void change(SQLite::Database& db, const char* sql, const std::string& run) {
  SQLite::Statement statement(db, sql);
  statement.bind(1, run);
  statement.exec();
}

}  // namespace

void insert_artifacts(SQLite::Database& db, const std::string& project, const domain::RunId& run, std::span<const ArtifactRow> rows) {
  if (rows.empty()) return;
  SQLite::Statement insert(db, "INSERT OR IGNORE INTO artifacts (project, sha256, run_id, bytes) VALUES (?, ?, ?, ?)");
  for (const ArtifactRow& row : rows) {
    insert.reset();
    insert.bind(1, project);
    insert.bind(2, row.sha256);
    insert.bind(3, run.value);
    insert.bind(4, row.bytes);
    insert.exec();
  }
}

Result<std::vector<AskedRun>> SqliteRetention::asked_runs() {
  return guarded(file_, [&]() -> Result<std::vector<AskedRun>> {
    SQLite::Statement query(db_, std::string(embedded::asked_runs_sql()));
    std::vector<AskedRun> runs;
    while (query.executeStep()) {
      AskedRun run{.run = domain::RunId{query.getColumn(0).getString()},
                   .project = query.getColumn(1).getString(),
                   .identity = query.getColumn(2).getString(),
                   .asked = from_ms(query.getColumn(3).getInt64()),
                   .finished = std::nullopt,
                   .artifact_bytes = query.getColumn(5).getInt64()};
      if (!query.getColumn(4).isNull()) run.finished = from_ms(query.getColumn(4).getInt64());
      runs.push_back(std::move(run));
    }
    return runs;
  });
}

Result<> SqliteRetention::hide_run(const domain::RunId& run, Instant at) {
  return guarded(file_, [&]() -> Result<> {
    SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement query(db_, "SELECT finished_ms IS NULL FROM runs WHERE run_id = ? AND ifnull(removed_ms, 0) = 0");
    query.bind(1, run.value);
    if (!query.executeStep()) return make_error(ErrorCode::not_found, fmt::format("there is no run '{}'", run.value));
    if (query.getColumn(0).getInt() != 0) return make_error(ErrorCode::conflict, fmt::format("run '{}' has no end", run.value));
    SQLite::Statement hide(db_, "UPDATE runs SET removed_ms = ? WHERE run_id = ?");
    hide.bind(1, to_ms(at));
    hide.bind(2, run.value);
    hide.exec();
    change(db_, "DELETE FROM artifacts WHERE run_id = ?", run.value);
    transaction.commit();
    return {};
  });
}

Result<bool> SqliteRetention::clear_hidden(int entries_max) {
  return guarded(file_, [&]() -> Result<bool> {
    const std::string next = "SELECT run_id FROM runs WHERE removed_ms > 0 AND is_cleared = 0 LIMIT 1";
    std::string run;
    {
      SQLite::Statement query(db_, next);
      if (!query.executeStep()) return false;
      run = query.getColumn(0).getString();
    }
    SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement entries(db_, delete_entries);
    entries.bind(1, run);
    entries.bind(2, std::max(entries_max, 1));
    if (entries.exec() < std::max(entries_max, 1)) {
      change(db_, "UPDATE requests SET body = '' WHERE run_id = ?", run);
      change(db_, "DELETE FROM tries WHERE run_id = ?", run);
      change(db_, "UPDATE runs SET is_cleared = 1 WHERE run_id = ?", run);
    }
    transaction.commit();
    return SQLite::Statement(db_, next).executeStep();
  });
}

Result<std::optional<RemovedRun>> SqliteRetention::removed_run(const domain::RunId& run) {
  return guarded(file_, [&]() -> Result<std::optional<RemovedRun>> {
    SQLite::Statement query(db_, "SELECT project, removed_ms FROM runs WHERE run_id = ? AND removed_ms > 0");
    query.bind(1, run.value);
    if (!query.executeStep()) return std::optional<RemovedRun>{};
    return std::optional(RemovedRun{query.getColumn(0).getString(), from_ms(query.getColumn(1).getInt64())});
  });
}

Result<std::set<std::string>> SqliteRetention::artifacts_in_use(const std::string& project, std::span<const std::string> sha256) {
  return guarded(file_, [&]() -> Result<std::set<std::string>> {
    SQLite::Statement query(db_, "SELECT 1 FROM artifacts WHERE project = ? AND sha256 = ? LIMIT 1");
    std::set<std::string> used;
    for (const std::string& one : sha256) {
      query.reset();
      query.bind(1, project);
      query.bind(2, one);
      if (query.executeStep()) used.insert(one);
    }
    return used;
  });
}

}  // namespace tamarack::store
