#include "coordinator/read_run.h"

#include <fmt/format.h>

#include "report/build_view.h"
#include "wire/journal.h"

namespace tamarack::coordinator {

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

Result<report::ReportView> load_view(store::Store& store, const store::RunRow& row, const std::string& machine,
                                     const std::string& version) {
  const std::vector<run::Entry> journal = TRY(load_journal(store, row.run));
  if (journal.empty()) return make_error(ErrorCode::corrupt, fmt::format("run '{}' has no journal", row.run.value));
  const Instant ended = row.finished.value_or(journal.back().at);
  const Instant started = row.wall.count() > 0 ? std::min(row.started, ended - row.wall) : row.started;
  report::ReportView view = report::build_view(journal, {.project = row.project,
                                                         .started = started,
                                                         .ended = ended,
                                                         .branch = row.branch,
                                                         .commit = row.commit,
                                                         .machine = machine,
                                                         .command = "tamarack run",
                                                         .tamarack_version = version});
  if (row.wall.count() > 0) view.run.wall_ms = row.wall.count();
  return view;
}

}  // namespace tamarack::coordinator
