#include "agent/local_waits.h"

#include <fmt/format.h>

#include "wire/local_wait.h"

namespace tamarack::agent {
namespace {

// What is looked at is the backend of the tests themselves, and they wait meanwhile: more at a time than a server does to strangers.
flow::BoardOptions board_options() {
  flow::BoardOptions options;
  options.probes.host_in_flight_max = 16;
  options.probes.host_interval = Millis{10};
  return options;
}

}  // namespace

// A store, the thread that writes to it, and the board above: made and dropped together.
struct LocalWaits::Memory {
  Memory(LocalWaitsParts& parts, Random& random, board::BoardCallbacks callbacks)
      : store(parts.make_memory()),
        writing(parts.loop),
        host(parts.loop, parts.clock, parts.machine_clock, random, *store, writing, parts.prober, board_options(), std::move(callbacks)) {}

  std::unique_ptr<store::FlowStore> store;
  io::Lane writing;
  board::BoardHost host;
  std::optional<Error> broken;
};

LocalWaits::LocalWaits(LocalWaitsParts parts) : parts_(std::move(parts)), random_(parts_.seed) {
  begin_memory();
}

LocalWaits::~LocalWaits() {
  memory_->host.let_go();
}

void LocalWaits::begin_memory() {
  ++memories_;
  remembered_ = 0;
  memory_ = std::make_unique<Memory>(parts_, random_,
                                     board::BoardCallbacks{.on_entry = {},
                                                           .on_wait_over = [this](const domain::WaitId& wait) { is_over(wait); },
                                                           .on_start_job = {},
                                                           .on_stop_job = {},
                                                           .on_broken = [this](const Error& error) { break_down(error); }});
  if (const auto restored = memory_->host.restore(); !restored) memory_->broken = restored.error();
}

void LocalWaits::break_down(const Error& error) {
  memory_->broken = error;
  parts_.loop.post([this, error, alive = std::weak_ptr(alive_)] {
    while (!alive.expired() && !listeners_.empty()) tell(listeners_.begin()->first, error);
  });
}

domain::WaitId LocalWaits::park(flow::WaitSpec spec, Over over) {
  const domain::WaitId wait{fmt::format("w-{}", ++numbers_)};
  listeners_[wait] = std::move(over);
  const auto refuse = [this, wait](Error error) {
    parts_.loop.post([this, wait, error = std::move(error), alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) tell(wait, error);
    });
  };
  if (memory_->broken) {
    refuse(*memory_->broken);
  } else if (listeners_.size() > open_max) {
    refuse(make_error(ErrorCode::limit_exceeded, fmt::format("{} waits of this agent are open already", open_max)));
  } else {
    memory_->host.feed(flow::ParkWait{wait, std::move(spec)},
                       [this, wait, alive = std::weak_ptr(alive_)](Result<std::vector<flow::Effect>> fed) {
                         if (alive.expired()) return;
                         if (!fed) return tell(wait, fed.error());
                         for (const flow::Effect& effect : *fed)
                           if (std::holds_alternative<flow::ParkRefused>(effect))
                             tell(wait, make_error(ErrorCode::limit_exceeded, "this agent remembers too many waits"));
                       });
  }
  return wait;
}

void LocalWaits::cancel(const domain::WaitId& wait, std::string reason) {
  if (listeners_.contains(wait)) memory_->host.feed(flow::CancelWait{wait, std::move(reason)});
}

void LocalWaits::drop(const domain::WaitId& wait, std::string reason) {
  const auto listener = listeners_.find(wait);
  if (listener == listeners_.end()) return;
  listener->second = nullptr;
  cancel(wait, std::move(reason));
}

void LocalWaits::is_over(const domain::WaitId& wait) {
  const auto& waits = memory_->host.board().waits;
  const auto found = waits.find(wait);
  if (found == waits.end()) return;
  std::string outcome = wire::local_wait_over(found->second);
  memory_->host.feed(flow::TakeWait{wait});
  ++remembered_;
  tell(wait, std::move(outcome));
  forget_when_idle();
}

void LocalWaits::tell(const domain::WaitId& wait, Result<std::string> outcome) {
  const auto listener = listeners_.find(wait);
  if (listener == listeners_.end()) return;
  const Over over = std::exchange(listener->second, nullptr);
  listeners_.erase(listener);
  if (over) over(std::move(outcome));
}

// An agent lives for weeks, and a board keeps what is over for a week: that is for people to look at, and here nobody looks.
void LocalWaits::forget_when_idle() {
  if (remembered_ <= parts_.remembered_max || !listeners_.empty()) return;
  parts_.loop.post([this, alive = std::weak_ptr(alive_)] {
    if (alive.expired() || !listeners_.empty() || remembered_ <= parts_.remembered_max) return;
    memory_->host.let_go();
    begin_memory();
  });
}

}  // namespace tamarack::agent
