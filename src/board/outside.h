// What a board orders outside, given to the prober: looks, pushes, cancels. What comes back is an event; after close() nothing does.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "flow/event.h"
#include "io/loop.h"
#include "probe/prober.h"

namespace tamarack::board {

class Outside {
 public:
  // `heard` takes Answered, Pushed, PushDoubted and CancelUnanswered. Loop and prober outlive it.
  Outside(io::Loop& loop, probe::Prober& prober, std::function<void(flow::Event)> heard, Millis cancel_pause = Millis{1'000})
      : loop_(loop), prober_(prober), heard_(std::move(heard)), cancel_pause_(cancel_pause) {}
  ~Outside() { close(); }
  Outside(const Outside&) = delete;
  Outside& operator=(const Outside&) = delete;

  void ask(const flow::Ask& order);
  void watch(const std::string& request);
  void unwatch(const std::string& request);
  // Sent until it was answered, `cancel_tries_max` times at most, `cancel_pause` after the first time and four times as long after each.
  // What is given up then is heard of as CancelUnanswered.
  void cancel(const flow::CancelRemote& order);
  // Called once no cancel is under way any more, answered or given up; at once where none is. Not after close().
  void when_cancelled(std::function<void()> settled);
  void close();

 private:
  using Cancel = std::pair<std::string, domain::WaitId>;
  struct Sending {
    int tries = 0;
    io::Timer pause;
  };
  void send(const Cancel& cancel);

  io::Loop& loop_;
  probe::Prober& prober_;
  std::function<void(flow::Event)> heard_;
  Millis cancel_pause_;
  std::set<std::string> watched_;
  std::map<Cancel, Sending> sending_;
  std::function<void()> settled_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

inline constexpr int cancel_tries_max = 6;  // over about six minutes; after a restart again, where the wait was not taken

}  // namespace tamarack::board
