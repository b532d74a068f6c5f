// The retention part of the SQLite store: tables runs, requests, journal, artifacts.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

#include "store/retention_store.h"
#include "store/sqlite/sqlite_file.h"

namespace tamarack::store {

class SqliteRetention final : public RetentionStore {
 public:
  // Both outlive it.
  SqliteRetention(SQLite::Database& db, SqliteFile& file) : db_(db), file_(file) {}

  Result<std::vector<AskedRun>> asked_runs() override;
  Result<> hide_run(const domain::RunId& run, Instant at) override;
  Result<bool> clear_hidden(int entries_max) override;
  Result<std::optional<RemovedRun>> removed_run(const domain::RunId& run) override;
  Result<std::set<std::string>> artifacts_in_use(const std::string& project, std::span<const std::string> sha256) override;

 private:
  SQLite::Database& db_;
  SqliteFile& file_;
};

// Inside the caller's transaction.
void insert_artifacts(SQLite::Database& db, const std::string& project, const domain::RunId& run, std::span<const ArtifactRow> rows);

}  // namespace tamarack::store
