// A conversation over a network that delays, loses, repeats and reorders what is said, within the scenario's bounds. The plan and the
// word to go home are only delayed: a link that fails there is closed, not used.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "world.h"

namespace tamarack::simulation {

enum class Passage { may_fail, sure };

class Link : public std::enable_shared_from_this<Link> {
 public:
  struct End {
    std::function<void(const std::string&)> on_message;
    std::function<void()> on_close;
  };

  explicit Link(World& world) : world_(world) {}

  End agent;
  End coordinator;

  void to_agent(std::string text, Passage passage = Passage::may_fail) { send(agent, to_agent_until_, std::move(text), passage); }
  void to_coordinator(std::string text, Passage passage = Passage::may_fail) {
    send(coordinator, to_coordinator_until_, std::move(text), passage);
  }
  // The process at the agent's end is gone; the coordinator learns of it when the last of its words has arrived.
  void close_by_agent() {
    agent = {};
    world_.timeline.after(to_coordinator_until_ - world_.timeline.now() + world_.up_to(Millis{500}), [self = shared_from_this()] {
      if (self->coordinator.on_close) self->coordinator.on_close();
    });
  }
  void close_by_coordinator() { coordinator = {}; }
  // The coordinator hangs up; the agent learns of it later.
  void hang_up() {
    coordinator = {};
    world_.timeline.after(world_.up_to(Millis{500}), [self = shared_from_this()] {
      if (const auto told = self->agent.on_close) told();
    });
  }

 private:
  void send(End& to, Instant& last_arrival, std::string text, Passage passage) {
    const NetworkFaults& faults = world_.scenario.network;
    if (passage == Passage::may_fail && world_.happens(faults.lost)) return world_.took(Transition::message_lost);
    const int copies = passage == Passage::may_fail && world_.happens(faults.repeated) ? 2 : 1;
    if (copies == 2) world_.took(Transition::message_repeated);
    for (int copy = 0; copy < copies; ++copy) {
      if (world_.happens(faults.stalled)) {
        stalled_until_ = std::max(stalled_until_, world_.timeline.now() + world_.up_to(faults.stall_max));
        world_.took(Transition::message_stalled);
      }
      Instant arrival = std::max(world_.timeline.now(), stalled_until_) + world_.up_to(faults.delay_max);
      if (faults.ordered || !world_.faults_on()) arrival = std::max(arrival, last_arrival);
      if (arrival < last_arrival) world_.took(Transition::message_out_of_order);
      last_arrival = std::max(last_arrival, arrival);
      world_.timeline.after(arrival - world_.timeline.now(), [self = shared_from_this(), &to, text] {
        if (const auto receiver = to.on_message) receiver(text);
      });
    }
  }

  World& world_;
  Instant to_agent_until_;
  Instant to_coordinator_until_;
  Instant stalled_until_;
};

}  // namespace tamarack::simulation
