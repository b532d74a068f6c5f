// What flows hand on from phase to phase, and how their waits are called where they are parked. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "run/event.h"
#include "run/run.h"

namespace tamarack::run {

// What this phase gets: of the run that this one continues, and of every phase that it needs, however far back. Nothing else of its flow:
// so it is the same whenever it is asked, also after a restart.
std::vector<domain::Capture> captures_of(const Run& run, std::int32_t flow, std::int32_t phase);
// The same for the tests of a lease.
std::vector<LeaseCaptures> captures_of(const Run& run, const std::vector<schedule::Piece>& pieces);

// "RUN-FLOW-PHASE"
domain::WaitId wait_id_of(const domain::RunId& run, std::int32_t flow, std::int32_t phase);

domain::PhaseOutcome phase_outcome_of(domain::WaitOutcome outcome);

// Why these captures do not fill what a phase of tests has to capture; empty: they do.
std::string problem_of(const std::vector<domain::CaptureWish>& wishes, const std::vector<domain::Capture>& captures);

}  // namespace tamarack::run
