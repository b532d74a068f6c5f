// Virtual time: what is going to happen, in order. Two things at one instant happen in the order in which they were asked for, so a seed
// always tells the same story.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "base/time.h"

namespace tamarack::simulation {

class Timeline {
 public:
  Instant now() const { return now_; }
  Millis elapsed() const { return now_ - start_; }

  void after(Millis delay, std::function<void()> what) {
    heap_.push_back({now_ + std::max(delay, Millis{0}), ++order_, std::move(what)});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }

  // Lets the next thing happen; false when nothing is left.
  bool run_next() {
    if (heap_.empty()) return false;
    std::pop_heap(heap_.begin(), heap_.end(), later);
    Event event = std::move(heap_.back());
    heap_.pop_back();
    now_ = event.at;
    event.what();
    return true;
  }

 private:
  struct Event {
    Instant at;
    std::uint64_t order = 0;
    std::function<void()> what;
  };
  static bool later(const Event& a, const Event& b) { return a.at != b.at ? a.at > b.at : a.order > b.order; }

  Instant start_ = from_ms(1'800'000'000'000);
  Instant now_ = start_;
  std::uint64_t order_ = 0;
  std::vector<Event> heap_;
};

}  // namespace tamarack::simulation
