// The workspace of a project as a manifest: which files belong (domain/workspace_rules.h), what they are and what is in them. Unchanged
// files are not read again (hash_cache.h).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "artifact/workspace/git_files.h"
#include "base/result.h"
#include "domain/manifest.h"
#include "io/loop.h"

namespace tamarack::artifact {

struct ScanOptions {
  std::string root;                  // absolute
  std::vector<std::string> include;  // [workspace] include
  std::vector<std::string> exclude;  // [workspace] exclude, and the state folder if it lies below the root under another name
  std::int64_t bytes_max = 0;        // [workspace] bytes_max; 0: no limit
  std::string cache_file;            // where hashes are remembered; empty: nowhere
};

struct Scanned {
  domain::Manifest manifest;          // has no problems
  std::vector<std::string> warnings;  // what was left out, and why
  bool from_git = false;
  std::int64_t files_read = 0;  // of which the cache did not know the content
  std::int64_t bytes_read = 0;
};

// Errors: `invalid_config` for files that cannot travel (names that are not UTF-8, links that lead outside), every one named;
// `limit_exceeded` above bytes_max, with the largest folders; `conflict` for a file that changes while it is read; `unavailable` when git
// does not answer; `io` for what cannot be read. The work is done in the background of the loop.
void scan_workspace(io::Loop& loop, ScanOptions options, std::function<void(Result<Scanned>)> done);

// The same without git's part, blocking: `listed` is what git says, or nothing for a project without git.
Result<Scanned> scan_listed(const ScanOptions& options, const std::optional<std::vector<GitFile>>& listed);

// "'data/raw' 2.5 GiB" for the folders that make a workspace large, largest first. A folder that holds nearly all of another one stands
// for it.
struct LargeFolder {
  std::string path;  // "." for files of the root itself
  std::int64_t bytes = 0;
  friend bool operator==(const LargeFolder&, const LargeFolder&) = default;
};
std::vector<LargeFolder> largest_folders(const domain::Manifest& manifest, std::size_t count_max);

}  // namespace tamarack::artifact
