// Time types. An Instant is wall-clock time in milliseconds since the Unix epoch that only moves forward within one process
// (wall time at start plus monotonic time since then), so a stepped clock cannot expire a lease.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace tamarack {

using Millis = std::chrono::duration<std::int64_t, std::milli>;
using Instant = std::chrono::time_point<std::chrono::system_clock, Millis>;

constexpr std::int64_t to_ms(Instant instant) {
  return instant.time_since_epoch().count();
}
constexpr Instant from_ms(std::int64_t ms) {
  return Instant{Millis{ms}};
}

// The one source of time; handed in through constructors.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};

// A clock for tests and simulations, moved by hand.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant start = from_ms(1'800'000'000'000)) : now_(start) {}
  Instant now() const override { return now_; }
  void advance(Millis by) { now_ += by; }

 private:
  Instant now_;
};

// "870 ms", "1.2 s", "3 m 04 s", "2 h 05 m": as people read durations.
std::string human_duration(Millis duration);

// "2026-11-21T10:24:18.250Z"
std::string iso8601(Instant instant);

}  // namespace tamarack
