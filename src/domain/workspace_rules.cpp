#include "domain/workspace_rules.h"

#include <algorithm>

#include "base/text.h"

namespace tamarack::domain {
namespace {

bool is_one_of(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Any segment of the path; the last one only if it is a folder.
bool has_segment_of(const std::vector<std::string>& names, std::string_view path, bool with_last) {
  std::size_t from = 0;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', from)) {
    if (is_one_of(names, path.substr(from, slash - from))) return true;
    from = slash + 1;
  }
  return with_last && is_one_of(names, path.substr(from));
}

// "./dist/" → "dist"
std::string plain_pattern(std::string pattern) {
  while (pattern.starts_with("./")) pattern.erase(0, 2);
  while (pattern.size() > 1 && pattern.ends_with('/')) pattern.pop_back();
  return pattern;
}

bool is_filled_by_tools(const std::string& name) {
  return is_one_of(folders_tools_fill(), name) || is_one_of(folders_never_shipped(), name);
}

bool one_leads_to(const std::vector<std::string>& wanted, const std::vector<std::string>& folder) {
  for (std::size_t i = 0; i < folder.size(); ++i) {
    if (i >= wanted.size()) return true;  // below a folder that matches as a whole
    if (wanted[i].find("**") != std::string::npos)
      return std::none_of(folder.begin() + static_cast<std::ptrdiff_t>(i), folder.end(),
                          [&](const std::string& name) { return is_filled_by_tools(name) && !is_one_of(wanted, name); });
    if (!glob_match(wanted[i], folder[i])) return false;
  }
  return true;
}

}  // namespace

PathPatterns::PathPatterns(std::vector<std::string> patterns) {
  for (std::string& pattern : patterns) patterns_.push_back(plain_pattern(std::move(pattern)));
}

bool PathPatterns::match_exactly(std::string_view path) const {
  return std::any_of(patterns_.begin(), patterns_.end(), [path](const std::string& pattern) { return glob_match(pattern, path); });
}

bool PathPatterns::match(std::string_view path) const {
  if (patterns_.empty()) return false;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
    const auto [folder, is_new] = folders_.emplace(path.substr(0, slash), false);
    if (is_new) folder->second = match_exactly(folder->first);
    if (folder->second) return true;
  }
  return match_exactly(path);
}

bool PathPatterns::lead_to(std::string_view folder) const {
  const std::vector<std::string> segments = split(folder, '/');
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [&](const std::string& pattern) { return one_leads_to(split(pattern, '/'), segments); });
}

WorkspaceRules::WorkspaceRules(std::vector<std::string> include, std::vector<std::string> exclude)
    : include_(std::move(include)), exclude_(std::move(exclude)) {}

bool WorkspaceRules::belongs(std::string_view path, FileOrigin origin) const {
  if (has_segment_of(folders_never_shipped(), path, true) || exclude_.match(path)) return false;
  if (include_.match(path)) return true;
  switch (origin) {
    case FileOrigin::tracked:
      return true;
    case FileOrigin::untracked:
      return !has_segment_of(folders_never_offered(), path, false);
    case FileOrigin::walked:
      return !has_segment_of(folders_tools_fill(), path, false);
  }
  return false;
}

bool WorkspaceRules::enters(std::string_view folder, bool only_for_include) const {
  if (has_segment_of(folders_never_shipped(), folder, true) || exclude_.match(folder)) return false;
  if (!only_for_include && !has_segment_of(folders_tools_fill(), folder, true)) return true;
  return include_.lead_to(folder);
}

const std::vector<std::string>& folders_never_shipped() {
  static const std::vector<std::string> names{".git", ".tamarack"};
  return names;
}

const std::vector<std::string>& folders_tools_fill() {
  static const std::vector<std::string> names{"node_modules", "__pycache__", ".venv",         "build",        "dist",
                                              "target",       "coverage",    ".pytest_cache", "test-results", "playwright-report"};
  return names;
}

const std::vector<std::string>& folders_never_offered() {
  static const std::vector<std::string> names{"node_modules", "__pycache__", ".venv"};
  return names;
}

}  // namespace tamarack::domain
