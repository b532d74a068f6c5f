// Follows folders and all folders below them: which file was written, closed, moved in or removed. Says nothing about what a file means
// and follows no symbolic links. A folder is watched before it is listed, so that a file written in between is reported (perhaps twice).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/time.h"
#include "io/inotify.h"

namespace tamarack::io {

struct FileLook {
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;  // since the epoch; two looks that agree in both numbers saw the same content
  std::int64_t born_ns = 0;      // 0 where the file system does not know
};
// A regular file; nothing for anything else. Symbolic links are not followed.
std::optional<FileLook> look_at(const std::string& path);

class TreeWatch {
 public:
  enum class Change { written, closed, moved_in, gone, listed };
  struct Callbacks {
    std::function<bool(const std::string& folder)> enter;  // is this folder worth watching?
    std::function<void(const std::string& path, Change change)> on_file;
    std::function<void(const std::string& message)> on_trouble;  // at most once: a limit of the machine, in words
  };
  TreeWatch(Inotify& inotify, Callbacks callbacks);
  ~TreeWatch();
  TreeWatch(const TreeWatch&) = delete;
  TreeWatch& operator=(const TreeWatch&) = delete;

  // What is there already comes as `listed`, before this returns.
  void add(const std::string& folder);
  // Everything again as `listed`; folders that are new are watched from here on.
  void rescan();
  // Some folder cannot be watched or lies on a file system that announces nothing of other machines: only rescan() sees its files.
  bool is_blind() const { return blind_; }

 private:
  void heard(const std::string& folder, const Inotify::Event& event);
  void list(const std::string& folder);
  void forget_below(const std::string& folder);
  void cannot_watch(const Error& error);

  Inotify& inotify_;
  Callbacks callbacks_;
  std::map<std::string, int> watches_;  // by folder
  bool blind_ = false;
  bool told_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::io
