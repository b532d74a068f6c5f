#include "store/sqlite/sqlite_error.h"

#include <sqlite3.h>

namespace tamarack::store {

Error from_sqlite(const SQLite::Exception& exception, const std::string& path) {
  const std::string what = exception.what();
  switch (exception.getErrorCode()) {
    case SQLITE_CONSTRAINT:
      return make_error(ErrorCode::conflict, what);
    case SQLITE_FULL:
      return make_error(ErrorCode::io, "the disk is full while writing '" + path + "'",
                        "free some space; the journal is intact: a server goes on by itself, a run without one with `tamarack resume`");
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return make_error(ErrorCode::io, "cannot write '" + path + "': " + what,
                        "check the permissions of the folder, or choose another one with --state-dir");
    case SQLITE_BUSY:
      return make_error(ErrorCode::unavailable, "'" + path + "' is in use: somebody else has been writing to it for too long",
                        "try again, or wait for the other tamarack to end");
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return make_error(ErrorCode::corrupt, "'" + path + "' is not a usable database: " + what, "move the file away; a new one is created");
    default:
      return make_error(ErrorCode::io, "'" + path + "': " + what);
  }
}

}  // namespace tamarack::store
