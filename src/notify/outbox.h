// What is owed to whom: one bounded queue per target, in order, one request under way at a time. Pure; the notifier sends and waits.
// The first of a queue holds up those behind it until it is delivered or given up: a status "success" must not be overtaken by "pending".
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "notify/delivery.h"
#include "notify/retry.h"

namespace tamarack::notify {

struct OutboxLimits {
  std::size_t deliveries_per_target = 1'000;
  std::size_t bytes_per_target = 32 << 20;  // of bodies; a trace of 10,000 tests has some 10 MB
  std::size_t remembered = 1'000;
};

// What the caller keeps so that a restart loses nothing: the newest JSON per key, in no order.
struct Change {
  std::string key;
  std::string json;  // empty: forget the key
};

class Outbox {
 public:
  explicit Outbox(OutboxLimits limits = {}) : limits_(limits) {}

  // Puts deliveries at the end of their queues; one that is there already is left as it is. A queue that is full loses its oldest that is
  // not under way, and one that alone is too large is not taken: news of today are worth more than those of yesterday.
  void add(std::vector<Delivery> deliveries);
  // What was kept, before anything else happens. False: it could not be read (it is forgotten).
  bool restore(const std::string& key, std::string_view json);
  // Restored queues get their order back: by creation, then by id. Call it once after the last restore.
  void sort();

  // The firsts of all queues that may be sent at `now`; they are under way from here on.
  std::vector<Delivery> take_due(Instant now);
  // When the next one may be sent; nothing while all queues are empty or under way.
  std::optional<Instant> next_due() const;
  // How a request that was taken ended. `remembered`: the id that its answer gave, when it asked to keep one.
  void settle(const Delivery& taken, const Decision& decision, const std::string& remembered = {});
  // A target that is not configured any more: its deliveries are dropped. Returns how many.
  std::size_t drop_target(const std::string& target);

  std::string remembered(const std::string& name) const;
  std::vector<std::string> targets() const;
  std::size_t size() const;
  std::uint64_t dropped() const { return dropped_; }  // for want of room
  std::vector<Change> take_changes();                 // since the last call, in order

 private:
  struct Queue {
    std::deque<Delivery> waiting;
    std::size_t bytes = 0;
    bool under_way = false;  // the first of them
    bool off = false;        // said 410
  };
  void pop(Queue& queue, std::size_t at);
  void make_room(Queue& queue);
  void remember(const std::string& name, const std::string& value);

  OutboxLimits limits_;
  std::map<std::string, Queue> queues_;
  std::map<std::string, std::string> remembered_;
  std::deque<std::string> remembered_order_;
  std::vector<Change> changes_;
  std::uint64_t dropped_ = 0;
};

}  // namespace tamarack::notify
