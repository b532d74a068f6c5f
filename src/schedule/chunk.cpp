#include "schedule/chunk.h"

#include <algorithm>

namespace tamarack::schedule {

Millis chunk_budget(const ChunkRule& rule) {
  // With known durations nine tenths of the fair share go out at once and the last tenth evens out what the estimates missed.
  // Guesses get half, the classic factoring rule.
  const double share = rule.estimates_known ? 0.9 : 0.5;
  const auto fair = static_cast<double>(rule.remaining.count()) / static_cast<double>(std::max<std::int64_t>(rule.workers, 1));
  // A chunk shorter than three start-ups wastes more than a quarter of its worker's time.
  const Millis worthwhile = 3 * rule.framework_start;
  return std::max(Millis{static_cast<std::int64_t>(fair * share)}, worthwhile);
}

}  // namespace tamarack::schedule
