// The store in one SQLite file: WAL, synchronous=FULL, one connection, one writer. Not thread-safe: its owner calls it from one thread at
// a time, and two at once end the process (sqlite_file.h).
#pragma once

#include <memory>
#include <string>

#include "base/time.h"
#include "store/store.h"

namespace tamarack::store {

inline constexpr Millis busy_patience{5'000};

// Opens or creates the file. A call waits up to `patience` while another connection or process writes, and fails with `unavailable` then.
// Errors: `io` (folder not writable, disk full), `corrupt` (not a database, or of a newer tamarack).
Result<std::unique_ptr<Store>> open_sqlite_store(const std::string& path, Millis patience = busy_patience);

}  // namespace tamarack::store
