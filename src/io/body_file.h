// Message bodies in files: read and written in pieces on another thread, in order, so that a slow disk never holds the loop up.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "io/loop.h"

namespace tamarack::io {

struct OpenFile;  // a descriptor that closes itself

// Writes from an offset on. One write at a time; the next one after `done`.
class FileSink {
 public:
  // The file is created if need be, must hold at least `offset` bytes (else `conflict`), and is cut there. Other errors: io, not_found.
  static void open(Loop& loop, const std::string& path, std::uint64_t offset, std::function<void(Result<std::shared_ptr<FileSink>>)> done);
  FileSink(Loop& loop, std::shared_ptr<OpenFile> file, std::uint64_t offset) : loop_(loop), file_(std::move(file)), offset_(offset) {}
  void write(std::string piece, std::function<void(Result<>)> done);

 private:
  Loop& loop_;
  std::shared_ptr<OpenFile> file_;
  std::uint64_t offset_;
};

class FileSource {
 public:
  // Errors: not_found (also for what is not a regular file), io.
  static void open(Loop& loop, const std::string& path, std::function<void(Result<std::shared_ptr<FileSource>>)> done);
  FileSource(Loop& loop, std::shared_ptr<OpenFile> file) : loop_(loop), file_(std::move(file)) {}
  // Exactly `length` bytes, or `corrupt` when the file has become shorter.
  void read(std::uint64_t offset, std::size_t length, std::function<void(Result<std::string>)> done);
  std::uint64_t size() const;
  // Changes with size and time of the last change: an entity tag, with its quotes.
  std::string tag() const;

 private:
  Loop& loop_;
  std::shared_ptr<OpenFile> file_;
};

inline constexpr std::size_t file_piece_max = 256 * 1024;

}  // namespace tamarack::io
