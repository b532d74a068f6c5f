#include "coordinator/read_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/build_view.h"
#include "run/run.h"
#include "wire/journal.h"

namespace tamarack::coordinator {

Result<std::vector<run::Entry>> load_journal(store::Store& store, const domain::RunId& run, std::int64_t after) {
  const std::vector<store::JournalRow> rows = TRY(store.journal(run, after));
  std::vector<run::Entry> entries;
  entries.reserve(rows.size());
  for (const store::JournalRow& row : rows) {
    // Retention takes the journal of a run away from its beginning, a slice at a time.
    if (const std::int64_t expected = after + std::ssize(entries) + 1; row.seq != expected)
      return make_error(entries.empty() ? ErrorCode::not_found : ErrorCode::corrupt,
                        entries.empty() ? fmt::format("run '{}' is being removed", run.value)
                                        : fmt::format("run '{}' has no journal entry {}", run.value, expected));
    auto record = wire::decode_record(row.kind, row.body);
    if (!record) return Error(record.error()).in(fmt::format("journal entry {} of run '{}' cannot be read", row.seq, run.value));
    entries.push_back({row.seq, row.at, std::move(*record), {row.session, row.message}});
  }
  return entries;
}

Result<std::vector<InterruptedRun>> interrupted_runs(store::Store& store, const std::function<bool(const domain::RunId&)>& is_wanted) {
  std::vector<InterruptedRun> runs;
  for (store::RequestRow& row : TRY(store.unfinished_requests())) {
    if (!is_wanted(row.run)) continue;
    auto journal = load_journal(store, row.run);
    runs.push_back({std::move(row), std::move(journal)});
  }
  return runs;
}

Result<const run::Run*> FoldedRuns::of(store::Store& store, const domain::RunId& run) {
  const auto known = std::find_if(kept_.begin(), kept_.end(), [&](const auto& one) { return one->id == run; });
  auto folded = known == kept_.end() ? std::make_unique<run::Run>() : std::move(*known);
  if (known != kept_.end()) kept_.erase(known);
  for (const run::Entry& entry : TRY(load_journal(store, run, folded->last_seq))) run::apply(*folded, entry);
  kept_.push_front(std::move(folded));
  std::size_t tests = 0;
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    tests += kept_[i]->plan.tests.size();
    if (i < kept_min || (i < kept_max && tests <= tests_max)) continue;
    kept_.resize(i);
    break;
  }
  return kept_.front().get();
}

Result<> complete_row(store::Store& store, store::RunRow& row, bool at_work, FoldedRuns& runs) {
  if (row.finished) return {};
  const run::Run& folded = *TRY(runs.of(store, row.run));
  row.ledger = folded.ledger;
  row.attempts = folded.attempts;
  row.refused = run::refused_lines(folded);
  row.exit_code = exit_code_of(domain::Verdict::incomplete);
  row.verdict = report::standing_of(folded, at_work);
  row.headline = report::headline_of(folded, at_work);
  return {};
}

Result<store::RunPage> find_runs(store::Store& store, store::RunFilter filter, const std::optional<domain::Token>& token,
                                 const std::function<bool(const domain::RunId&)>& is_at_work, FoldedRuns& folded) {
  if (token && token->project != domain::all_projects) {
    if (!filter.project.empty() && filter.project != token->project) return store::RunPage{};
    filter.project = token->project;
  }
  const std::string wanted = filter.verdict;
  if (wanted == "running" || wanted == "interrupted") filter.verdict = "unfinished";
  store::RunPage page = TRY(store.find_runs(filter));
  for (store::RunRow& row : page.runs) TRY_VOID(complete_row(store, row, is_at_work(row.run), folded));
  if (filter.verdict != wanted) std::erase_if(page.runs, [&](const store::RunRow& row) { return row.verdict != wanted; });
  return page;
}

Result<report::ReportView> load_view(store::Store& store, const store::RunRow& row, const ViewSource& source) {
  const std::vector<run::Entry> journal = TRY(load_journal(store, row.run));
  if (journal.empty()) return make_error(ErrorCode::corrupt, fmt::format("run '{}' has no journal", row.run.value));
  const Instant ended = row.finished.value_or(journal.back().at);
  const Instant started = row.wall.count() > 0 ? std::min(row.started, ended - row.wall) : row.started;
  report::ReportView view = report::build_view(journal, {.project = row.project,
                                                         .started = started,
                                                         .ended = ended,
                                                         .branch = row.branch,
                                                         .commit = row.commit,
                                                         .machine = source.machine,
                                                         .command = "tamarack run",
                                                         .tamarack_version = source.version,
                                                         .at_work = source.at_work});
  if (row.wall.count() > 0) view.run.wall_ms = row.wall.count();
  return view;
}

}  // namespace tamarack::coordinator
