// Tests over many runs, in the tables of migrate_tests.sql, over the connection of the store that owns it.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

#include "store/sqlite/sqlite_file.h"
#include "store/store.h"

namespace tamarack::store {

class SqliteTests final : public TestStore {
 public:
  // Both must outlive it.
  SqliteTests(SQLite::Database& db, SqliteFile& file) : db_(db), file_(file) {}

  Result<TestPage> find_tests(const TestFilter& filter) override;
  Result<SpecPage> find_specs(const SpecFilter& filter) override;
  Result<std::optional<TestRow>> find_test(const std::string& project, const domain::TestId& test) override;
  Result<std::vector<domain::Execution>> executions(const std::string& project, const domain::TestId& test, int count_max) override;
  Result<std::int64_t> refresh(const FigureRules& rules, int tests_max) override;

 private:
  SQLite::Database& db_;
  SqliteFile& file_;
};

// The parts of a commit that are about tests; inside its transaction. Throws what SQLiteCpp throws.
void insert_results(SQLite::Database& db, const Commit& commit);
void insert_planned(SQLite::Database& db, const Commit& commit);
// Its tests are due for new figures once it has ended. Called before the run's row is written, to tell the end from what is said after it.
void note_end(SQLite::Database& db, const RunRow& row);

}  // namespace tamarack::store
