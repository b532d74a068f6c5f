#include "schedule/chunk.h"

#include <algorithm>

namespace tamarack::schedule {

Millis chunk_budget(const ChunkRule& rule) {
  // What one more invocation costs: its start, and about as much again because its first test meets a cold browser and cold caches.
  const Millis start = 2 * rule.framework_start;
  // A chunk shorter than three of them wastes more than a quarter of its worker's time.
  const Millis worthwhile = 3 * start;
  const auto fair = rule.remaining / std::max<std::int64_t>(rule.workers, 1);
  // With known durations nine tenths of the fair share go out at once and the last tenth evens out what the estimates missed. Guesses get
  // half, the classic factoring rule.
  const Millis held_back = rule.estimates_known ? fair / 10 : fair / 2;
  // Where the last tenth is not worth a start of its own, everything goes out; a share may be too long by less than a start costs.
  if (rule.estimates_known && held_back < worthwhile) return std::max(fair, worthwhile) + start;
  return std::max(fair - held_back, worthwhile);
}

}  // namespace tamarack::schedule
