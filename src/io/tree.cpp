#include "io/tree.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <utility>

#include "io/files.h"

namespace tamarack::io {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t at_once = 1 << 18;  // bytes per copy step

Error failure(std::string_view doing, const std::string& path, int number) {
  const ErrorCode code = number == ENOENT ? ErrorCode::not_found : number == EXDEV ? ErrorCode::unavailable : ErrorCode::io;
  std::string hint;
  if (number == ENOSPC || number == EDQUOT) hint = "the disk is full: free some space and try again";
  if (number == EACCES || number == EPERM || number == EROFS) hint = "check the permissions";
  return make_error(code, fmt::format("cannot {} '{}': {}", doing, path, std::strerror(number)), hint);
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }
  // Some file systems say only here that the bytes did not fit.
  bool close() { return ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

std::int64_t nanoseconds(const timespec& time) {
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

EntryLook look_of(const struct stat& found) {
  EntryLook look;
  look.kind = S_ISREG(found.st_mode)   ? EntryKind::file
              : S_ISLNK(found.st_mode) ? EntryKind::symlink
              : S_ISDIR(found.st_mode) ? EntryKind::folder
                                       : EntryKind::other;
  look.executable = look.kind == EntryKind::file && (found.st_mode & S_IXUSR) != 0;
  look.size = found.st_size;
  look.modified_ns = nanoseconds(found.st_mtim);
  look.changed_ns = nanoseconds(found.st_ctim);
  look.inode = found.st_ino;
  return look;
}

class Lister {
 public:
  Lister(const std::string& folder, const std::function<bool(const std::string&)>& enter) : folder_(folder), enter_(enter) {}

  Result<std::vector<TreeEntry>> run() && {
    TRY_VOID(list(""));
    while (!waiting_.empty()) {
      const std::string next = std::move(waiting_.back());
      waiting_.pop_back();
      TRY_VOID(list(next));
    }
    std::sort(found_.begin(), found_.end(), [](const TreeEntry& left, const TreeEntry& right) { return left.path < right.path; });
    return std::move(found_);
  }

 private:
  Result<> list(const std::string& path) {
    const std::string absolute = path.empty() ? folder_ : folder_ + "/" + path;
    std::error_code failed;
    fs::directory_iterator entry(absolute, failed);
    for (const fs::directory_iterator end; !failed && entry != end; entry.increment(failed)) {
      const std::string name = entry->path().filename().string();
      const std::optional<EntryLook> look = TRY(look_at_entry(absolute + "/" + name));
      if (!look) continue;
      std::string below = path.empty() ? name : path + "/" + name;
      if (look->kind == EntryKind::folder && enter_(below)) waiting_.push_back(below);
      found_.push_back({std::move(below), *look});
    }
    if (failed && (path.empty() || failed.value() != ENOENT)) return failure("list", absolute, failed.value());
    return {};
  }

  const std::string& folder_;
  const std::function<bool(const std::string&)>& enter_;
  std::vector<std::string> waiting_;
  std::vector<TreeEntry> found_;
};

// What the kernel cannot copy by itself: between some file systems, and from those that make up their files.
Result<std::int64_t> copy_by_hand(int from, int to, const std::string& path) {
  thread_local std::string buffer(at_once, '\0');
  std::int64_t copied = 0;
  while (true) {
    const ssize_t count = ::read(from, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure("read", path, errno);
    if (count == 0) return copied;
    for (ssize_t written = 0; written < count;) {
      const ssize_t more = ::write(to, buffer.data() + written, static_cast<std::size_t>(count - written));
      if (more < 0 && errno == EINTR) continue;
      if (more < 0) return failure("copy", path, errno);
      written += more;
    }
    copied += count;
  }
}

Result<std::int64_t> copy_bytes(int from, int to, const std::string& path) {
  if (::ioctl(to, FICLONE, from) == 0) {
    struct stat found{};
    if (::fstat(to, &found) != 0) return failure("copy", path, errno);
    return static_cast<std::int64_t>(found.st_size);
  }
  std::int64_t copied = 0;
  while (true) {
    const ssize_t count = ::copy_file_range(from, nullptr, to, nullptr, at_once * 256, 0);
    if (count > 0) {
      copied += count;
    } else if (count == 0) {
      // Files of /proc and the like say that they are empty; whoever copies one gets what reading gives.
      return copied + TRY(copy_by_hand(from, to, path));
    } else if (errno != EINTR) {
      const bool cannot = errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP || errno == EPERM;
      if (!cannot) return failure("copy", path, errno);
      return copied + TRY(copy_by_hand(from, to, path));
    }
  }
}

}  // namespace

Result<std::optional<EntryLook>> look_at_entry(const std::string& path) {
  struct stat found{};
  if (::lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<EntryLook>{};
    return failure("look at", path, errno);
  }
  return std::optional<EntryLook>{look_of(found)};
}

Result<std::vector<TreeEntry>> list_tree(const std::string& folder, const std::function<bool(const std::string& path)>& enter) {
  return Lister(folder, enter).run();
}

Result<std::string> read_symlink(const std::string& path) {
  std::error_code failed;
  const fs::path target = fs::read_symlink(path, failed);
  if (failed) return failure("read the symbolic link", path, failed.value());
  return target.string();
}

Result<> make_symlink(const std::string& target, const std::string& path) {
  if (::symlink(target.c_str(), path.c_str()) != 0) return failure("create the symbolic link", path, errno);
  return {};
}

Result<> make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0755) != 0) return failure("create the folder", path, errno);
  return {};
}

Result<std::int64_t> clone_file(const std::string& from, const std::string& to, bool executable) {
  const Descriptor source(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (source.get() < 0) return failure("read", from, errno);
  Descriptor target(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (target.get() < 0) return failure("create", to, errno);
  Result<std::int64_t> copied = copy_bytes(source.get(), target.get(), to);
  // The mode is set and not only asked for: a umask of this machine must not take an executable bit away.
  if (copied && ::fchmod(target.get(), executable ? 0755 : 0644) != 0) copied = failure("set the mode of", to, errno);
  if (!target.close() && copied) copied = failure("write", to, errno);
  if (!copied) ::unlink(to.c_str());
  return copied;
}

Result<> set_executable(const std::string& path, bool executable) {
  if (::chmod(path.c_str(), executable ? 0755 : 0644) != 0) return failure("set the mode of", path, errno);
  return {};
}

Result<> make_read_only(const std::string& path) {
  if (::chmod(path.c_str(), 0444) != 0) return failure("set the mode of", path, errno);
  return {};
}

void make_accessible(const std::string& path) {
  std::error_code failed;
  fs::permissions(path, fs::perms::owner_all, fs::perm_options::add | fs::perm_options::nofollow, failed);
  std::vector<std::string> below;
  for (fs::directory_iterator entry(path, failed), end; !failed && entry != end; entry.increment(failed)) {
    std::error_code unknown;
    if (entry->symlink_status(unknown).type() == fs::file_type::directory) below.push_back(entry->path().string());
  }
  for (const std::string& folder : below) make_accessible(folder);
}

Result<> remove_entry(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT || errno == ENOTDIR) return {};
  if (errno != EISDIR && errno != EPERM) return failure("remove", path, errno);
  if (remove_tree(path)) return {};
  make_accessible(path);
  return remove_tree(path);
}

Result<> rename_entry(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return failure("move", from, errno);
  return {};
}

std::int64_t wall_clock_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace tamarack::io
