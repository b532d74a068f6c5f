#include "io/loop.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "io/context.h"

namespace tamarack::io {

Loop::Loop() : context_(std::make_unique<Context>()) {
  context_->names = std::make_unique<Names>(*this);
}

Loop::~Loop() {
  context_->pool.stop();
  context_->pool.join();
}

void Loop::run() {
  auto guard = asio::make_work_guard(context_->io);
  context_->io.run();
  guard.reset();           // before the restart: the last work that goes away stops the loop once more
  context_->io.restart();  // after stop() it may be run again
}

void Loop::stop() {
  context_->io.stop();
}

void Loop::post(Callback callback) {
  asio::post(context_->io, std::move(callback));
}

Timer Loop::after(Millis delay, Callback callback) {
  auto timer = std::make_shared<asio::steady_timer>(context_->io, delay);
  timer->async_wait([callback = std::move(callback), weak = std::weak_ptr(timer)](const boost::system::error_code& failed) {
    if (!failed && !weak.expired()) callback();
  });
  return Timer{std::move(timer)};
}

void Loop::background(Callback work, Callback done) {
  asio::post(context_->pool, [this, work = std::move(work), done = std::move(done)]() mutable {
    work();
    post(std::move(done));
  });
}

SystemClock::SystemClock()
    : wall_start_(std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now())),
      steady_start_(std::chrono::steady_clock::now()) {}

Instant SystemClock::now() const {
  return wall_start_ + std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - steady_start_);
}

}  // namespace tamarack::io
