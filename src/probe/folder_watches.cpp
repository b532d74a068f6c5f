#include "probe/folder_watches.h"

#include "io/files.h"

namespace tamarack::probe {
namespace {

// As in <sys/inotify.h>, which only io may know.
constexpr std::uint32_t modified = 0x2;
constexpr std::uint32_t attributes = 0x4;
constexpr std::uint32_t closed_written = 0x8;
constexpr std::uint32_t moved_from = 0x40;
constexpr std::uint32_t moved_to = 0x80;
constexpr std::uint32_t created = 0x100;
constexpr std::uint32_t removed = 0x200;
constexpr std::uint32_t self_removed = 0x400;
constexpr std::uint32_t self_moved = 0x800;
constexpr std::uint32_t ignored = 0x8000;
constexpr std::uint32_t mask =
    modified | attributes | closed_written | moved_from | moved_to | created | removed | self_removed | self_moved;

}  // namespace

FolderWatches::FolderWatches(io::Loop& loop) : inotify_(loop) {
  inotify_.on_overflow([this] {
    std::vector<std::uint64_t> numbers;
    for (const auto& [number, wanted] : wanted_) numbers.push_back(number);
    for (const std::uint64_t number : numbers)
      if (const auto found = wanted_.find(number); found != wanted_.end()) std::function(found->second.changed)();
  });
}

std::uint64_t FolderWatches::add(const std::string& path, std::function<void()> changed) {
  const std::uint64_t number = ++last_number_;
  Wanted& wanted = wanted_[number];
  wanted.path = io::absolute_path(path);
  wanted.changed = std::move(changed);
  arm(number, wanted);
  return number;
}

void FolderWatches::remove(std::uint64_t number) {
  const auto found = wanted_.find(number);
  if (found == wanted_.end()) return;
  disarm(number, found->second);
  wanted_.erase(found);
}

void FolderWatches::arm(std::uint64_t number, Wanted& wanted) {
  // A folder may come into being while we look for it: until two looks agree.
  for (int round = 0; round < 8; ++round) {
    std::string name = io::file_name(wanted.path);
    std::string folder = io::parent_path(wanted.path);
    while (!io::is_directory(folder) && folder != "/" && !folder.empty()) {
      name = io::file_name(folder);
      folder = io::parent_path(folder);
    }
    if (wanted.watch >= 0 && folder == wanted.folder) return;
    disarm(number, wanted);
    const auto own = std::make_shared<int>(-1);
    const auto watch = inotify_.watch(folder, mask, [this, own](const io::Inotify::Event& event) { heard(*own, event); });
    if (!watch) continue;
    *own = *watch;
    wanted.folder = folder;
    wanted.name = name;
    wanted.watch = *watch;
    folders_[*watch].wanted[number] = true;
  }
}

void FolderWatches::disarm(std::uint64_t number, Wanted& wanted) {
  const auto folder = folders_.find(std::exchange(wanted.watch, -1));
  if (folder == folders_.end()) return;
  folder->second.wanted.erase(number);
  if (!folder->second.wanted.empty()) return;
  inotify_.unwatch(folder->first);
  folders_.erase(folder);
}

void FolderWatches::heard(int watch, const io::Inotify::Event& event) {
  const auto folder = folders_.find(watch);
  if (folder == folders_.end()) return;
  const bool gone = (event.mask & (self_removed | self_moved | ignored)) != 0;
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, yes] : folder->second.wanted)
    if (gone || wanted_.at(number).name == event.name) numbers.push_back(number);
  for (const std::uint64_t number : numbers) {
    const auto found = wanted_.find(number);
    if (found == wanted_.end()) continue;
    Wanted& wanted = found->second;
    if (gone) disarm(number, wanted);
    const bool on_the_way = wanted.folder != io::parent_path(wanted.path);
    if (gone || on_the_way) arm(number, wanted);
    std::function(wanted.changed)();  // a copy: it may remove
  }
}

}  // namespace tamarack::probe
