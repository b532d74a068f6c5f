// Which content a file had when it was last read, so that an unchanged tree is not read again. A file counts as unchanged when size,
// both times and inode are the same; the change time cannot be set back by anybody, so a tool that restores modification times is noticed
// too. What was changed just before it was read is not remembered: another write in the same tick of the clock would leave no trace.
// Only a cache: a file that is missing, broken or of another version is an empty one.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "io/tree.h"

namespace tamarack::artifact {

// SHA-256 of a file's bytes: 64 hexadecimal digits. `not_found` or `io`, with the path. Blocking.
Result<std::string> sha256_of_file(const std::string& path);

class HashCache {
 public:
  // What was saved there, or nothing.
  static HashCache load(const std::string& file);
  Result<> save(const std::string& file) const;

  // The hash of the file at `root`/`path`, which was just looked at; read only when it is not known. `conflict` when it goes on changing
  // while it is read; `look` is renewed when it had to be looked at again.
  Result<std::string> hash(const std::string& root, const std::string& path, io::EntryLook& look);
  // Known without reading? Empty when not.
  std::string known(const std::string& path, const io::EntryLook& look) const;
  // Somebody who knows the content says so, after it was written.
  void learn(const std::string& path, const io::EntryLook& look, const std::string& sha256);
  // Forgets everything that hash() and learn() have not touched since the cache was loaded.
  void forget_untouched();

  bool is_changed() const { return changed_; }
  std::int64_t files_read() const { return files_read_; }
  std::int64_t bytes_read() const { return bytes_read_; }

 private:
  struct Entry {
    std::int64_t size = 0;
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;
    std::uint64_t inode = 0;
    std::string sha256;
    bool touched = false;
  };
  static bool parse(std::string_view text, HashCache& cache);

  std::unordered_map<std::string, Entry> entries_;
  bool changed_ = false;
  std::int64_t files_read_ = 0;
  std::int64_t bytes_read_ = 0;
};

}  // namespace tamarack::artifact
