// The one thread that decides: a queue of callbacks, timers, and a few threads for blocking work whose results come back as callbacks.
// Asio stays behind this header; only io/*.cpp sees it (context.h).
#pragma once

#include <functional>
#include <memory>

#include "base/time.h"

namespace tamarack::io {

using Callback = std::function<void()>;

// Cancels its timer when it goes away.
class Timer {
 public:
  Timer() = default;
  explicit Timer(std::shared_ptr<void> timer) : timer_(std::move(timer)) {}
  void cancel() { timer_.reset(); }

 private:
  std::shared_ptr<void> timer_;
};

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs callbacks until stop(). Everything else below may be called from callbacks; post() from any thread.
  void run();
  void stop();
  void post(Callback callback);
  [[nodiscard]] Timer after(Millis delay, Callback callback);
  // `work` on another thread, then `done` on the loop.
  void background(Callback work, Callback done);

  struct Context;
  Context& context() { return *context_; }

 private:
  std::unique_ptr<Context> context_;
};

// Wall time at the start of the process plus monotonic time since then.
class SystemClock final : public Clock {
 public:
  SystemClock();
  Instant now() const override;

 private:
  Instant wall_start_;
  std::chrono::steady_clock::time_point steady_start_;
};

}  // namespace tamarack::io
