#include "coordinator/projection.h"

#include "wire/journal.h"

namespace tamarack::coordinator {
namespace {

struct Project {
  const run::Run& run;
  Instant at;
  store::Commit& commit;
  bool& touches_run;

  void settled(domain::TestIndex test, domain::Outcome outcome, Millis duration) {
    const domain::TestCase& planned = run.plan.tests.at(test.value);
    commit.results.push_back({planned.id, domain::display_name(planned.identity), outcome, duration, at});
  }
  void operator()(const run::RunPlanned&) { touches_run = true; }
  void operator()(const run::RunFinished&) { touches_run = true; }
  void operator()(const run::WorkerReady& record) {
    if (record.app_start.count() > 0) commit.starts.push_back({false, record.app_start, at});
  }
  void operator()(const run::TestFinished& record) {
    if (record.settles != domain::Outcome::pending) settled(record.report.test, record.settles, record.report.duration);
  }
  void operator()(const run::TestSettled& record) { settled(record.test, record.outcome, Millis{0}); }
  void operator()(const run::LeaseEnded& record) {
    if (record.invocation.framework_start.count() > 0) commit.starts.push_back({true, record.invocation.framework_start, at});
  }
  template <class Other>
  void operator()(const Other&) {}
};

}  // namespace

store::Commit project(const store::RunRow& row, const run::Run& run, const std::vector<run::Entry>& entries) {
  store::Commit commit{.run = run.id, .project = row.project};
  bool touches_run = false;
  commit.rows.reserve(entries.size());
  for (const run::Entry& entry : entries) {
    commit.rows.push_back({entry.seq, entry.at, std::string(wire::kind_of(entry.record)), wire::encode_body(entry.record),
                           entry.cause.session, entry.cause.message});
    std::visit(Project{run, entry.at, commit, touches_run}, entry.record);
  }
  if (touches_run) {
    store::RunRow changed = row;
    changed.run = run.id;
    changed.framework = run.plan.framework;
    changed.started = run.started;
    changed.finished = run.finished;
    changed.verdict = run.finished ? std::string(to_string(run.verdict)) : std::string{};
    changed.headline = run.finished ? headline(run.ledger, run.circumstances) : std::string{};
    changed.exit_code = run.finished ? exit_code_of(run.verdict) : exit_code_of(domain::Verdict::incomplete);
    changed.ledger = run.ledger;
    changed.workers = run.plan.workers;
    changed.seed = run.plan.seed;
    changed.attempts = run.attempts;
    commit.run_row = changed;
  }
  return commit;
}

}  // namespace tamarack::coordinator
