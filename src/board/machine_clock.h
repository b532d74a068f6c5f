// What this machine says of the time, in the words of the board.
#pragma once

#include "flow/timeline_clock.h"
#include "io/machine.h"

namespace tamarack::board {

inline flow::ClockReading machine_clock() {
  io::MachineClock clock = io::machine_clock();
  return {.wall = clock.wall, .since_boot = clock.since_boot, .boot = std::move(clock.boot)};
}

}  // namespace tamarack::board
