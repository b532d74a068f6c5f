#include "store/sqlite/sqlite_store.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <array>

#include "base/text.h"
#include "sql.h"
#include "store/sqlite/sqlite_access.h"
#include "store/sqlite/sqlite_error.h"

namespace tamarack::store {
namespace {

// One file per version, in order. A file that was released never changes: a later change of the tables is another file.
const std::array migrations{embedded::schema_sql(), embedded::migrate_access_sql(), embedded::migrate_cause_sql()};
constexpr int schema_version = static_cast<int>(migrations.size());

domain::Outcome outcome_from(const std::string& text) {
  for (const domain::Outcome outcome : domain::final_outcomes)
    if (to_string(outcome) == text) return outcome;
  return domain::Outcome::lost;
}

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(const std::string& path)
      : path_(path), db_(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX, 5000) {
    db_.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA wal_autocheckpoint=4000");
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
      for (const ResultRow& result : commit.results) {
        SQLite::Statement insert(
            db_,
            "INSERT OR REPLACE INTO results (project, test_id, run_id, name, outcome, duration_ms, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)");
        insert.bind(1, commit.project);
        insert.bind(2, result.test.value);
        insert.bind(3, commit.run.value);
        insert.bind(4, result.name);
        insert.bind(5, std::string(to_string(result.outcome)));
        insert.bind(6, result.duration.count());
        insert.bind(7, to_ms(result.at));
        insert.exec();
      }
      for (const StartRow& start : commit.starts) {
        SQLite::Statement insert(db_, "INSERT INTO starts (project, framework, at_ms, duration_ms) VALUES (?, ?, ?, ?)");
        insert.bind(1, commit.project);
        insert.bind(2, start.framework ? 1 : 0);
        insert.bind(3, to_ms(start.at));
        insert.bind(4, start.duration.count());
        insert.exec();
      }
      if (commit.run_row) upsert_run(*commit.run_row);
      transaction.commit();
      return {};
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
      SQLite::Statement query(db_, "SELECT * FROM runs WHERE run_id = ?");
      query.bind(1, run.value);
      if (!query.executeStep()) return std::optional<RunRow>{};
      return std::optional<RunRow>{run_row(query)};
    });
  }

  Result<std::vector<RunRow>> runs(int count_max) override {
    return guarded([&]() -> Result<std::vector<RunRow>> {
      SQLite::Statement query(db_, "SELECT * FROM runs ORDER BY started_ms DESC, run_id DESC LIMIT ?");
      query.bind(1, count_max);
      std::vector<RunRow> rows;
      while (query.executeStep()) rows.push_back(run_row(query));
      return rows;
    });
  }

  Result<domain::History> history(const std::string& project) override {
    return guarded([&]() -> Result<domain::History> {
      domain::History history;
      SQLite::Statement timings(db_, std::string(embedded::history_sql()));
      timings.bind(1, project);
      timings.bind(2, timings_per_test_max);
      while (timings.executeStep())
        history.tests[domain::TestId{timings.getColumn(0).getString()}].timings.push_back({Millis{timings.getColumn(1).getInt64()},
                                                                                           from_ms(timings.getColumn(2).getInt64()),
                                                                                           outcome_from(timings.getColumn(3).getString())});
      history.app_starts = starts(project, false);
      history.framework_starts = starts(project, true);
      SQLite::Statement finished(db_, "SELECT 1 FROM runs WHERE project = ? AND finished_ms IS NOT NULL LIMIT 1");
      finished.bind(1, project);
      history.has_run = finished.executeStep();
      SQLite::Statement failed(db_, std::string(embedded::failed_sql()));
      failed.bind(1, project);
      while (failed.executeStep()) history.failed_when_last_run.push_back(domain::TestId{failed.getColumn(0).getString()});
      return history;
    });
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

 private:
  template <class Work>
  auto guarded(Work work) -> decltype(work()) {
    return store::guarded(path_, work);
  }

  int version() { return db_.execAndGet("PRAGMA user_version").getInt(); }

  // Asked again inside the transaction: another process may have opened the file at the same moment and done it.
  void migrate() {
    SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
    for (int done = version(); done < schema_version; ++done) db_.exec(std::string(migrations[static_cast<std::size_t>(done)]));
    db_.exec("PRAGMA user_version=" + std::to_string(std::max(version(), schema_version)));
    transaction.commit();
  }

  std::vector<Millis> starts(const std::string& project, bool framework) {
    SQLite::Statement query(db_, "SELECT duration_ms FROM starts WHERE project = ? AND framework = ? ORDER BY at_ms DESC LIMIT ?");
    query.bind(1, project);
    query.bind(2, framework ? 1 : 0);
    query.bind(3, starts_max);
    std::vector<Millis> found;
    while (query.executeStep()) found.push_back(Millis{query.getColumn(0).getInt64()});
    return found;
  }

  void upsert_run(const RunRow& row) {
    SQLite::Statement upsert(db_, std::string(embedded::upsert_run_sql()));
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
    upsert.exec();
  }

  static RunRow run_row(SQLite::Statement& query) {
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
    return row;
  }

  std::string path_;
  SQLite::Database db_;
  SqliteAccess access_{db_, path_};
  std::optional<SQLite::Statement> insert_row_;
  int found_version_ = 0;
};

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite_store(const std::string& path) {
  try {
    auto store = std::make_unique<SqliteStore>(path);
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
