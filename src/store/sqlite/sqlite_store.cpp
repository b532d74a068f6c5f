#include "store/sqlite/sqlite_store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <array>

#include "sql.h"
#include "store/sqlite/sqlite_access.h"
#include "store/sqlite/sqlite_error.h"
#include "store/sqlite/sqlite_flow.h"
#include "store/sqlite/sqlite_history.h"
#include "store/sqlite/sqlite_hooks.h"
#include "store/sqlite/sqlite_notices.h"
#include "store/sqlite/sqlite_requests.h"
#include "store/sqlite/sqlite_retention.h"
#include "store/sqlite/sqlite_runs.h"
#include "store/sqlite/sqlite_tests.h"

namespace tamarack::store {
namespace {

// One file per version, in order. A file that was released never changes: a later change of the tables is another file.
const std::array migrations{embedded::schema_sql(),           embedded::migrate_access_sql(),    embedded::migrate_cause_sql(),
                            embedded::migrate_requests_sql(), embedded::migrate_tests_sql(),     embedded::migrate_notices_sql(),
                            embedded::migrate_journal_sql(),  embedded::migrate_retention_sql(), embedded::migrate_flow_sql(),
                            embedded::migrate_results_sql(),  embedded::migrate_hooks_sql(),     embedded::migrate_hooks_once_sql()};
constexpr int schema_version = static_cast<int>(migrations.size());

constexpr int retry_ms = 10;

class SqliteStore final : public Store {
 public:
  SqliteStore(const std::string& path, Millis patience)
      : file_(path), db_(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX, static_cast<int>(patience.count())) {
    use_wal();
    db_.exec("PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-32768");
    found_version_ = version();
    if (found_version_ < schema_version) migrate();
  }

  int found_version() const { return found_version_; }

  Result<> commit(const Commit& commit) override {
    return guarded([&]() -> Result<> {
      SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
      if (!insert_row_)
        insert_row_.emplace(db_, "INSERT INTO journal (run_id, seq, at_ms, kind, body, session, message) VALUES (?, ?, ?, ?, ?, ?, ?)");
      for (const JournalRow& row : commit.rows) {
        insert_row_->reset();
        insert_row_->bind(1, commit.run.value);
        insert_row_->bind(2, row.seq);
        insert_row_->bind(3, to_ms(row.at));
        insert_row_->bind(4, row.kind);
        insert_row_->bind(5, row.body);
        insert_row_->bind(6, row.session);
        insert_row_->bind(7, row.message);
        insert_row_->exec();
      }
      insert_planned(db_, commit);
      insert_results(db_, commit);
      insert_artifacts(db_, commit.project, commit.run, commit.artifacts);
      for (const StartRow& start : commit.starts) {
        SQLite::Statement insert(db_, "INSERT INTO starts (project, framework, at_ms, duration_ms) VALUES (?, ?, ?, ?)");
        insert.bind(1, commit.project);
        insert.bind(2, start.framework ? 1 : 0);
        insert.bind(3, to_ms(start.at));
        insert.bind(4, start.duration.count());
        insert.exec();
      }
      if (commit.request) insert_request(db_, *commit.request);
      if (commit.run_row) {
        note_end(db_, *commit.run_row);
        upsert_run(db_, *commit.run_row);
      }
      transaction.commit();
      return {};
    });
  }

  Result<std::int64_t> journal_end(const domain::RunId& run) override {
    return guarded([&]() -> Result<std::int64_t> {
      SQLite::Statement query(db_, "SELECT coalesce(max(seq), 0) FROM journal WHERE run_id = ?");
      query.bind(1, run.value);
      query.executeStep();
      return query.getColumn(0).getInt64();
    });
  }

  Result<std::vector<JournalRow>> journal(const domain::RunId& run, std::int64_t after) override {
    return guarded([&]() -> Result<std::vector<JournalRow>> {
      SQLite::Statement query(db_,
                              "SELECT seq, at_ms, kind, body, session, message FROM journal WHERE run_id = ? AND seq > ? ORDER BY seq");
      query.bind(1, run.value);
      query.bind(2, after);
      std::vector<JournalRow> rows;
      while (query.executeStep())
        rows.push_back({query.getColumn(0).getInt64(), from_ms(query.getColumn(1).getInt64()), query.getColumn(2).getString(),
                        query.getColumn(3).getString(), query.getColumn(4).getString(), query.getColumn(5).getInt64()});
      return rows;
    });
  }

  Result<std::optional<RunRow>> run(const domain::RunId& run) override {
    return guarded([&]() -> Result<std::optional<RunRow>> {
      SQLite::Statement query(db_, "SELECT * FROM runs WHERE run_id = ? AND ifnull(removed_ms, 0) = 0");
      query.bind(1, run.value);
      if (!query.executeStep()) return std::optional<RunRow>{};
      return std::optional<RunRow>{run_row(query)};
    });
  }

  Result<std::vector<RunRow>> runs(int count_max) override {
    return guarded([&]() -> Result<std::vector<RunRow>> {
      SQLite::Statement query(db_, "SELECT * FROM runs WHERE ifnull(removed_ms, 0) = 0 ORDER BY started_ms DESC, run_id DESC LIMIT ?");
      query.bind(1, count_max);
      std::vector<RunRow> rows;
      while (query.executeStep()) rows.push_back(run_row(query));
      return rows;
    });
  }

  Result<RunPage> find_runs(const RunFilter& filter) override {
    return guarded([&] { return select_runs(db_, filter); });
  }

  Result<std::vector<ProjectRow>> projects() override {
    return guarded([&] { return select_projects(db_); });
  }

  Result<std::optional<RequestRow>> request(const domain::RunId& run) override {
    return guarded([&] { return select_request(db_, run); });
  }

  Result<std::optional<RequestRow>> newest_request(const std::string& project, const std::string& identity) override {
    return guarded([&] { return select_newest_request(db_, project, identity); });
  }

  Result<std::vector<RequestRow>> unfinished_requests() override {
    return guarded([&] { return select_unfinished_requests(db_); });
  }

  Result<std::optional<RequestRow>> newest_workspace(const std::string& project) override {
    return guarded([&] { return select_newest_workspace(db_, project); });
  }

  Result<> keep_notices(const std::vector<NoticeRow>& rows) override {
    return guarded([&] { return upsert_notices(db_, rows); });
  }

  Result<std::vector<NoticeRow>> notices() override {
    return guarded([&] { return select_notices(db_); });
  }

  Result<domain::History> history(const std::string& project) override {
    return guarded([&] { return select_history(db_, project); });
  }

  Result<std::optional<std::string>> cached(const std::string& key) override {
    return guarded([&]() -> Result<std::optional<std::string>> {
      SQLite::Statement query(db_, "SELECT value FROM cache WHERE key = ?");
      query.bind(1, key);
      if (!query.executeStep()) return std::optional<std::string>{};
      return std::optional<std::string>{query.getColumn(0).getString()};
    });
  }

  Result<> remember(const std::string& key, const std::string& value) override {
    return guarded([&]() -> Result<> {
      SQLite::Statement insert(db_, "INSERT OR REPLACE INTO cache (key, value) VALUES (?, ?)");
      insert.bind(1, key);
      insert.bind(2, value);
      insert.exec();
      return {};
    });
  }

  AccessStore& access() override { return access_; }
  TestStore& tests() override { return tests_; }
  RetentionStore& retention() override { return retention_; }
  FlowStore& flow() override { return flow_; }
  HookStore& hooks() override { return hooks_; }

 private:
  template <class Work>
  auto guarded(Work work) -> decltype(work()) {
    return store::guarded(file_, work);
  }

  int version() { return db_.execAndGet("PRAGMA user_version").getInt(); }

  // Two processes that open a new file at the same moment both want the lock that this change needs. SQLite tells one of them at once that
  // the file is busy, whatever its timeout is (sqlite.org/pragma.html#pragma_journal_mode), because waiting could be a deadlock.
  void use_wal() {
    for (int tries = static_cast<int>(busy_patience.count()) / retry_ms; tries > 0; --tries) {
      const int code = db_.tryExec("PRAGMA journal_mode=WAL");
      if (code == SQLITE_OK) return;
      if (code != SQLITE_BUSY) break;
      sqlite3_sleep(retry_ms);
    }
    db_.exec("PRAGMA journal_mode=WAL");  // says what is wrong
  }

  // Asked again inside the transaction: another process may have opened the file at the same moment and done it.
  void migrate() {
    SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
    for (int done = version(); done < schema_version; ++done) db_.exec(std::string(migrations[static_cast<std::size_t>(done)]));
    db_.exec("PRAGMA user_version=" + std::to_string(std::max(version(), schema_version)));
    transaction.commit();
  }

  SqliteFile file_;
  SQLite::Database db_;
  SqliteAccess access_{db_, file_};
  SqliteTests tests_{db_, file_};
  SqliteRetention retention_{db_, file_};
  SqliteFlow flow_{db_, file_};
  SqliteHooks hooks_{db_, file_};
  std::optional<SQLite::Statement> insert_row_;
  int found_version_ = 0;
};

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite_store(const std::string& path, Millis patience) {
  try {
    auto store = std::make_unique<SqliteStore>(path, patience);
    if (store->found_version() > schema_version)
      return make_error(ErrorCode::corrupt,
                        fmt::format("'{}' was written by a newer tamarack (store version {}, this one knows {})", path,
                                    store->found_version(), schema_version),
                        "update tamarack, or move the file away");
    return std::unique_ptr<Store>(std::move(store));
  } catch (const SQLite::Exception& exception) {
    return from_sqlite(exception, path);
  }
}

}  // namespace tamarack::store
