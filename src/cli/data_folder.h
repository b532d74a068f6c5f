// The data folder of a server: the database with runs, tokens and keys, and what else `tamarack serve --data` keeps. It is as secret as the
// keys in it, so a new one is for its owner alone.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "store/sqlite/sqlite_store.h"
#include "store/store.h"

namespace tamarack::cli {

enum class IfMissing { create, refuse };

struct DataFolder {
  std::string path;  // absolute
  std::unique_ptr<store::Store> store;
  bool is_new = false;           // the database was not there before
  bool others_can_read = false;  // the folder lets other users of this machine in
};

// Errors: `not_found` when there is no database and `if_missing` refuses, `io`, `corrupt`. Works beside a server that runs on the folder.
// `patience`: as of open_sqlite_store().
Result<DataFolder> open_data_folder(const std::string& directory, IfMissing if_missing, Millis patience = store::busy_patience);

}  // namespace tamarack::cli
