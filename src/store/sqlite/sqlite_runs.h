// The table `runs`. Throws what SQLiteCpp throws: called under guarded (sqlite_error.h).
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include "store/store.h"

namespace tamarack::store {

void upsert_run(SQLite::Database& db, const RunRow& row);
// Of a query that selects all columns of `runs`.
RunRow run_row(SQLite::Statement& query);
Result<RunPage> select_runs(SQLite::Database& db, const RunFilter& filter);
Result<std::vector<ProjectRow>> select_projects(SQLite::Database& db);

}  // namespace tamarack::store
