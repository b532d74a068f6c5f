#include "base/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace tamarack {

std::string human_duration(Millis duration) {
  const std::int64_t ms = duration.count();
  // The least of all numbers has no opposite.
  if (ms < 0) return "-" + human_duration(-std::max(duration, Millis{-std::numeric_limits<std::int64_t>::max()}));
  if (ms < 1000) return fmt::format("{} ms", ms);
  if (ms < 60'000) return fmt::format("{:.1f} s", static_cast<double>(ms) / 1000.0);
  const std::int64_t seconds = ms / 1000;
  if (seconds < 3600) return fmt::format("{} m {:02} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {:02} m", seconds / 3600, seconds % 3600 / 60);
}

std::string iso8601(Instant instant) {
  using namespace std::chrono;
  const auto day = floor<days>(instant);
  const year_month_day date{day};
  const hh_mm_ss<Millis> clock{duration_cast<Millis>(instant - day)};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

}  // namespace tamarack
