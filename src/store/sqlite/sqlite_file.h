// The file of a connection, and which thread is in the connection at this moment: any of them, but one at a time. Connections are opened
// without SQLite's own locks (OPEN_NOMUTEX), and two threads in one at once write a file that nobody can read any more. Who uses a store
// keeps them apart (io::Lane); a mistake there ends the process here, before the file is damaged.
#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <utility>

#include "base/check.h"

namespace tamarack::store {

class SqliteFile {
 public:
  explicit SqliteFile(std::string path) : path_(std::move(path)) {}
  const std::string& path() const { return path_; }

  // As long as it lives its thread is in the connection. A thread that is in it already may come in again: who is handed a row may ask for
  // more. Relaxed on purpose: this must not become the order between threads that it checks, or the thread sanitizer would see less.
  class Visit {
   public:
    explicit Visit(SqliteFile& file) : inside_(file.inside_) {
      const std::thread::id me = std::this_thread::get_id();
      std::thread::id other;
      came_in_ = inside_.compare_exchange_strong(other, me, std::memory_order_relaxed);
      CHECK(came_in_ || other == me, "two threads at once in one connection to '{}'", file.path());
    }
    ~Visit() {
      if (came_in_) inside_.store(std::thread::id(), std::memory_order_relaxed);
    }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

   private:
    std::atomic<std::thread::id>& inside_;
    bool came_in_ = false;
  };

 private:
  std::string path_;
  std::atomic<std::thread::id> inside_{std::thread::id()};
};

}  // namespace tamarack::store
