// What SQLite says, as an Error. SQLiteCpp throws; nothing above src/store/sqlite does.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

#include "base/result.h"
#include "store/sqlite/sqlite_file.h"

namespace tamarack::store {

Error from_sqlite(const SQLite::Exception& exception, const std::string& path);

// Runs work that returns a Result, in the connection to the file.
template <class Work>
auto guarded(SqliteFile& file, Work work) -> decltype(work()) {
  const SqliteFile::Visit visit(file);
  try {
    return work();
  } catch (const SQLite::Exception& exception) {
    return from_sqlite(exception, file.path());
  }
}

}  // namespace tamarack::store
