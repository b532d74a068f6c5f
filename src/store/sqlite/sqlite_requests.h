// The table `requests`. Throws what SQLiteCpp throws: called under guarded (sqlite_error.h).
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include "store/store.h"

namespace tamarack::store {

void insert_request(SQLite::Database& db, const RequestRow& row);
Result<std::optional<RequestRow>> select_request(SQLite::Database& db, const domain::RunId& run);
Result<std::optional<RequestRow>> select_newest_request(SQLite::Database& db, const std::string& project, const std::string& identity);
Result<std::vector<RequestRow>> select_unfinished_requests(SQLite::Database& db);

Result<std::optional<RequestRow>> select_newest_workspace(SQLite::Database& db, const std::string& project);

}  // namespace tamarack::store
