// What git says belongs to a project: tracked files, and new ones that are not ignored, also of repositories inside (submodules). Asks
// git itself, because nobody else reads its ignore files, sparse checkouts and attributes rightly.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "domain/workspace_rules.h"
#include "io/loop.h"

namespace tamarack::artifact {

struct GitFile {
  std::string path;
  domain::FileOrigin origin = domain::FileOrigin::tracked;
  friend bool operator==(const GitFile&, const GitFile&) = default;
};

struct GitListing {
  std::vector<GitFile> files;
  std::vector<std::string> repositories;  // folders that are repositories of their own
};
// The bytes of `git ls-files -co -t -s -z`. Files that are only in the index, and those with several versions in a conflict, come as
// often as git says. Errors: `corrupt`.
Result<GitListing> parse_git_listing(std::string_view bytes);

// Nothing when `root` is not in a git repository. Errors: `unavailable` when it is in one but git is missing or refuses to answer,
// because shipping everything then would ship what is ignored.
void list_git_files(io::Loop& loop, const std::string& root, std::function<void(Result<std::optional<std::vector<GitFile>>>)> done);

}  // namespace tamarack::artifact
