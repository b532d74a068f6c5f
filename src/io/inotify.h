// One inotify instance per loop, shared by everybody who follows files or watches folders.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "io/loop.h"

namespace tamarack::io {

class Inotify {
 public:
  struct Event {
    std::uint32_t mask = 0;
    std::string name;  // inside a watched folder
  };
  explicit Inotify(Loop& loop);
  ~Inotify();
  Inotify(const Inotify&) = delete;
  Inotify& operator=(const Inotify&) = delete;

  // Returns the number of the watch. Errors say in words what limit was hit.
  Result<int> watch(const std::string& path, std::uint32_t mask, std::function<void(const Event&)> on_event);
  void unwatch(int number);
  // Delivers everything that has happened by now. The kernel queues an event together with the change itself, so nothing that an ended
  // process did is missing afterwards.
  void drain();
  // The kernel's queue overflowed: everything must be looked at again.
  void on_overflow(Callback callback);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Follows a file that others append to, like `tail -f`. The file must exist. Bytes come in order, once.
class FileFollower {
 public:
  FileFollower(Loop& loop, Inotify& inotify, const std::string& path, std::function<void(std::string_view)> on_bytes);
  ~FileFollower();
  FileFollower(const FileFollower&) = delete;
  FileFollower& operator=(const FileFollower&) = delete;
  // Delivers what has been written by now.
  void drain();

 private:
  Inotify& inotify_;
  int descriptor_ = -1;
  int watch_ = -1;
  std::function<void(std::string_view)> on_bytes_;
  Timer poll_;
  Loop& loop_;
  void poll();
};

}  // namespace tamarack::io
