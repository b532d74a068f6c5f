#include "agent/workspace_choice.h"

#include <algorithm>

namespace tamarack::agent {

std::optional<std::string> choose_folder(const std::vector<WorkspaceFolder>& folders, const WorkspaceWish& wish) {
  const WorkspaceFolder* best = nullptr;
  const WorkspaceFolder* oldest = nullptr;
  bool best_is_same = false;
  for (const WorkspaceFolder& folder : folders) {
    if (!folder.is_free) continue;
    if (!oldest || folder.used_ms < oldest->used_ms) oldest = &folder;
    if (folder.project != wish.project || folder.setup_key != wish.setup_key) continue;
    const bool is_same = folder.manifest_id == wish.manifest_id;
    const bool is_better = !best || (is_same && !best_is_same) || (is_same == best_is_same && folder.used_ms > best->used_ms);
    if (!is_better) continue;
    best = &folder;
    best_is_same = is_same;
  }
  if (best) return best->name;
  if (oldest && folders.size() >= wish.folders_max) return oldest->name;
  return std::nullopt;
}

std::vector<std::string> folders_to_remove(std::vector<WorkspaceFolder> folders, std::size_t folders_max) {
  std::sort(folders.begin(), folders.end(), [](const WorkspaceFolder& left, const WorkspaceFolder& right) {
    return left.is_free != right.is_free ? !left.is_free : left.used_ms > right.used_ms;
  });
  std::vector<std::string> names;
  for (std::size_t i = folders.size(); i > folders_max; --i)
    if (folders[i - 1].is_free) names.push_back(folders[i - 1].name);
  return names;
}

}  // namespace tamarack::agent
