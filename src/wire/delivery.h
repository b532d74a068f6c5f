// Delivery over a link that may lose, repeat or delay: the agent numbers its messages and repeats them until they are acknowledged, the
// coordinator takes them in order and drops the rest. Pure; both sides and the simulation use it.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "wire/message.h"

namespace tamarack::wire {

class Outbox {
 public:
  // The text to send now; kept until acknowledged.
  std::string pack(FromAgent message) {
    waiting_.push_back({++last_, encode(AgentEnvelope{last_, std::move(message)})});
    return waiting_.back().second;
  }
  void acknowledged(std::int64_t seq) {
    while (!waiting_.empty() && waiting_.front().first <= seq) waiting_.pop_front();
  }
  // What to send again: everything unacknowledged, in order, when the oldest of it was waiting at the last look already. What is new does
  // not count as progress: an agent says something at every heartbeat, and one lost message would stop the conversation for ever.
  std::vector<std::string> repeat() {
    const bool stalled = !waiting_.empty() && waiting_.front().first <= last_at_last_look_;
    last_at_last_look_ = last_;
    std::vector<std::string> texts;
    if (stalled)
      for (const auto& [seq, text] : waiting_) texts.push_back(text);
    return texts;
  }
  // A new link begins with everything the old one may have lost.
  std::vector<std::string> all() {
    last_at_last_look_ = last_;
    std::vector<std::string> texts;
    for (const auto& [seq, text] : waiting_) texts.push_back(text);
    return texts;
  }
  bool is_empty() const { return waiting_.empty(); }
  std::int64_t last() const { return last_; }
  std::int64_t first_waiting() const { return waiting_.empty() ? last_ + 1 : waiting_.front().first; }

 private:
  std::deque<std::pair<std::int64_t, std::string>> waiting_;
  std::int64_t last_ = 0;
  std::int64_t last_at_last_look_ = 0;
};

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
