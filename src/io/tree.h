// A tree of files as facts, and the few steps that build one: what lies at a path, what lies below a folder, copies that share blocks
// where the file system can. Symbolic links are never followed. What a tree should be is decided elsewhere.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tamarack::io {

enum class EntryKind { file, symlink, folder, other };  // other: a socket, a pipe, a device

struct EntryLook {
  EntryKind kind = EntryKind::other;
  bool executable = false;       // for its owner
  std::int64_t size = 0;         // bytes
  std::int64_t modified_ns = 0;  // since the epoch; who writes may set it to anything
  std::int64_t changed_ns = 0;   // since the epoch; moves with every write, and nobody can set it
  std::uint64_t inode = 0;
  friend bool operator==(const EntryLook&, const EntryLook&) = default;
};

// Nothing when nothing is there (or a part of the path is no folder).
Result<std::optional<EntryLook>> look_at_entry(const std::string& path);

struct TreeEntry {
  std::string path;  // relative, with '/'
  EntryLook look;
};
// Everything below `folder` in byte order of the paths. A folder is listed itself; `enter` decides by its relative path whether it is
// looked into. What disappears meanwhile is left out. Errors name the path.
Result<std::vector<TreeEntry>> list_tree(const std::string& folder, const std::function<bool(const std::string& path)>& enter);

Result<std::string> read_symlink(const std::string& path);
Result<> make_symlink(const std::string& target, const std::string& path);
// One level; the folder above exists.
Result<> make_folder(const std::string& path);

// A new file with the bytes of another: shared blocks (reflink) where the file system can, else copied inside the kernel, else by hand.
// Never a hard link: whoever writes to one would write to both. Mode 0755 or 0644. `to` must not exist. Returns the bytes copied.
Result<std::int64_t> clone_file(const std::string& from, const std::string& to, bool executable);
Result<> set_executable(const std::string& path, bool executable);
// Whoever means well does not write to it by accident any more: mode 0444.
Result<> make_read_only(const std::string& path);

// A file or symbolic link, or a folder with everything in it, even if a test took its permissions away. Nothing there is no error.
Result<> remove_entry(const std::string& path);

// Gives the owner back all rights on a folder and the folders below it; what cannot be changed is left as it is.
void make_accessible(const std::string& path);

// In one step, on one file system; `unavailable` when the two lie on different ones.
Result<> rename_entry(const std::string& from, const std::string& to);

// Wall-clock now, comparable with changed_ns.
std::int64_t wall_clock_ns();

}  // namespace tamarack::io
