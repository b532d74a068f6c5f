// Blocking work in order: one job at a time on another thread, each with its answer on the loop. For what belongs to one thread at a time,
// such as a connection to a database.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>

#include "io/loop.h"

namespace tamarack::io {

class Lane {
 public:
  explicit Lane(Loop& loop) : core_(std::make_shared<Core>(loop)) {}
  ~Lane() { close(); }
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // `work` on another thread once everything before it is done, then `done` on the loop.
  void run(Callback work, Callback done) {
    core_->waiting.emplace_back(std::move(work), std::move(done));
    next(core_);
  }
  // What waits is dropped; what runs is waited for, because it may use what its owner is about to destroy. No answer comes any more.
  void close() {
    core_->closed = true;
    core_->waiting.clear();
    std::unique_lock lock(core_->ending);
    core_->ended.wait(lock, [this] { return !core_->works; });
  }
  std::size_t waiting() const { return core_->waiting.size(); }

 private:
  struct Core {
    explicit Core(Loop& loop_) : loop(loop_) {}
    Loop& loop;
    std::deque<std::pair<Callback, Callback>> waiting;
    bool busy = false;
    bool closed = false;
    std::mutex ending;
    std::condition_variable ended;
    bool works = false;  // on the other thread, at this moment
  };

  static void next(const std::shared_ptr<Core>& core) {
    if (core->busy || core->waiting.empty()) return;
    core->busy = true;
    auto job = std::make_shared<std::pair<Callback, Callback>>(std::move(core->waiting.front()));
    core->waiting.pop_front();
    core->works = true;
    core->loop.background(
        [core, job] {
          job->first();
          job->first = nullptr;
          const std::scoped_lock lock(core->ending);
          core->works = false;
          core->ended.notify_all();
        },
        [core, job] {
          core->busy = false;
          if (core->closed) return;
          next(core);
          job->second();
        });
  }

  std::shared_ptr<Core> core_;
};

}  // namespace tamarack::io
