#include "cli/rerun.h"

#include <fmt/format.h>

#include <set>

#include "coordinator/read_run.h"

namespace tamarack::cli {

namespace {

Result<run::Run> planned_run(const std::vector<run::Entry>& journal, const std::string& run) {
  run::Run folded;
  for (const run::Entry& entry : journal) run::apply(folded, entry);
  if (!folded.is_planned()) return make_error(ErrorCode::corrupt, fmt::format("run '{}' has no plan", run));
  return folded;
}

Error no_end_yet(const std::string& run) {
  return make_error(ErrorCode::conflict, fmt::format("run '{}' has no end yet", run),
                    fmt::format("`tamarack resume {}` finishes an interrupted run", run));
}

// Here, where two runs never work at the same time: it was stopped and killed before its end was written, and nothing more comes of it.
bool was_stopped_for_good(const run::Run& run) {
  return run.stopping && !run.ledger.is_complete();
}

}  // namespace

Result<run::Run> folded_run(const std::vector<run::Entry>& journal, const std::string& run) {
  run::Run folded = TRY(planned_run(journal, run));
  if (!folded.finished) return no_end_yet(run);
  return folded;
}

Result<run::Run> earlier_run(store::Store& store, const std::string& run) {
  std::string wanted = run;
  if (wanted.empty())
    for (const store::RunRow& row : TRY(store.runs(1000)))
      if (wanted.empty() && row.finished) wanted = row.run.value;
  if (wanted.empty()) return make_error(ErrorCode::not_found, "no finished run is recorded here", "start one with `tamarack run`");
  const domain::RunId id{wanted};
  if (!TRY(store.run(id)))
    return make_error(ErrorCode::not_found, fmt::format("there is no run '{}'", wanted), "`tamarack runs` lists all runs");
  const std::vector<run::Entry> journal = TRY(coordinator::load_journal(store, id));
  run::Run folded = TRY(planned_run(journal, wanted));
  if (!folded.finished && !was_stopped_for_good(folded)) return no_end_yet(wanted);
  return folded;
}

void narrow_to(plan::Filter& filter, const run::Run& earlier, const domain::Discovery& discovery) {
  std::set<domain::TestId> known;
  for (const domain::TestCase& test : earlier.plan.tests) known.insert(test.id);
  const bool has_all =
      std::all_of(discovery.tests.begin(), discovery.tests.end(), [&](const domain::TestCase& test) { return known.contains(test.id); });
  if (has_all) return;
  for (const domain::TestId& id : known) filter.only.push_back(id.value);
}

}  // namespace tamarack::cli
