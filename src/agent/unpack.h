// Makes a folder be what a manifest says, from contents that are on this machine: copies (never hard links, tests write), executable bits,
// symbolic links, empty folders; what does not belong goes. A folder that is nearly right is only touched where it differs. It may stop
// after any step, and the next unpack() goes on from there; whether a folder is finished is the caller's to note (workspace.h).
#pragma once

#include <functional>
#include <set>
#include <string>

#include "agent/unpack_plan.h"
#include "artifact/workspace/content_store.h"
#include "base/result.h"
#include "domain/manifest.h"

namespace tamarack::agent {

struct UnpackTask {
  std::string tree;             // absolute; made if it is missing
  std::string stamps_file;      // what files there were known to hold; on the same disk, outside of the tree
  std::set<std::string> kept;   // paths that stay although the manifest does not know them
  std::function<bool()> go_on;  // asked before every step; false: stop with `cancelled`. May be empty
};

struct UnpackReport {
  std::int64_t steps = 0;  // 0: everything was as it should be
  std::int64_t files_written = 0;
  std::int64_t bytes_written = 0;
  std::int64_t removed = 0;     // files and links, and folders as a whole
  std::int64_t files_read = 0;  // looked into, because something had changed about them
};

// Blocking. Errors: `invalid_argument` for a manifest with problems (domain::problems_of), before anything is touched; `not_found` when a
// content is missing, `corrupt` when it is damaged (it is dropped, so missing() names it), `io`, `cancelled`.
Result<UnpackReport> unpack(const domain::Manifest& manifest, artifact::ContentStore& contents, const UnpackTask& task);

// What lies in the tree and is not the manifest's.
Result<std::set<std::string>> find_strays(const domain::Manifest& manifest, const std::string& tree);

}  // namespace tamarack::agent
