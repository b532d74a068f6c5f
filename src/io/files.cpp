#include "io/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace tamarack::io {
namespace {

namespace fs = std::filesystem;

Error system_error(const std::string& doing, const std::string& path, int number) {
  const ErrorCode code = number == ENOENT ? ErrorCode::not_found : ErrorCode::io;
  std::string hint;
  if (number == ENOSPC) hint = "the disk is full: free some space and try again";
  if (number == EACCES || number == EPERM || number == EROFS) hint = "check the permissions";
  return make_error(code, fmt::format("cannot {} '{}': {}", doing, path, std::strerror(number)), hint);
}

Result<> write_all(int descriptor, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error("write", path, errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return system_error("read", path, errno);
  std::string content;
  char buffer[65536];
  int failed = 0;
  while (content.size() <= bytes_max) {
    const ssize_t count = ::read(descriptor, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) failed = errno;
    if (count <= 0) break;
    content.append(buffer, static_cast<std::size_t>(count));
  }
  ::close(descriptor);
  if (failed != 0) return system_error("read", path, failed);
  if (content.size() > bytes_max)
    return make_error(ErrorCode::limit_exceeded, fmt::format("'{}' is larger than {} bytes", path, bytes_max));
  return content;
}

bool exists(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

bool is_directory(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

Result<> write_file(const std::string& path, std::string_view content) {
  // Of its own: two processes may write the same file at once, and each must rename what it wrote.
  static std::atomic<std::uint64_t> number = 0;
  const std::string neighbour = fmt::format("{}.{}-{}.new", path, ::getpid(), ++number);
  const int descriptor = ::open(neighbour.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) return system_error("write", path, errno);
  Result<> written = write_all(descriptor, content, path);
  ::close(descriptor);
  if (written && ::rename(neighbour.c_str(), path.c_str()) != 0) written = system_error("write", path, errno);
  if (!written) ::unlink(neighbour.c_str());
  return written;
}

Result<> append_file(const std::string& path, std::string_view content) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor < 0) return system_error("write", path, errno);
  Result<> written = write_all(descriptor, content, path);
  ::close(descriptor);
  return written;
}

Result<> make_directories(const std::string& path) {
  std::error_code failed;
  fs::create_directories(path, failed);
  if (failed) return system_error("create the folder", path, failed.value());
  return {};
}

Result<> remove_tree(const std::string& path) {
  std::error_code failed;
  fs::remove_all(path, failed);
  if (failed) return system_error("remove", path, failed.value());
  return {};
}

Result<> copy_file(const std::string& from, const std::string& to) {
  std::error_code failed;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, failed);
  if (failed) return system_error("copy", from, failed.value());
  return {};
}

Result<> link_or_copy(const std::string& from, const std::string& to) {
  std::error_code failed;
  fs::remove(to, failed);
  fs::create_hard_link(from, to, failed);
  if (!failed) return {};
  return copy_file(from, to);
}

Result<std::vector<std::string>> list_directory(const std::string& path) {
  std::error_code failed;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(path, failed), end; !failed && entry != end; entry.increment(failed))
    names.push_back(entry->path().filename().string());
  if (failed) return system_error("list", path, failed.value());
  std::sort(names.begin(), names.end());
  return names;
}

std::string join_path(std::string_view base, std::string_view path) {
  if (path.empty() || path == ".") return std::string(base);
  return (fs::path(base) / fs::path(path)).lexically_normal().string();
}

std::string absolute_path(const std::string& path) {
  std::error_code failed;
  const fs::path absolute = fs::absolute(path, failed);
  if (failed) return path;
  std::string normal = absolute.lexically_normal().string();
  if (normal.size() > 1 && normal.ends_with('/')) normal.pop_back();  // "." becomes "/a/b/"
  return normal;
}

std::string parent_path(const std::string& path) {
  return fs::path(path).parent_path().string();
}
std::string file_name(const std::string& path) {
  return fs::path(path).filename().string();
}

std::string relative_to(const std::string& base, const std::string& path) {
  const std::string prefix = base.ends_with('/') ? base : base + "/";
  return path.starts_with(prefix) ? path.substr(prefix.size()) : path;
}

void forget_environment(const char* name) {
  // What a process was started with stays readable for its user in /proc/PID/environ, which shows these very bytes; whatever runs beside it
  // is the same user.
  if (char* value = std::getenv(name)) std::fill(value, value + std::strlen(value), '\0');
  ::unsetenv(name);
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string{} : std::string(value);
}

std::string own_binary() {
  std::error_code failed;
  const fs::path path = fs::read_symlink("/proc/self/exe", failed);
  return failed ? "/proc/self/exe" : path.string();
}

FileLock::~FileLock() {
  ::close(descriptor_);
}

bool FileLock::wait_until_free(const std::string& path, int patience_ms) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return true;
  bool free = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
  for (int waited = 0; !free && waited < patience_ms; waited += 5) {
    ::usleep(5000);
    free = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
  }
  ::close(descriptor);
  return free;
}

Result<std::unique_ptr<FileLock>> FileLock::take(const std::string& path, const std::string& note) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return system_error("open the lock", path, errno);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    char holder[256] = {};
    const ssize_t count = ::read(descriptor, holder, sizeof holder - 1);
    ::close(descriptor);
    return make_error(ErrorCode::conflict,
                      fmt::format("another tamarack is at work here{}{}", count > 0 ? ": " : "", count > 0 ? holder : ""),
                      "wait for it to end, or give this one its own folder with --state-dir");
  }
  const bool noted = ::ftruncate(descriptor, 0) == 0 && ::write(descriptor, note.data(), note.size()) >= 0;
  if (!noted) {
    const int number = errno;
    ::close(descriptor);
    return system_error("write the lock", path, number);
  }
  return std::unique_ptr<FileLock>(new FileLock(descriptor));
}

}  // namespace tamarack::io
