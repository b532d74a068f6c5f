// One thread for one server whose library blocks, and what passes between it and the loop. The thread is not joined for ever: where a
// library cannot be interrupted (the look-up of a name) it ends by itself later, and can say nothing to the loop any more.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "io/loop.h"
#include "io/wake.h"

namespace tamarack::probe {

class SideThread {
 public:
  // What the thread sees of this. Jobs are its orders; each is run by the body, with whatever the body lives with.
  class Post {
   public:
    explicit Post(io::Loop& loop) : loop_(&loop) {}
    // ---- for the thread
    std::function<void()> take();  // the next job; empty: none
    bool closed();
    void tell(io::Callback callback);  // on the loop; nothing happens once closed
    // The socket that close() ends, so that a library that waits for it returns. -1: none.
    void guard(int socket);
    io::Wake& wake() { return wake_; }

   private:
    friend class SideThread;
    std::mutex mutex_;
    std::condition_variable ended_;
    bool running_ = false;
    bool closed_ = false;
    io::Loop* loop_;
    int socket_ = -1;
    std::deque<std::function<void()>> jobs_;
    io::Wake wake_;
  };

  // `body` runs on the thread until post.closed().
  SideThread(io::Loop& loop, std::function<void(Post& post)> body);
  ~SideThread();  // what waits is dropped; no callback comes any more
  SideThread(const SideThread&) = delete;
  SideThread& operator=(const SideThread&) = delete;

  void put(std::function<void()> job);
  // Jobs that were put and not taken yet.
  std::size_t waiting() const;

 private:
  std::shared_ptr<Post> post_;
};

}  // namespace tamarack::probe
