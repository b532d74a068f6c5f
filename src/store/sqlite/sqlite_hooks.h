// Webhooks in the table of migrate_hooks.sql, over the connection of the store that owns it.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

#include "store/hook_store.h"
#include "store/sqlite/sqlite_file.h"

namespace tamarack::store {

class SqliteHooks final : public HookStore {
 public:
  // Both must outlive it.
  SqliteHooks(SQLite::Database& db, SqliteFile& file) : db_(db), file_(file) {}

  Result<> add_hook(const HookRow& hook) override;
  Result<std::optional<HookRow>> find_hook(const std::string& token_hash) override;
  Result<std::vector<HookRow>> list_hooks() override;
  Result<> remove_hook(const std::string& token_hash) override;

 private:
  SQLite::Database& db_;
  SqliteFile& file_;
};

}  // namespace tamarack::store
