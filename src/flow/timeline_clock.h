// The line of instants that jobs and waits live on, over restarts. Within one process it moves with the monotonic clock (base/time.h).
// Across a restart on the same boot it goes on by the time since boot, so that a wall clock that was set meanwhile moves no deadline, and
// the time nobody ran counts. On another boot, or another machine, only the wall clock is left; the line never goes back.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "base/time.h"

namespace tamarack::flow {

// What a machine says of the time, all at once.
struct ClockReading {
  Instant wall;
  Millis since_boot{0};  // counts sleep, too
  std::string boot;      // the kernel's boot id; empty: unknown, so no two are the same
};

// Which instant of the line that was.
struct ClockAnchor {
  Instant at;
  ClockReading reading;
};

// The instant at which the line goes on. `latest` is the newest instant in the journal.
inline Instant go_on(const std::optional<ClockAnchor>& anchor, Instant latest, const ClockReading& now) {
  const bool same_boot = anchor && !now.boot.empty() && anchor->reading.boot == now.boot && now.since_boot >= anchor->reading.since_boot;
  const Instant here = same_boot ? anchor->at + (now.since_boot - anchor->reading.since_boot) : now.wall;
  return std::max(here, latest);
}

}  // namespace tamarack::flow
