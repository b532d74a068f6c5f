#include "agent/unpack_plan.h"

#include <algorithm>
#include <unordered_map>

namespace tamarack::agent {
namespace {

using domain::FileKind;
using domain::Manifest;
using domain::ManifestEntry;

using EntriesByPath = std::unordered_map<std::string_view, const ManifestEntry*>;

EntriesByPath by_path(const Manifest& manifest) {
  EntriesByPath entries;
  for (const ManifestEntry& entry : manifest.entries)
    if (entry.kind != FileKind::folder) entries.emplace(entry.path, &entry);
  return entries;
}

bool has_right_content(const Present& there, const ManifestEntry& entry) {
  if (entry.kind == FileKind::symlink) return there.kind == Present::Kind::symlink && there.target == entry.target;
  return there.kind == Present::Kind::file && there.sha256 == entry.sha256;
}

}  // namespace

std::unordered_set<std::string> folders_of(const Manifest& manifest) {
  std::unordered_set<std::string> folders;
  for (const ManifestEntry& entry : manifest.entries) {
    if (entry.kind == FileKind::folder) folders.insert(entry.path);
    // From the inside out: what is above a known folder is known.
    for (std::size_t slash = entry.path.rfind('/'); slash != std::string::npos; slash = entry.path.rfind('/', slash - 1))
      if (!folders.insert(entry.path.substr(0, slash)).second) break;
  }
  return folders;
}

std::vector<UnpackStep> plan_unpack(const Manifest& manifest, const std::vector<Present>& present, const std::set<std::string>& kept) {
  using Kind = UnpackStep::Kind;
  const EntriesByPath entries = by_path(manifest);
  std::unordered_set<std::string> folders_missing = folders_of(manifest);
  const std::unordered_set<std::string> folders = folders_missing;
  std::unordered_set<std::string_view> good;
  std::vector<UnpackStep> steps;
  std::vector<UnpackStep> modes;
  for (const Present& there : present) {
    const auto wanted = entries.find(there.path);
    if (folders.contains(there.path) && there.kind == Present::Kind::folder) {
      folders_missing.erase(there.path);
    } else if (wanted != entries.end() && has_right_content(there, *wanted->second)) {
      good.insert(wanted->first);
      if (there.executable != wanted->second->executable) modes.push_back({Kind::set_mode, there.path, wanted->second});
    } else if (wanted != entries.end() || folders.contains(there.path) || !kept.contains(there.path)) {
      steps.push_back({Kind::remove, there.path, nullptr});
    }
  }
  std::vector<std::string> missing(folders_missing.begin(), folders_missing.end());
  std::sort(missing.begin(), missing.end());
  for (std::string& folder : missing) steps.push_back({Kind::make_folder, std::move(folder), nullptr});
  for (const ManifestEntry& entry : manifest.entries)
    if (entry.kind != FileKind::folder && !good.contains(entry.path))
      steps.push_back({entry.kind == FileKind::symlink ? Kind::make_symlink : Kind::copy, entry.path, &entry});
  steps.insert(steps.end(), modes.begin(), modes.end());
  return steps;
}

std::set<std::string> strays_of(const Manifest& manifest, const std::vector<Present>& present) {
  const EntriesByPath entries = by_path(manifest);
  const std::unordered_set<std::string> folders = folders_of(manifest);
  std::set<std::string> strays;
  for (const Present& there : present)
    if (!entries.contains(there.path) && !folders.contains(there.path)) strays.insert(there.path);
  return strays;
}

}  // namespace tamarack::agent
