// Which verdicts of an earlier run stand in a new one of the same suite, so that only the rest runs again and the new ledger is complete.
// Pure.
#pragma once

#include <string>

#include "run/event.h"
#include "run/run.h"

namespace tamarack::run {

// Passed, flaky and skipped: what needs no second look.
bool is_good(domain::Outcome outcome);

// By test id. Only good verdicts stand; a serial unit stands as a whole or not at all, and so does a flow, by its name and if it is the
// same still. A test the earlier run did not know runs.
Carried carry_forward(const Run& earlier, const domain::Plan& plan);

// The same plan again, for those who have nothing but the journal. At least one test is left to run, or there is nothing to do.
bool leaves_work(const Carried& carried, const domain::Plan& plan);

// The journal says it in the reason of the entry; and the way back: the run the verdict stands in, empty for an entry of this run's own.
std::string carried_reason(const domain::RunId& from);
domain::RunId carried_from(const TestSettled& record);
domain::RunId carried_from(const FlowEnded& record);

}  // namespace tamarack::run
