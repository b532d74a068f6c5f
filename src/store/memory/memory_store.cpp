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

Result<std::vector<JournalRow>> MemoryStore::journal(const domain::RunId& run, std::int64_t after) {
  std::vector<JournalRow> rows;
  for (const JournalRow& row : journals_[run])
    if (row.seq > after) rows.push_back(row);
  return rows;
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
  const auto finished_run = [&](const domain::RunId& id) -> const RunRow* {
    const auto found = runs_.find(id);
    return found != runs_.end() && found->second.project == project && found->second.finished ? &found->second : nullptr;
  };
  history.has_run = std::any_of(runs_.begin(), runs_.end(), [&](const auto& one) { return finished_run(one.first) != nullptr; });
  std::map<domain::TestId, std::pair<Instant, domain::Outcome>> newest;
  for (const StoredResult& result : results) {  // newest first, so that the first of several in one run stands
    const RunRow* run = finished_run(result.run);
    if (!run) continue;
    const auto [known, is_new] = newest.try_emplace(result.row.test, run->started, result.row.outcome);
    if (!is_new && run->started > known->second.first) known->second = {run->started, result.row.outcome};
  }
  for (const auto& [test, last] : newest) {
    const domain::Outcome outcome = last.second;
    const bool good = outcome == domain::Outcome::passed || outcome == domain::Outcome::flaky || outcome == domain::Outcome::skipped;
    if (!good) history.failed_when_last_run.push_back(test);
  }
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
