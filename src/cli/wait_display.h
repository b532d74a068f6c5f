// Says on standard error how a wait goes on, line by line; nothing is redrawn, because the lines are the record of what was seen.
#pragma once

#include <functional>
#include <string>

#include "cli/wait_report.h"
#include "io/loop.h"

namespace tamarack::cli {

inline constexpr Millis still_interval{30'000};

class WaitDisplay {
 public:
  // `report` tells how it stands, for the lines that say that nothing has changed.
  WaitDisplay(io::Loop& loop, std::function<WaitReport()> report) : loop_(loop), report_(std::move(report)) { arm(); }

  static void say(const std::string& line);
  void note(const WaitNote& note, const std::optional<Millis>& next_look);
  // Nothing is said any more but the end.
  void close() { timer_.cancel(); }

 private:
  void arm();

  io::Loop& loop_;
  std::function<WaitReport()> report_;
  io::Timer timer_;
};

// The verdict and its evidence on standard error, captures or the object of --json on standard output. Returns the exit code.
int tell_outcome(const WaitReport& report, bool json);

}  // namespace tamarack::cli
