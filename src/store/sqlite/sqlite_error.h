// What SQLite says, as an Error. SQLiteCpp throws; nothing above src/store/sqlite does.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

#include "base/result.h"

namespace tamarack::store {

Error from_sqlite(const SQLite::Exception& exception, const std::string& path);

// Runs work that returns a Result.
template <class Work>
auto guarded(const std::string& path, Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const SQLite::Exception& exception) {
    return from_sqlite(exception, path);
  }
}

}  // namespace tamarack::store
