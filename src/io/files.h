// Files as values: whole reads and atomic writes with errors that name the path and the cause.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tamarack::io {

Result<std::string> read_file(const std::string& path, std::size_t bytes_max = 1ULL << 30);
bool exists(const std::string& path);
bool is_directory(const std::string& path);
// Writes a neighbour file and renames it, so that a reader sees the old or the new content, never a half.
Result<> write_file(const std::string& path, std::string_view content);
Result<> append_file(const std::string& path, std::string_view content);
Result<> make_directories(const std::string& path);
Result<> remove_tree(const std::string& path);
Result<> copy_file(const std::string& from, const std::string& to);
// Hard link if possible, else copy.
Result<> link_or_copy(const std::string& from, const std::string& to);
Result<std::vector<std::string>> list_directory(const std::string& path);  // names, sorted
std::string join_path(std::string_view base, std::string_view path);       // an absolute `path` stays as it is
std::string absolute_path(const std::string& path);
std::string parent_path(const std::string& path);
std::string file_name(const std::string& path);
// `path` relative to `base` when it lies below it, else unchanged.
std::string relative_to(const std::string& base, const std::string& path);
std::string environment(const char* name);  // empty if unset
// Neither this process nor those it starts have it from here on. Before any thread is started.
void forget_environment(const char* name);
// Path of this very binary.
std::string own_binary();

// An exclusive lock on a file, held until it goes away (also when the process dies).
class FileLock {
 public:
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  // Waits up to `patience_ms` for others to let go of an existing file; true when nobody holds it (or it does not exist).
  static bool wait_until_free(const std::string& path, int patience_ms);
  // `conflict` with the holder's note when somebody else has it.
  static Result<std::unique_ptr<FileLock>> take(const std::string& path, const std::string& note);

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace tamarack::io
