#include "store/memory/memory_retention.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace tamarack::store {

void MemoryRetention::add(const Commit& commit) {
  for (const ArtifactRow& row : commit.artifacts) artifacts_[commit.run].emplace(row.sha256, row.bytes);
}

Result<std::vector<AskedRun>> MemoryRetention::asked_runs() {
  std::vector<AskedRun> asked;
  for (const auto& [id, request] : requests_) {
    const auto run = runs_.find(id);
    if (run == runs_.end() || is_removed(id)) continue;
    AskedRun one{.run = id,
                 .project = request.project,
                 .identity = request.identity,
                 .asked = request.at,
                 .finished = run->second.finished,
                 .artifact_bytes = 0};
    for (const auto& [sha256, bytes] : artifacts_[id]) one.artifact_bytes += bytes;
    asked.push_back(std::move(one));
  }
  std::sort(asked.begin(), asked.end(),
            [](const AskedRun& a, const AskedRun& b) { return std::tie(a.asked, a.run) < std::tie(b.asked, b.run); });
  return asked;
}

Result<> MemoryRetention::hide_run(const domain::RunId& run, Instant at) {
  const auto found = runs_.find(run);
  if (found == runs_.end() || is_removed(run)) return make_error(ErrorCode::not_found, fmt::format("there is no run '{}'", run.value));
  if (!found->second.finished) return make_error(ErrorCode::conflict, fmt::format("run '{}' has no end", run.value));
  removed_[run] = at;
  to_clear_.insert(run);
  artifacts_.erase(run);
  return {};
}

Result<bool> MemoryRetention::clear_hidden(int entries_max) {
  if (to_clear_.empty()) return false;
  const domain::RunId run = *to_clear_.begin();
  std::vector<JournalRow>& journal = journals_[run];
  const std::size_t gone = std::min(journal.size(), static_cast<std::size_t>(std::max(entries_max, 1)));
  journal.erase(journal.begin(), journal.begin() + static_cast<std::ptrdiff_t>(gone));
  if (gone < static_cast<std::size_t>(std::max(entries_max, 1))) {
    if (const auto request = requests_.find(run); request != requests_.end()) request->second.body.clear();
    to_clear_.erase(run);
  }
  return !to_clear_.empty();
}

Result<std::optional<RemovedRun>> MemoryRetention::removed_run(const domain::RunId& run) {
  const auto found = removed_.find(run);
  if (found == removed_.end()) return std::optional<RemovedRun>{};
  return std::optional(RemovedRun{runs_.at(run).project, found->second});
}

Result<std::set<std::string>> MemoryRetention::artifacts_in_use(const std::string& project, std::span<const std::string> sha256) {
  std::set<std::string> used;
  for (const auto& [run, artifacts] : artifacts_)
    for (const std::string& one : sha256)
      if (artifacts.contains(one) && runs_.contains(run) && runs_.at(run).project == project) used.insert(one);
  return used;
}

}  // namespace tamarack::store
