// The globs of [artifacts] watch: which files are wanted, and which folders can hold one. Pure text; no file is touched.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tamarack::agent {

class WatchPatterns {
 public:
  // Patterns are absolute paths with wildcards, normalised. One without wildcards names a file or a whole folder.
  explicit WatchPatterns(std::vector<std::string> patterns) : patterns_(std::move(patterns)) {}

  bool matches(std::string_view path) const;
  // Folders a `**` would lead into but that never hold artifacts (node_modules, .git, .tamarack) are refused unless a pattern names them.
  bool leads_to(std::string_view folder) const;
  // The folders above the first wildcard, one per pattern.
  std::vector<std::string> starts() const;

 private:
  std::vector<std::string> patterns_;
};

}  // namespace tamarack::agent
