#include "store/sqlite/sqlite_flow.h"

#include "store/sqlite/sqlite_error.h"

namespace tamarack::store {

Result<> SqliteFlow::commit_flow(const std::vector<FlowRow>& rows, const std::vector<std::string>& forgotten) {
  return guarded(file_, [&]() -> Result<> {
    SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
    for (const FlowRow& row : rows) insert(row);
    for (const std::string& stream : forgotten) forget(stream);
    transaction.commit();
    return {};
  });
}

void SqliteFlow::insert(const FlowRow& row) {
  if (!insert_) insert_.emplace(db_, "INSERT INTO flow_journal (stream, seq, at_ms, kind, body) VALUES (?, ?, ?, ?, ?)");
  insert_->reset();
  insert_->bind(1, row.stream);
  insert_->bind(2, row.seq);
  insert_->bind(3, to_ms(row.at));
  insert_->bind(4, row.kind);
  insert_->bind(5, row.body);
  insert_->exec();
}

void SqliteFlow::forget(const std::string& stream) {
  if (!forget_) forget_.emplace(db_, "DELETE FROM flow_journal WHERE stream = ?");
  forget_->reset();
  forget_->bind(1, stream);
  forget_->exec();
}

Result<> SqliteFlow::read_flow(const std::function<Result<>(const FlowRow&)>& take) {
  return guarded(file_, [&]() -> Result<> {
    SQLite::Statement query(db_, "SELECT stream, seq, at_ms, kind, body FROM flow_journal ORDER BY stream, seq");
    while (query.executeStep())
      TRY_VOID(take({query.getColumn(0).getString(), query.getColumn(1).getInt64(), from_ms(query.getColumn(2).getInt64()),
                     query.getColumn(3).getString(), query.getColumn(4).getString()}));
    return {};
  });
}

}  // namespace tamarack::store
