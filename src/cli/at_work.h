// Who works on a folder of runs: whoever does holds its lock and has put his command there.
#pragma once

#include <string>

#include "base/result.h"
#include "store/store.h"

namespace tamarack::cli {

// The run that another process works on at this moment; empty: none.
Result<domain::RunId> run_at_work(const std::string& state_dir, store::Store& store);

}  // namespace tamarack::cli
