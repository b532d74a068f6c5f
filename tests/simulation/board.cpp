#include "board.h"

#include "referee.h"

namespace tamarack::simulation {

using domain::WaitOutcome;

void Board::begin(const run::BeginWait& order) {
  // Written down a moment later; a death of the process in between leaves nothing.
  world_.timeline.after(world_.up_to(world_.scenario.commit_max), [self = shared_from_this(), order, life = lives_] {
    if (life == self->lives_) self->park(order);
  });
}

void Board::park(const run::BeginWait& order) {
  const auto [wait, is_new] = waits_.try_emplace({order.flow, order.phase}, Wait{order});
  if (!is_new) {
    require(wait->second.order.captures == order.captures, "wait {} of flow {} is ordered again with other captures", order.phase,
            order.flow);
    world_.took(Transition::wait_ordered_again);
    return;
  }
  world_.took(Transition::wait_parked);
  const WaitNature& nature = world_.scenario.waits.at({order.flow, order.phase});
  const bool in_time = order.limit.count() == 0 || nature.duration <= order.limit;
  world_.timeline.after(in_time ? nature.duration : order.limit,
                        [self = shared_from_this(), place = WaitPlace{order.flow, order.phase}] { self->conclude(place); });
}

void Board::conclude(WaitPlace place) {
  const Wait& wait = waits_.at({place.flow, place.phase});
  if (wait.dropped && world_.random.chance(0.8)) return;
  const WaitNature& nature = world_.scenario.waits.at({place.flow, place.phase});
  const bool in_time = wait.order.limit.count() == 0 || nature.duration <= wait.order.limit;
  if (!in_time) world_.took(Transition::wait_limit_passed);
  run::WaitConcluded word{.flow = place.flow,
                          .phase = place.phase,
                          .outcome = in_time ? nature.outcome : WaitOutcome::timed_out,
                          .message = "so the board says",
                          .captures = {},
                          .excerpt = {}};
  if (word.outcome == WaitOutcome::satisfied)
    word.captures = {{fmt::format("result_{}", place.phase), std::to_string(1000 * place.flow + place.phase)}};
  world_.truth.waits[{place.flow, place.phase}] = word;
  say(place, world_.faults_on() ? world_.up_to(nature.late_max) : Millis{0});
  if (!world_.happens(nature.repeated)) return;
  world_.took(Transition::wait_said_twice);
  say(place, world_.up_to(Millis{5'000}));
}

void Board::say(WaitPlace place, Millis delay) {
  world_.timeline.after(delay, [self = shared_from_this(), place] { self->tell_(self->world_.truth.waits.at({place.flow, place.phase})); });
}

void Board::drop(const run::DropWait& order) {
  const auto wait = waits_.find({order.flow, order.phase});
  if (wait == waits_.end() || wait->second.dropped) return;
  wait->second.dropped = true;
  world_.took(Transition::wait_dropped);
}

void Board::restarted() {
  for (const auto& [place, word] : world_.truth.waits) say({place.first, place.second}, world_.up_to(Millis{500}));
}

}  // namespace tamarack::simulation
