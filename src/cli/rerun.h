// `tamarack rerun`: the tests of an earlier run once more, all of them or only those whose verdict was not good.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "domain/test_case.h"
#include "plan/select.h"
#include "run/run.h"
#include "store/store.h"

namespace tamarack::cli {

struct RerunWish {
  std::string run;           // empty: the newest finished one
  bool only_failed = false;  // good verdicts stand in the new run
};

// The run as its journal left it. Errors: not_found, conflict when it has no end yet and could be gone on with.
Result<run::Run> earlier_run(store::Store& store, const std::string& run);
// The same from entries that came from somewhere else, where somebody may still bring it to its end.
Result<run::Run> folded_run(const std::vector<run::Entry>& journal, const std::string& run);

// Only the earlier run's tests are selected; nothing is left out when it had all there are.
void narrow_to(plan::Filter& filter, const run::Run& earlier, const domain::Discovery& discovery);

}  // namespace tamarack::cli
