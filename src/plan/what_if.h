// How long a plan is going to take: the run is played through with its estimates, start-ups, locks, caps and order. Nothing is left to
// chance, so the answer is the same every time; what it leaves out is noise and failures.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/result.h"
#include "domain/history.h"
#include "domain/plan.h"
#include "plan/make_plan.h"

namespace tamarack::plan {

// How much one lease hands out, from what is left and the number of workers: the scheduler's own function, so that prediction and run
// cannot drift apart.
using ChunkRule = std::function<domain::ChunkSize(Millis remaining, std::int64_t workers, const domain::CostEstimate& cost)>;

struct Prediction {
  std::int64_t workers = 1;
  Millis wall{0};
  Millis machine{0};             // workers × wall: what it costs when every worker is a machine that stays until the end
  Millis lower_bound{0};         // of this plan's units on this many workers, without start-ups
  std::int64_t invocations = 0;  // of the framework
};

Prediction predict(const domain::Plan& plan, std::int64_t workers, const ChunkRule& chunk_size);

// One line per worker count from 1 to `workers_max`. Every count gets its own plan, because specs are cut by the fair share.
Result<std::vector<Prediction>> what_if(const domain::Discovery& discovery, const domain::History& history, PlanOptions options,
                                        std::int64_t workers_max, const ChunkRule& chunk_size);

struct Choice {
  Prediction prediction;
  bool reaches_target = false;  // false: more workers do not help enough; the choice is the smallest count with the shortest wall time
};

// The smallest number of workers that meets the target. `predictions` must not be empty.
Choice choose_workers(const std::vector<Prediction>& predictions, Millis target);

}  // namespace tamarack::plan
