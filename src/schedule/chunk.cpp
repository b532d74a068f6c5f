#include "schedule/chunk.h"

#include <algorithm>

namespace tamarack::schedule {

domain::ChunkSize chunk_size(const ChunkRule& rule) {
  // What one more invocation costs: its start, and about as much again because its first test meets a cold browser and cold caches.
  const Millis start = 2 * rule.framework_start;
  // A chunk shorter than three of them wastes more than a quarter of its worker's time.
  const Millis worthwhile = 3 * start;
  const auto workers = std::max<std::int64_t>(rule.workers, 1);
  const auto fair = (rule.remaining + rule.later) / workers;
  // Of what is there now one worker takes no more than its share, however much is still to come.
  const Millis share_of_now = rule.later > Millis{0} ? std::max(rule.remaining / workers, worthwhile) : Millis::max() - start;
  // With known durations nine tenths of the fair share go out at once and the last tenth evens out what the estimates missed. Guesses get
  // half, the classic factoring rule.
  const Millis held_back = rule.estimates_known ? fair / 10 : fair / 2;
  // A second start for everybody costs more than known durations are wrong by, until the last tenth is long: twice what is worthwhile.
  if (!rule.estimates_known || held_back >= 2 * worthwhile) {
    const Millis part = std::min(std::max(fair - held_back, worthwhile), share_of_now + start);
    return {.aim = part, .most = part};
  }
  // Where the last tenth is not worth a start of its own, everything goes out. Each aims at its share, so that all end together; only
  // the last one, whose share may be too long by less than a start costs, takes all that the others have left.
  const Millis share = std::min(std::max(fair, worthwhile), share_of_now);
  return {.aim = share, .most = share + start};
}

}  // namespace tamarack::schedule
