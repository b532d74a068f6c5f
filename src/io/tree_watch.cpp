#include "io/tree_watch.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <vector>

#include "io/files.h"

namespace tamarack::io {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t events_wanted =
    IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK;

std::int64_t nanoseconds(const statx_timestamp& time) {
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

// NFS, SMB, CIFS, FUSE and 9p: what another machine or a server behind them writes is never announced here.
bool announces_everything(const std::string& folder) {
  static constexpr std::array<std::int64_t, 6> silent{0x6969, 0x517B, 0xFF534D42, 0xFE534D42, 0x65735546, 0x01021997};
  struct statfs found{};
  if (::statfs(folder.c_str(), &found) != 0) return true;
  return std::find(silent.begin(), silent.end(), static_cast<std::int64_t>(found.f_type)) == silent.end();
}

}  // namespace

std::optional<FileLook> look_at(const std::string& path) {
  struct statx found{};
  if (::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, STATX_TYPE | STATX_SIZE | STATX_MTIME | STATX_BTIME, &found) != 0)
    return std::nullopt;
  if (!S_ISREG(found.stx_mode)) return std::nullopt;
  return FileLook{.size = static_cast<std::int64_t>(found.stx_size),
                  .modified_ns = nanoseconds(found.stx_mtime),
                  .born_ns = (found.stx_mask & STATX_BTIME) != 0 ? nanoseconds(found.stx_btime) : 0};
}

TreeWatch::TreeWatch(Inotify& inotify, Callbacks callbacks) : inotify_(inotify), callbacks_(std::move(callbacks)) {
  inotify_.on_overflow([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) rescan();
  });
}

TreeWatch::~TreeWatch() {
  for (const auto& [folder, number] : watches_) inotify_.unwatch(number);
}

void TreeWatch::add(const std::string& folder) {
  if (!watches_.contains(folder)) {
    const auto watched = inotify_.watch(folder, events_wanted, [this, folder](const Inotify::Event& event) { heard(folder, event); });
    if (watched)
      watches_[folder] = *watched;
    else if (is_directory(folder))  // else it has gone again already
      cannot_watch(watched.error());
    if (!announces_everything(folder)) blind_ = true;
  }
  list(folder);
}

void TreeWatch::cannot_watch(const Error& error) {
  blind_ = true;
  if (!std::exchange(told_, true)) callbacks_.on_trouble(describe(error));
}

void TreeWatch::list(const std::string& folder) {
  std::vector<std::string> folders;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
    std::error_code gone;
    const std::string path = folder + "/" + entry->path().filename().string();
    if (entry->is_symlink(gone)) continue;
    if (entry->is_directory(gone))
      folders.push_back(path);
    else
      callbacks_.on_file(path, Change::listed);
  }
  for (const std::string& below : folders)
    if (callbacks_.enter(below)) add(below);
}

void TreeWatch::rescan() {
  std::vector<std::string> tops;  // a folder whose parent is followed too is reached from there
  for (const auto& [folder, number] : watches_)
    if (!watches_.contains(parent_path(folder))) tops.push_back(folder);
  for (const std::string& top : tops) add(top);
}

void TreeWatch::heard(const std::string& folder, const Inotify::Event& event) {
  if ((event.mask & IN_IGNORED) != 0) {  // it was removed, or its file system was
    watches_.erase(folder);
    return;
  }
  if (event.name.empty()) return;
  const std::string path = folder + "/" + event.name;
  if ((event.mask & IN_ISDIR) != 0) {
    if ((event.mask & (IN_MOVED_FROM | IN_DELETE)) != 0) forget_below(path);
    if ((event.mask & (IN_CREATE | IN_MOVED_TO)) != 0 && callbacks_.enter(path)) add(path);
    return;
  }
  if ((event.mask & (IN_DELETE | IN_MOVED_FROM)) != 0) return callbacks_.on_file(path, Change::gone);
  if ((event.mask & IN_MOVED_TO) != 0) return callbacks_.on_file(path, Change::moved_in);
  if ((event.mask & IN_CLOSE_WRITE) != 0) return callbacks_.on_file(path, Change::closed);
  callbacks_.on_file(path, Change::written);
}

void TreeWatch::forget_below(const std::string& folder) {
  const std::string inside = folder + "/";
  for (auto watch = watches_.begin(); watch != watches_.end();) {
    if (watch->first != folder && !watch->first.starts_with(inside)) {
      ++watch;
      continue;
    }
    inotify_.unwatch(watch->second);
    watch = watches_.erase(watch);
  }
}

}  // namespace tamarack::io
