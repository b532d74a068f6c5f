#include "io/file_tail.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tamarack::io {
namespace {

constexpr std::size_t before_bytes_max = 64;

Error cannot_read(const std::string& path, int cause) {
  const bool absent = cause == ENOENT || cause == ENOTDIR;
  return make_error(absent ? ErrorCode::not_found : ErrorCode::io, fmt::format("cannot read '{}': {}", path, std::strerror(cause)));
}

struct Opened {
  int descriptor = -1;
  struct stat status{};
};

Result<Opened> open_regular(const std::string& path) {
  // Without waiting: the open of a pipe would wait for its writer.
  Opened opened{.descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (opened.descriptor < 0) return cannot_read(path, errno);
  const int failed = ::fstat(opened.descriptor, &opened.status) != 0 ? errno : 0;
  if (failed == 0 && S_ISREG(opened.status.st_mode)) return opened;
  ::close(opened.descriptor);
  if (failed != 0) return cannot_read(path, failed);
  return make_error(ErrorCode::invalid_argument, fmt::format("'{}' is no regular file", path));
}

Result<std::string> read_at(int descriptor, const std::string& path, std::uint64_t offset, std::size_t bytes_max) {
  std::string bytes(bytes_max, '\0');
  std::size_t filled = 0;
  while (filled < bytes_max) {
    const ssize_t count = ::pread(descriptor, bytes.data() + filled, bytes_max - filled, static_cast<off_t>(offset + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot_read(path, errno);
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace

Result<FileHead> read_head(const std::string& path, std::size_t bytes_max) {
  const Opened opened = TRY(open_regular(path));
  auto bytes = read_at(opened.descriptor, path, 0, bytes_max);
  ::close(opened.descriptor);
  if (!bytes) return std::move(bytes).error();
  return FileHead{.bytes = *std::move(bytes), .size = static_cast<std::uint64_t>(opened.status.st_size)};
}

FileTail::~FileTail() {
  close();
}

void FileTail::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

Result<> FileTail::open() {
  const Opened opened = TRY(open_regular(path_));
  descriptor_ = opened.descriptor;
  device_ = opened.status.st_dev;
  inode_ = opened.status.st_ino;
  const auto size = static_cast<std::uint64_t>(opened.status.st_size);
  offset_ = 0;
  before_.clear();
  skips_line_ = false;
  if (!was_open_ && size > backlog_max_) {
    offset_ = size - backlog_max_ - 1;  // the byte before tells whether a line begins there
    skips_line_ = true;
  }
  was_open_ = true;
  is_new_ = true;
  return {};
}

Result<FileTail::Piece> FileTail::read_here(std::size_t bytes_max) {
  Piece piece;
  while (true) {
    piece.bytes = TRY(read_at(descriptor_, path_, offset_, bytes_max));
    if (piece.bytes.empty()) break;
    offset_ += piece.bytes.size();
    before_ += piece.bytes.substr(piece.bytes.size() - std::min(piece.bytes.size(), before_bytes_max));
    if (before_.size() > before_bytes_max) before_.erase(0, before_.size() - before_bytes_max);
    if (!skips_line_) break;
    const std::size_t end = piece.bytes.find('\n');
    if (end == std::string::npos) continue;  // a line as long as that is read over
    skips_line_ = false;
    piece.bytes.erase(0, end + 1);
    if (!piece.bytes.empty()) break;
  }
  if (!piece.bytes.empty()) piece.is_new_file = std::exchange(is_new_, false);
  return piece;
}

bool FileTail::was_truncated() const {
  if (before_.empty()) return false;
  const auto now = read_at(descriptor_, path_, offset_ - before_.size(), before_.size());
  return now && *now != before_;
}

Result<FileTail::Piece> FileTail::read(std::size_t bytes_max) {
  if (descriptor_ < 0) TRY_VOID(open());
  if (was_truncated()) {
    offset_ = 0;
    before_.clear();
    skips_line_ = false;
    is_new_ = true;
  }
  Piece piece = TRY(read_here(bytes_max));
  if (!piece.bytes.empty()) return piece;
  struct stat named{};
  if (::stat(path_.c_str(), &named) != 0) {
    const int cause = errno;
    close();
    return cannot_read(path_, cause);
  }
  if (named.st_dev == device_ && named.st_ino == inode_) return piece;
  // Once more: something may have been written between the last read and the new name.
  piece = TRY(read_here(bytes_max));
  if (!piece.bytes.empty()) return piece;
  close();
  TRY_VOID(open());
  return read_here(bytes_max);
}

}  // namespace tamarack::io
