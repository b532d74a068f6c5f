#include "store/sqlite/sqlite_notices.h"

namespace tamarack::store {

Result<> upsert_notices(SQLite::Database& db, const std::vector<NoticeRow>& rows) {
  SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
  SQLite::Statement upsert(db, "INSERT OR REPLACE INTO notices (key, json) VALUES (?, ?)");
  SQLite::Statement forget(db, "DELETE FROM notices WHERE key = ?");
  for (const NoticeRow& row : rows) {
    SQLite::Statement& statement = row.json.empty() ? forget : upsert;
    statement.reset();
    statement.bind(1, row.key);
    if (!row.json.empty()) statement.bind(2, row.json);
    statement.exec();
  }
  transaction.commit();
  return {};
}

Result<std::vector<NoticeRow>> select_notices(SQLite::Database& db) {
  SQLite::Statement query(db, "SELECT key, json FROM notices ORDER BY key");
  std::vector<NoticeRow> rows;
  while (query.executeStep()) rows.push_back({query.getColumn(0).getString(), query.getColumn(1).getString()});
  return rows;
}

}  // namespace tamarack::store
