// Which files of a project travel to agents: the rules of [workspace] include and exclude and the names that never belong. Patterns are
// relative to the project's root; one that names or matches a folder stands for everything below it. In this order: never .git and
// .tamarack; not what `exclude` matches; what `include` matches; what git tracks or would offer to add, or, without git, everything but
// the folders that tools fill. Pure text; no file is touched.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tamarack::domain {

class PathPatterns {
 public:
  explicit PathPatterns(std::vector<std::string> patterns);

  bool is_empty() const { return patterns_.empty(); }
  // The path itself, or a folder above it.
  bool match(std::string_view path) const;
  // Something below this folder may match. A `**` does not lead into folders that tools fill unless the pattern names them.
  bool lead_to(std::string_view folder) const;

 private:
  bool match_exactly(std::string_view path) const;

  std::vector<std::string> patterns_;
  mutable std::unordered_map<std::string, bool> folders_;  // what match() found, because all files of a folder ask the same
};

// Who says that a file is there.
enum class FileOrigin { tracked, untracked, walked };

class WorkspaceRules {
 public:
  WorkspaceRules(std::vector<std::string> include, std::vector<std::string> exclude);

  bool belongs(std::string_view path, FileOrigin origin) const;
  // Is it worth to look into this folder? In a git repository only `include` needs a walk.
  bool enters(std::string_view folder, bool only_for_include) const;
  bool has_include() const { return !include_.is_empty(); }

 private:
  PathPatterns include_;
  PathPatterns exclude_;
};

// For the documentation and for messages.
const std::vector<std::string>& folders_never_shipped();  // .git and .tamarack
const std::vector<std::string>& folders_tools_fill();     // what a project without git does not ship either
const std::vector<std::string>& folders_never_offered();  // of these, what is not shipped from git when it is untracked

}  // namespace tamarack::domain
