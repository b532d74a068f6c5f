// Blocking work in order: one job at a time on another thread, each with its answer on the loop. For what belongs to one thread at a time,
// such as a connection to a database.
#pragma once

#include <deque>
#include <memory>
#include <utility>

#include "io/loop.h"

namespace tamarack::io {

class Lane {
 public:
  explicit Lane(Loop& loop) : core_(std::make_shared<Core>(loop)) {}
  // What waits is dropped, what runs ends without an answer.
  ~Lane() { core_->waiting.clear(), core_->closed = true; }
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // `work` on another thread once everything before it is done, then `done` on the loop.
  void run(Callback work, Callback done) {
    core_->waiting.emplace_back(std::move(work), std::move(done));
    next(core_);
  }
  std::size_t waiting() const { return core_->waiting.size(); }

 private:
  struct Core {
    explicit Core(Loop& loop_) : loop(loop_) {}
    Loop& loop;
    std::deque<std::pair<Callback, Callback>> waiting;
    bool busy = false;
    bool closed = false;
  };

  static void next(const std::shared_ptr<Core>& core) {
    if (core->busy || core->waiting.empty()) return;
    core->busy = true;
    auto job = std::make_shared<std::pair<Callback, Callback>>(std::move(core->waiting.front()));
    core->waiting.pop_front();
    core->loop.background([job] { job->first(); },
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
