// A double of the board where waits are parked: it outlives the coordinator, as its journal does, and says what a wait came to late, again,
// and after it was dropped. What it decided stands.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "run/flows.h"
#include "world.h"

namespace tamarack::simulation {

struct WaitPlace {
  std::int32_t flow = 0;
  std::int32_t phase = 0;
};

class Board : public std::enable_shared_from_this<Board> {
 public:
  using Tell = std::function<void(const run::WaitConcluded&)>;
  // `tell` reaches the coordinator that is alive at that moment, if one is.
  Board(World& world, Tell tell) : world_(world), tell_(std::move(tell)) {}

  void begin(const run::BeginWait& order);
  void drop(const run::DropWait& order);
  // The coordinator has died: what it had ordered and the board had not written down is gone.
  void coordinator_died() { ++lives_; }
  // It is back: what is over is said again.
  void restarted();

 private:
  struct Wait {
    run::BeginWait order;
    bool dropped = false;
  };

  void park(const run::BeginWait& order);
  void conclude(WaitPlace place);
  void say(WaitPlace place, Millis delay);

  World& world_;
  Tell tell_;
  std::map<std::pair<std::int32_t, std::int32_t>, Wait> waits_;
  int lives_ = 0;
};

}  // namespace tamarack::simulation
