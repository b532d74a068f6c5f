// How much one lease hands out. Every framework invocation costs its start-up, so few big chunks are cheap; but what is handed out cannot
// be balanced any more, so chunks shrink towards the end (factoring: Hummel, Schonberg and Flynn 1992).
#pragma once

#include <cstdint>

#include "base/time.h"

namespace tamarack::schedule {

struct ChunkRule {
  Millis remaining{0};           // expected duration of everything that waits or is under way
  std::int64_t workers = 1;      // that take part
  Millis framework_start{0};     // what one more invocation costs
  bool estimates_known = false;  // from history; a guess hands out less at once
};

// The duration a chunk should have. A unit longer than that is a chunk of its own.
Millis chunk_budget(const ChunkRule& rule);

}  // namespace tamarack::schedule
