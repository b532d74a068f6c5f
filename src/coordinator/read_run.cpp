#include "coordinator/read_run.h"

#include <fmt/format.h>

#include "report/build_view.h"
#include "run/run.h"
#include "wire/journal.h"

namespace tamarack::coordinator {
namespace {

constexpr int searched_max = 10'000;  // the newest runs, of all projects

}  // namespace

Result<std::vector<run::Entry>> load_journal(store::Store& store, const domain::RunId& run, std::int64_t after) {
  const std::vector<store::JournalRow> rows = TRY(store.journal(run, after));
  std::vector<run::Entry> entries;
  entries.reserve(rows.size());
  for (const store::JournalRow& row : rows) {
    auto record = wire::decode_record(row.kind, row.body);
    if (!record) return Error(record.error()).in(fmt::format("journal entry {} of run '{}' cannot be read", row.seq, run.value));
    entries.push_back({row.seq, row.at, std::move(*record), {row.session, row.message}});
  }
  return entries;
}

Result<> complete_row(store::Store& store, store::RunRow& row, bool at_work) {
  if (row.finished) return {};
  run::Run folded;
  for (const run::Entry& entry : TRY(load_journal(store, row.run))) run::apply(folded, entry);
  row.ledger = folded.ledger;
  row.attempts = folded.attempts;
  row.exit_code = exit_code_of(domain::Verdict::incomplete);
  row.verdict = report::standing_of(folded, at_work);
  row.headline = report::headline_of(folded, at_work);
  return {};
}

Result<std::vector<store::RunRow>> find_runs(store::Store& store, const RunQuery& query, const std::optional<domain::Token>& token,
                                             const domain::RunId& at_work) {
  std::vector<store::RunRow> found;
  for (store::RunRow& row : TRY(store.runs(searched_max))) {
    if (std::ssize(found) >= query.limit) break;
    if (token && !domain::reaches_project(*token, row.project)) continue;
    if (!query.project.empty() && query.project != row.project) continue;
    if (!query.branch.empty() && query.branch != row.branch) continue;
    TRY_VOID(complete_row(store, row, row.run == at_work));
    if (query.verdict.empty() || query.verdict == row.verdict) found.push_back(std::move(row));
  }
  return found;
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
