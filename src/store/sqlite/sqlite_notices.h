// The table `notices`. Throws what SQLiteCpp throws: called under guarded (sqlite_error.h).
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <vector>

#include "store/store.h"

namespace tamarack::store {

Result<> upsert_notices(SQLite::Database& db, const std::vector<NoticeRow>& rows);
Result<std::vector<NoticeRow>> select_notices(SQLite::Database& db);

}  // namespace tamarack::store
