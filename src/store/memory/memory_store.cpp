#include "store/memory/memory_store.h"

#include <algorithm>

namespace tamarack::store {

Result<> MemoryStore::commit(const Commit& commit) {
  std::vector<JournalRow>& journal = journals_[commit.run];
  for (const JournalRow& row : commit.rows)
    if (std::any_of(journal.begin(), journal.end(), [&](const JournalRow& other) { return other.seq == row.seq; }))
      return make_error(ErrorCode::conflict, fmt::format("journal entry {} of run '{}' exists already", row.seq, commit.run.value));
  journal.insert(journal.end(), commit.rows.begin(), commit.rows.end());
  std::sort(journal.begin(), journal.end(), [](const JournalRow& a, const JournalRow& b) { return a.seq < b.seq; });
  if (commit.run_row) runs_[commit.run] = *commit.run_row;
  for (const ResultRow& row : commit.results) results_[commit.project].push_back({commit.run, row});
  std::vector<StartRow>& starts = starts_[commit.project];
  starts.insert(starts.end(), commit.starts.begin(), commit.starts.end());
  return {};
}

Result<std::vector<JournalRow>> MemoryStore::journal(const domain::RunId& run) {
  return journals_[run];
}

Result<std::optional<RunRow>> MemoryStore::run(const domain::RunId& run) {
  const auto found = runs_.find(run);
  return found == runs_.end() ? std::optional<RunRow>{} : std::optional<RunRow>{found->second};
}

Result<std::vector<RunRow>> MemoryStore::runs(int count_max) {
  std::vector<RunRow> rows;
  for (const auto& [id, row] : runs_) rows.push_back(row);
  std::sort(rows.begin(), rows.end(),
            [](const RunRow& a, const RunRow& b) { return std::tie(a.started, a.run) > std::tie(b.started, b.run); });
  if (rows.size() > static_cast<std::size_t>(count_max)) rows.resize(static_cast<std::size_t>(count_max));
  return rows;
}

Result<domain::History> MemoryStore::history(const std::string& project) {
  domain::History history;
  std::vector<StoredResult> results = results_[project];
  std::stable_sort(results.begin(), results.end(), [](const StoredResult& a, const StoredResult& b) { return a.row.at > b.row.at; });
  for (const StoredResult& result : results) {
    const domain::Outcome outcome = result.row.outcome;
    if (outcome != domain::Outcome::passed && outcome != domain::Outcome::failed && outcome != domain::Outcome::flaky) continue;
    auto& timings = history.tests[result.row.test].timings;
    if (timings.size() < timings_per_test_max) timings.push_back({result.row.duration, result.row.at, outcome});
  }
  std::vector<StartRow> starts = starts_[project];
  std::stable_sort(starts.begin(), starts.end(), [](const StartRow& a, const StartRow& b) { return a.at > b.at; });
  for (const StartRow& start : starts) {
    std::vector<Millis>& kind = start.framework ? history.framework_starts : history.app_starts;
    if (kind.size() < starts_max) kind.push_back(start.duration);
  }
  const RunRow* newest = nullptr;
  for (const auto& [id, row] : runs_)
    if (row.project == project && row.finished && (newest == nullptr || row.started > newest->started)) newest = &row;
  if (newest == nullptr) return history;
  history.has_run = true;
  for (const StoredResult& result : results) {
    const domain::Outcome outcome = result.row.outcome;
    const bool good = outcome == domain::Outcome::passed || outcome == domain::Outcome::flaky || outcome == domain::Outcome::skipped;
    if (result.run == newest->run && !good) history.failed_last_run.push_back(result.row.test);
  }
  std::sort(history.failed_last_run.begin(), history.failed_last_run.end());
  return history;
}

Result<std::optional<std::string>> MemoryStore::cached(const std::string& key) {
  const auto found = cache_.find(key);
  return found == cache_.end() ? std::optional<std::string>{} : std::optional<std::string>{found->second};
}

Result<> MemoryStore::remember(const std::string& key, const std::string& value) {
  cache_[key] = value;
  return {};
}

}  // namespace tamarack::store
