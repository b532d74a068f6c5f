// Runs and journal entries as the API shows them. Pure.
#pragma once

#include <string>
#include <vector>

#include "run/record.h"
#include "store/store.h"

namespace tamarack::coordinator {

// One object. The row is complete (read_run.h), so a run without an end says "running" or "interrupted".
// `set_aside` is there when the run does not count: why.
std::string run_json(const store::RunRow& row);
// {"runs":[…],"next":"…"}; without `next` when nothing follows.
std::string runs_json(const store::RunPage& page);
// {"seq":…,"at":…,"kind":…,"body":{…}}
std::string entry_json(const store::JournalRow& row);
std::string entry_json(const run::Entry& entry);

}  // namespace tamarack::coordinator
