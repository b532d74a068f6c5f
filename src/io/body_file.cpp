#include "io/body_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

namespace tamarack::io {

struct OpenFile {
  explicit OpenFile(int opened, std::string named) : descriptor(opened), path(std::move(named)) {}
  ~OpenFile() { ::close(descriptor); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int descriptor;
  std::string path;
  std::uint64_t size = 0;
  std::string tag;
};

namespace {

Error file_error(std::string_view doing, const std::string& path, int number) {
  return make_error(number == ENOENT ? ErrorCode::not_found : ErrorCode::io,
                    fmt::format("cannot {} '{}': {}", doing, path, std::strerror(number)),
                    number == ENOSPC ? "the disk is full: free some space and try again" : "");
}

template <class T>
void in_background(Loop& loop, std::function<Result<T>()> work, std::function<void(Result<T>)> done) {
  auto result = std::make_shared<std::optional<Result<T>>>();
  loop.background([result, work = std::move(work)] { result->emplace(work()); },
                  [result, done = std::move(done)] { done(std::move(**result)); });
}

Result<std::shared_ptr<OpenFile>> open_for_writing(const std::string& path, std::uint64_t offset) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return file_error("write", path, errno);
  auto file = std::make_shared<OpenFile>(descriptor, path);
  struct stat facts{};
  if (::fstat(descriptor, &facts) != 0) return file_error("write", path, errno);
  if (static_cast<std::uint64_t>(facts.st_size) < offset)
    return make_error(ErrorCode::conflict, fmt::format("cannot go on at byte {}: there are only {}", offset, facts.st_size));
  if (::ftruncate(descriptor, static_cast<off_t>(offset)) != 0) return file_error("write", path, errno);
  return file;
}

Result<> write_at(const OpenFile& file, std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(file.descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_error("write", file.path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return {};
}

Result<std::shared_ptr<OpenFile>> open_for_reading(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe must not hold the thread
  if (descriptor < 0) return file_error("read", path, errno);
  auto file = std::make_shared<OpenFile>(descriptor, path);
  struct stat facts{};
  if (::fstat(descriptor, &facts) != 0) return file_error("read", path, errno);
  if (!S_ISREG(facts.st_mode)) return make_error(ErrorCode::not_found, fmt::format("'{}' is not a regular file", path));
  file->size = static_cast<std::uint64_t>(facts.st_size);
  file->tag = fmt::format("\"{:x}-{:x}{:08x}\"", facts.st_size, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec);
  return file;
}

Result<std::string> read_at(const OpenFile& file, std::uint64_t offset, std::size_t length) {
  std::string bytes(length, '\0');
  std::size_t filled = 0;
  while (filled < length) {
    const ssize_t count = ::pread(file.descriptor, bytes.data() + filled, length - filled, static_cast<off_t>(offset + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_error("read", file.path, errno);
    if (count == 0) return make_error(ErrorCode::corrupt, fmt::format("'{}' became shorter while it was read", file.path));
    filled += static_cast<std::size_t>(count);
  }
  return bytes;
}

}  // namespace

void FileSink::open(Loop& loop, const std::string& path, std::uint64_t offset,
                    std::function<void(Result<std::shared_ptr<FileSink>>)> done) {
  in_background<std::shared_ptr<OpenFile>>(
      loop, [path, offset] { return open_for_writing(path, offset); },
      [&loop, offset, done = std::move(done)](Result<std::shared_ptr<OpenFile>> file) {
        if (!file) return done(file.error());
        done(std::make_shared<FileSink>(loop, *file, offset));
      });
}

void FileSink::write(std::string piece, std::function<void(Result<>)> done) {
  const std::uint64_t offset = offset_;
  offset_ += piece.size();
  in_background<void>(loop_, [file = file_, offset, piece = std::move(piece)] { return write_at(*file, offset, piece); }, std::move(done));
}

void FileSource::open(Loop& loop, const std::string& path, std::function<void(Result<std::shared_ptr<FileSource>>)> done) {
  in_background<std::shared_ptr<OpenFile>>(
      loop, [path] { return open_for_reading(path); },
      [&loop, done = std::move(done)](Result<std::shared_ptr<OpenFile>> file) {
        if (!file) return done(file.error());
        done(std::make_shared<FileSource>(loop, *file));
      });
}

void FileSource::read(std::uint64_t offset, std::size_t length, std::function<void(Result<std::string>)> done) {
  in_background<std::string>(loop_, [file = file_, offset, length] { return read_at(*file, offset, length); }, std::move(done));
}

std::uint64_t FileSource::size() const {
  return file_->size;
}
std::string FileSource::tag() const {
  return file_->tag;
}

}  // namespace tamarack::io
