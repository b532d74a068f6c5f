#include "board/outside.h"

#include <fmt/format.h>

namespace tamarack::board {

void Outside::ask(const flow::Ask& order) {
  prober_.ask(order.request, [this, order, alive = std::weak_ptr(alive_)](flow::Answer answer) {
    if (!alive.expired()) heard_(flow::Answered{order.request, order.number, std::move(answer)});
  });
}

void Outside::watch(const std::string& request) {
  watched_.insert(request);
  prober_.watch(request, [this, request, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) heard_(flow::Pushed{request});
  });
  prober_.doubt(request, [this, request, alive = std::weak_ptr(alive_)](std::string why) {
    if (!alive.expired()) heard_(flow::PushDoubted{request, std::move(why)});
  });
}

void Outside::unwatch(const std::string& request) {
  if (watched_.erase(request) > 0) prober_.unwatch(request);
}

void Outside::cancel(const flow::CancelRemote& order) {
  const Cancel cancel{order.request, order.wait};
  if (sending_.try_emplace(cancel).second) send(cancel);
}

void Outside::send(const Cancel& cancel) {
  ++sending_.at(cancel).tries;
  prober_.send(cancel.first, [this, cancel, alive = std::weak_ptr(alive_)](const Result<>& sent) {
    if (alive.expired()) return;
    const auto at = sending_.find(cancel);
    if (at == sending_.end()) return;
    const int tries = at->second.tries;
    if (sent || tries >= cancel_tries_max) {
      sending_.erase(at);
      if (!sent)
        heard_(flow::CancelUnanswered{cancel.first, cancel.second, fmt::format("{} tries, the last: {}", tries, sent.error().message)});
      if (sending_.empty() && settled_) std::exchange(settled_, nullptr)();
      return;
    }
    const Millis pause = cancel_pause_ * (std::int64_t{1} << (2 * (at->second.tries - 1)));
    at->second.pause = loop_.after(pause, [this, cancel] { send(cancel); });
  });
}

void Outside::when_cancelled(std::function<void()> settled) {
  if (sending_.empty()) return settled();
  settled_ = std::move(settled);
}

void Outside::close() {
  alive_.reset();
  settled_ = nullptr;
  sending_.clear();
  for (const std::string& request : std::exchange(watched_, {})) prober_.unwatch(request);
}

}  // namespace tamarack::board
