#include "store/memory/memory_store.h"

#include <algorithm>

#include "base/text.h"
#include "store/page_cursor.h"

namespace tamarack::store {

Result<> MemoryStore::commit(const Commit& commit) {
  std::vector<JournalRow>& journal = journals_[commit.run];
  for (const JournalRow& row : commit.rows)
    if (std::any_of(journal.begin(), journal.end(), [&](const JournalRow& other) { return other.seq == row.seq; }))
      return make_error(ErrorCode::conflict, fmt::format("journal entry {} of run '{}' exists already", row.seq, commit.run.value));
  if (commit.request && !requests_.emplace(commit.run, *commit.request).second)
    return make_error(ErrorCode::conflict, fmt::format("there is a request for run '{}' already", commit.run.value));
  journal.insert(journal.end(), commit.rows.begin(), commit.rows.end());
  std::sort(journal.begin(), journal.end(), [](const JournalRow& a, const JournalRow& b) { return a.seq < b.seq; });
  tests_.add(commit);
  if (commit.run_row) {
    tests_.note_end(*commit.run_row);
    const auto [known, is_new] = runs_.try_emplace(commit.run);
    std::string set_aside = std::move(known->second.set_aside);  // not a commit's business
    known->second = *commit.run_row;
    known->second.set_aside = std::move(set_aside);
  }
  retention_.add(commit);
  std::vector<StartRow>& starts = starts_[commit.project];
  starts.insert(starts.end(), commit.starts.begin(), commit.starts.end());
  return {};
}

Result<std::int64_t> MemoryStore::journal_end(const domain::RunId& run) {
  const std::vector<JournalRow>& journal = journals_[run];
  return journal.empty() ? 0 : journal.back().seq;
}

Result<std::vector<JournalRow>> MemoryStore::journal(const domain::RunId& run, std::int64_t after) {
  std::vector<JournalRow> rows;
  for (const JournalRow& row : journals_[run])
    if (row.seq > after) rows.push_back(row);
  return rows;
}

Result<std::optional<RunRow>> MemoryStore::run(const domain::RunId& run) {
  const auto found = runs_.find(run);
  return found == runs_.end() || retention_.is_removed(run) ? std::optional<RunRow>{} : std::optional<RunRow>{found->second};
}

Result<std::vector<RunRow>> MemoryStore::runs(int count_max) {
  std::vector<RunRow> rows;
  for (const auto& [id, row] : runs_)
    if (!retention_.is_removed(id)) rows.push_back(row);
  std::sort(rows.begin(), rows.end(),
            [](const RunRow& a, const RunRow& b) { return std::tie(a.started, a.run) > std::tie(b.started, b.run); });
  if (rows.size() > static_cast<std::size_t>(count_max)) rows.resize(static_cast<std::size_t>(count_max));
  return rows;
}

Result<RunPage> MemoryStore::find_runs(const RunFilter& filter) {
  const std::optional<RunCursor> before = TRY(parse_run_cursor(filter.before));
  const auto wanted = [&](const RunRow& row) {
    if (!filter.project.empty() && row.project != filter.project) return false;
    if (!filter.branch.empty() && row.branch != filter.branch) return false;
    if (filter.verdict == unfinished_verdict ? row.finished.has_value() : !filter.verdict.empty() && row.verdict != filter.verdict)
      return false;
    if (before && std::tie(row.started, row.run) >= std::tie(before->started, before->run)) return false;
    return std::ranges::any_of(std::array{&row.run.value, &row.headline, &row.branch, &row.commit},
                               [&](const std::string* text) { return contains_ignoring_case(*text, filter.text); });
  };
  const auto limit = static_cast<std::size_t>(std::clamp(filter.limit, 1, page_max));
  RunPage page;
  for (const RunRow& row : TRY(runs(std::numeric_limits<int>::max()))) {
    if (!wanted(row)) continue;
    if (page.runs.size() == limit) {
      page.next = to_text(RunCursor{page.runs.back().started, page.runs.back().run});
      break;
    }
    page.runs.push_back(row);
  }
  return page;
}

Result<std::vector<ProjectRow>> MemoryStore::projects() {
  std::map<std::string, ProjectRow> found;
  for (const RunRow& row : TRY(runs(std::numeric_limits<int>::max()))) {
    const auto [project, is_new] = found.try_emplace(row.project, ProjectRow{row.project, 0, row});
    ++project->second.runs;
  }
  std::vector<ProjectRow> rows;
  for (auto& [name, row] : found) rows.push_back(std::move(row));
  return rows;
}

Result<std::optional<RequestRow>> MemoryStore::request(const domain::RunId& run) {
  const auto found = requests_.find(run);
  return found == requests_.end() ? std::optional<RequestRow>{} : std::optional<RequestRow>{found->second};
}

Result<std::optional<RequestRow>> MemoryStore::newest_request(const std::string& project, const std::string& identity) {
  std::optional<RequestRow> newest;
  for (const auto& [run, row] : requests_)
    if (!identity.empty() && row.project == project && row.identity == identity && (!newest || newest->at <= row.at)) newest = row;
  return newest;
}

Result<std::vector<RequestRow>> MemoryStore::unfinished_requests() {
  std::vector<RequestRow> rows;
  for (const auto& [run, row] : requests_) {
    const auto known = runs_.find(run);
    if (known == runs_.end() || !known->second.finished) rows.push_back(row);
  }
  std::stable_sort(rows.begin(), rows.end(), [](const RequestRow& a, const RequestRow& b) { return a.at < b.at; });
  return rows;
}

Result<std::optional<RequestRow>> MemoryStore::newest_workspace(const std::string& project) {
  std::optional<RequestRow> newest;
  for (const auto& [run, row] : requests_)
    if (!row.workspace.empty() && row.project == project && (!newest || newest->at <= row.at)) newest = row;
  if (newest) newest->body.clear();
  return newest;
}

Result<> MemoryStore::keep_notices(const std::vector<NoticeRow>& rows) {
  for (const NoticeRow& row : rows) {
    if (row.json.empty())
      notices_.erase(row.key);
    else
      notices_[row.key] = row.json;
  }
  return {};
}

Result<std::vector<NoticeRow>> MemoryStore::notices() {
  std::vector<NoticeRow> rows;
  for (const auto& [key, json] : notices_) rows.push_back({key, json});
  return rows;
}

Result<domain::History> MemoryStore::history(const std::string& project) {
  domain::History history;
  const std::vector<StoredResult> results = tests_.results_of(project);
  for (const StoredResult& result : results) {
    const domain::Outcome outcome = result.row.outcome;
    if (outcome != domain::Outcome::passed && outcome != domain::Outcome::failed && outcome != domain::Outcome::flaky) continue;
    const auto run = runs_.find(result.run);
    if (run != runs_.end() && run->second.finished && !run->second.set_aside.empty()) continue;
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
