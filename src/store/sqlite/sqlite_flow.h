// Streams of jobs, waits and mailboxes in the table of migrate_flow.sql, over the connection of the store that owns it.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <optional>
#include <string>

#include "store/flow_store.h"
#include "store/sqlite/sqlite_file.h"

namespace tamarack::store {

class SqliteFlow final : public FlowStore {
 public:
  // Both must outlive it.
  SqliteFlow(SQLite::Database& db, SqliteFile& file) : db_(db), file_(file) {}

  Result<> commit_flow(const std::vector<FlowRow>& rows, const std::vector<std::string>& forgotten) override;
  Result<> read_flow(const std::function<Result<>(const FlowRow&)>& take) override;

 private:
  void insert(const FlowRow& row);
  void forget(const std::string& stream);

  SQLite::Database& db_;
  SqliteFile& file_;
  std::optional<SQLite::Statement> insert_;
  std::optional<SQLite::Statement> forget_;
};

}  // namespace tamarack::store
