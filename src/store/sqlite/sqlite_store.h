// The store in one SQLite file: WAL, synchronous=FULL, one connection, one writer. Not thread-safe: its owner calls it from one thread.
#pragma once

#include <memory>
#include <string>

#include "store/store.h"

namespace tamarack::store {

// Opens or creates the file. Errors: `io` (folder not writable, disk full), `corrupt` (not a database, or of a newer tamarack).
Result<std::unique_ptr<Store>> open_sqlite_store(const std::string& path);

}  // namespace tamarack::store
