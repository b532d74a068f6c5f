#include "agent/watch_patterns.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace tamarack::agent {
namespace {

constexpr std::string_view wildcards = "*?";

bool is_plain(std::string_view pattern) {
  return pattern.find_first_of(wildcards) == std::string_view::npos;
}

bool never_holds_artifacts(std::string_view folder) {
  static constexpr std::array<std::string_view, 3> names{"node_modules", ".git", ".tamarack"};
  return std::find(names.begin(), names.end(), folder) != names.end();
}

bool one_leads_to(const std::string& pattern, const std::vector<std::string>& folder) {
  const std::vector<std::string> wanted = split(pattern, '/');
  for (std::size_t i = 0; i < folder.size(); ++i) {
    if (i >= wanted.size()) return is_plain(pattern);  // below a folder that is wanted as a whole
    if (wanted[i].find("**") != std::string::npos)
      return std::none_of(folder.begin() + static_cast<std::ptrdiff_t>(i), folder.end(), never_holds_artifacts);
    if (!glob_match(wanted[i], folder[i])) return false;
  }
  return true;
}

}  // namespace

bool WatchPatterns::matches(std::string_view path) const {
  return std::any_of(patterns_.begin(), patterns_.end(), [path](const std::string& pattern) {
    if (!is_plain(pattern)) return glob_match(pattern, path);
    return path == pattern || (path.starts_with(pattern) && path.substr(pattern.size()).starts_with('/'));
  });
}

bool WatchPatterns::leads_to(std::string_view folder) const {
  const std::vector<std::string> segments = split(folder, '/');
  return std::any_of(patterns_.begin(), patterns_.end(), [&](const std::string& pattern) { return one_leads_to(pattern, segments); });
}

std::vector<std::string> WatchPatterns::starts() const {
  std::vector<std::string> folders;
  for (const std::string& pattern : patterns_) {
    const std::size_t wild = std::min(pattern.find_first_of(wildcards), pattern.size());
    const std::size_t slash = pattern.rfind('/', wild == pattern.size() ? wild : wild - 1);
    folders.push_back(slash == 0 || slash == std::string::npos ? "/" : pattern.substr(0, slash));
  }
  return folders;
}

}  // namespace tamarack::agent
