// What planning needs of the past. Throws what SQLiteCpp throws: called under guarded (sqlite_error.h).
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include "store/store.h"

namespace tamarack::store {

Result<domain::History> select_history(SQLite::Database& db, const std::string& project);

}  // namespace tamarack::store
