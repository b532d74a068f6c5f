// Tells when something happens to a path: to the file of this name, or to a folder above it. The folder that holds it is watched, or as
// much of the way to it as there is, so that a file can be waited for in a folder that does not exist yet. Symbolic links are not followed:
// a change behind one, or on a file system of another machine, is not told.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "io/inotify.h"

namespace tamarack::probe {

class FolderWatches {
 public:
  explicit FolderWatches(io::Loop& loop);
  FolderWatches(const FolderWatches&) = delete;
  FolderWatches& operator=(const FolderWatches&) = delete;

  // Returns a number for remove(). `changed` may be called more often than something changed, never from inside.
  std::uint64_t add(const std::string& path, std::function<void()> changed);
  void remove(std::uint64_t number);

 private:
  struct Wanted {
    std::string path;    // absolute
    std::string folder;  // the one that is watched; empty: none could be
    std::string name;    // what in it
    int watch = -1;
    std::function<void()> changed;
  };
  struct Folder {  // inotify gives one number to one folder, whatever it is called
    std::map<std::uint64_t, bool> wanted;
  };

  void arm(std::uint64_t number, Wanted& wanted);
  void disarm(std::uint64_t number, Wanted& wanted);
  void heard(int watch, const io::Inotify::Event& event);

  std::map<int, Folder> folders_;
  std::map<std::uint64_t, Wanted> wanted_;
  std::uint64_t last_number_ = 0;
  io::Inotify inotify_;  // last: it calls the others
};

}  // namespace tamarack::probe
