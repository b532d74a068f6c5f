// What the journal's entries mean for the tables of the store. Pure.
#pragma once

#include "run/run.h"
#include "store/store.h"

namespace tamarack::coordinator {

store::Commit project(const store::RunRow& row, const run::Run& run, const std::vector<run::Entry>& entries);

}  // namespace tamarack::coordinator
