// How much one lease hands out. Every framework invocation costs its start-up, so few big chunks are cheap; but what is handed out cannot
// be balanced any more, so chunks shrink towards the end (factoring: Hummel, Schonberg and Flynn 1992).
#pragma once

#include <cstdint>

#include "base/time.h"
#include "domain/plan.h"

namespace tamarack::schedule {

struct ChunkRule {
  Millis remaining{0};           // expected duration of everything that waits or is under way
  Millis later{0};               // of what comes when waits have ended: it evens out what the chunks of now were wrong about
  std::int64_t workers = 1;      // that take part
  Millis framework_start{0};     // what one more invocation costs
  bool estimates_known = false;  // from history; a guess hands out less at once
};

// The duration a chunk should have: a part of the fair share of everything, and never more than the fair
// share of what is there now. A unit longer than that is a chunk of its own.
domain::ChunkSize chunk_size(const ChunkRule& rule);

}  // namespace tamarack::schedule
