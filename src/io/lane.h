// Blocking work in order: one job at a time on another thread, each with its answer on the loop. For what belongs to one thread at a time,
// such as a connection to a database.
#pragma once

#include <condition_variable>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>
#include <utility>

#include "io/loop.h"

namespace tamarack::io {

class Lane {
 public:
  // try_run() lets `waiting_max` jobs wait behind the one that runs.
  explicit Lane(Loop& loop, std::size_t waiting_max = std::numeric_limits<std::size_t>::max())
      : core_(std::make_shared<Core>(loop)), waiting_max_(waiting_max) {}
  ~Lane() { close(); }
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // `work` on another thread once everything before it is done, then `done` on the loop.
  void run(Callback work, Callback done) {
    core_->waiting.push_back({std::move(work), std::move(done), nullptr});
    next(core_);
  }
  // The same for work that somebody else asked for: false when too much waits already, and nothing is called then. `is_wanted` is asked on
  // the loop right before the work would begin; when it says no, neither is called.
  [[nodiscard]] bool try_run(Callback work, Callback done, std::function<bool()> is_wanted) {
    if (core_->waiting.size() >= waiting_max_) drop_unwanted();
    if (core_->waiting.size() >= waiting_max_) return false;
    core_->waiting.push_back({std::move(work), std::move(done), std::move(is_wanted)});
    next(core_);
    return true;
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
  struct Job {
    Callback work;
    Callback done;
    std::function<bool()> is_wanted;  // empty: always
  };
  struct Core {
    explicit Core(Loop& loop_) : loop(loop_) {}
    Loop& loop;
    std::deque<Job> waiting;
    bool busy = false;
    bool closed = false;
    std::mutex ending;
    std::condition_variable ended;
    bool works = false;  // on the other thread, at this moment
  };

  // A place that is held for somebody who has left is free.
  void drop_unwanted() {
    std::erase_if(core_->waiting, [](const Job& job) { return job.is_wanted && !job.is_wanted(); });
  }

  static void next(const std::shared_ptr<Core>& core) {
    if (core->busy) return;
    while (!core->waiting.empty() && core->waiting.front().is_wanted && !core->waiting.front().is_wanted()) core->waiting.pop_front();
    if (core->waiting.empty()) return;
    core->busy = true;
    auto job = std::make_shared<Job>(std::move(core->waiting.front()));
    core->waiting.pop_front();
    core->works = true;
    core->loop.background(
        [core, job] {
          job->work();
          job->work = nullptr;
          const std::scoped_lock lock(core->ending);
          core->works = false;
          core->ended.notify_all();
        },
        [core, job] {
          core->busy = false;
          if (core->closed) return;
          next(core);
          job->done();
        });
  }

  std::shared_ptr<Core> core_;
  std::size_t waiting_max_;
};

}  // namespace tamarack::io
