// Answers that wait for something to change: `Prefer: wait=20` with the entity tag of what the caller has seen (If-None-Match). Nobody
// looks again and again: who waits is answered when changed() is called. On the loop.
//
//   tag is another one                          200 at once
//   tag is the same, or there is none           200 when it changes; after the time 304, or without a tag 200
//   it cannot change any more                   at once
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "coordinator/caller_limits.h"

namespace tamarack::coordinator {

inline constexpr std::int64_t long_poll_max_s = 60;

// The seconds of `Prefer: respond-async, wait=20`, at most long_poll_max_s; 0 when it says nothing.
std::int64_t preferred_wait_s(std::string_view prefer);

class LongPolls {
 public:
  LongPolls(io::Loop& loop, CallerLimits& limits) : loop_(loop), limits_(limits) {}

  // What there is to see now, and by which tag it is known. Called at once, and again when it has changed.
  struct Seen {
    std::string tag;  // with its quotes
    bool may_change = true;
    std::function<io::Answer()> answer;
  };
  using Look = std::function<Seen()>;
  void answer(const Call& call, const std::string& stream, Look look);

  // Those who wait for this stream are answered once everything that happens in this turn of the loop has happened.
  void changed(const std::string& stream);
  // The server stops: nobody is kept waiting.
  void send_away();
  std::size_t waiting() const { return waiting_.size(); }

 private:
  struct Waiting {
    std::string stream;
    std::string tag;        // as it was when the waiting began
    bool has_seen = false;  // the caller has what this tag names: 304 when nothing changes
    std::shared_ptr<io::Exchange> exchange;
    std::shared_ptr<void> place;
    Look look;
    io::Timer timer;
  };
  void finish(std::uint64_t number);
  void tell_changed();

  io::Loop& loop_;
  CallerLimits& limits_;
  std::map<std::uint64_t, Waiting> waiting_;
  std::map<std::string, std::set<std::uint64_t>> of_stream_;
  std::set<std::string> changed_;
  std::uint64_t last_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::coordinator
