// Tokens and keys in the tables of migrate_access.sql, over the connection of the store that owns it.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

#include "store/access_store.h"
#include "store/sqlite/sqlite_file.h"

namespace tamarack::store {

class SqliteAccess final : public AccessStore {
 public:
  // Both must outlive it.
  SqliteAccess(SQLite::Database& db, SqliteFile& file) : db_(db), file_(file) {}

  Result<> add_token(const domain::Token& token) override;
  Result<std::optional<domain::Token>> find_token(const domain::TokenId& id) override;
  Result<std::vector<domain::Token>> list_tokens(const std::optional<std::string>& project) override;
  Result<> revoke_token(const domain::TokenId& id, Instant at) override;
  Result<> rotate_token(const domain::TokenId& id, const std::string& secret_hash, Instant previous_until) override;
  Result<> touch_token(const domain::TokenId& id, Instant at) override;
  Result<std::string> server_key(const std::string& name, const std::string& fresh) override;

 private:
  SQLite::Database& db_;
  SqliteFile& file_;
};

}  // namespace tamarack::store
