// Delivery over a link that may lose, repeat or delay: the agent numbers its messages and repeats them until they are acknowledged
// (outbox.h), the coordinator takes them in order and drops the rest. Pure; both sides and the simulation use it.
#pragma once

#include <cstdint>

#include "wire/outbox.h"

namespace tamarack::wire {

class Inbox {
 public:
  Inbox() = default;
  // Everything up to `last` was taken in before.
  explicit Inbox(std::int64_t last) : last_(last) {}

  // True when the message is the next one and must be handled; false for a repeat or one that came too early.
  bool accept(std::int64_t seq) {
    if (seq != last_ + 1) return false;
    last_ = seq;
    return true;
  }
  std::int64_t last() const { return last_; }

 private:
  std::int64_t last_ = 0;
};

}  // namespace tamarack::wire
