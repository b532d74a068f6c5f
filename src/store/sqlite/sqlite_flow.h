// Streams of jobs, waits and mailboxes in the table of migrate_flow.sql, over the connection of the store that owns it.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <optional>
#include <string>

#include "store/flow_store.h"

namespace tamarack::store {

class SqliteFlow final : public FlowStore {
 public:
  // Both must outlive it.
  SqliteFlow(SQLite::Database& db, const std::string& path) : db_(db), path_(path) {}

  Result<> commit_flow(const std::vector<FlowRow>& rows, const std::vector<std::string>& forgotten) override;
  Result<> read_flow(const std::function<Result<>(const FlowRow&)>& take) override;

 private:
  void insert(const FlowRow& row);
  void forget(const std::string& stream);

  SQLite::Database& db_;
  const std::string& path_;
  std::optional<SQLite::Statement> insert_;
  std::optional<SQLite::Statement> forget_;
};

}  // namespace tamarack::store
