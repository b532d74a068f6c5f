// The figures of tests are made when runs have ended: not with each result, because whether a run counts is known at its end only, and not
// when somebody asks, because that would take every execution of every test. Here the store meets the rules (insight/).
#pragma once

#include "store/store.h"

namespace tamarack::coordinator {

// Some 30 ms of work without optimisation, on the thread that owns the store: short enough between two commits of a server.
inline constexpr int figures_slice = 100;

// One slice. Returns how much is left: call again, at leisure, until it is 0.
Result<std::int64_t> refresh_figures(store::Store& store, int tests_max = figures_slice);

// All of it, for a command that has the store for itself.
Result<> refresh_all_figures(store::Store& store);

}  // namespace tamarack::coordinator
