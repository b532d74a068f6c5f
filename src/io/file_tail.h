// Files that others write while we read: bounded reads that never wait, and reading on from where one stopped, across truncation and
// rotation. Regular files only: opening a pipe or a device could block, or take bytes away from its reader.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace tamarack::io {

struct FileHead {
  std::string bytes;       // at most what was asked for
  std::uint64_t size = 0;  // of the whole file
};
// The first bytes. Errors: not_found (neither the file nor its folder has to be there), invalid_argument (no regular file), io.
Result<FileHead> read_head(const std::string& path, std::size_t bytes_max);

// Reads on. Not for two threads at once.
class FileTail {
 public:
  // Of a file that is there already only the last `backlog_max` bytes are read, from the first line that begins in them.
  FileTail(std::string path, std::uint64_t backlog_max) : path_(std::move(path)), backlog_max_(backlog_max) {}
  ~FileTail();
  FileTail(const FileTail&) = delete;
  FileTail& operator=(const FileTail&) = delete;

  struct Piece {
    std::string bytes;         // empty: nothing new at the moment
    bool is_new_file = false;  // they begin a file; what stood before them, and is no whole line, never becomes one
  };
  // The next bytes. A file that was renamed away is read to its end before the new one is begun; one that became shorter is read from its
  // start. Errors: not_found, invalid_argument (no regular file), io.
  Result<Piece> read(std::size_t bytes_max);

 private:
  Result<> open();
  void close();
  bool was_truncated() const;
  Result<Piece> read_here(std::size_t bytes_max);

  std::string path_;
  std::uint64_t backlog_max_;
  int descriptor_ = -1;
  std::uint64_t offset_ = 0;
  std::uint64_t device_ = 0;
  std::uint64_t inode_ = 0;
  std::string before_;     // the last bytes before offset_: a file that was truncated and has grown since has others there
  bool was_open_ = false;  // the backlog is only for the first file
  bool skips_line_ = false;
  bool is_new_ = false;
};

}  // namespace tamarack::io
