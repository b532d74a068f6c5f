#include "coordinator/projection.h"

#include <algorithm>

#include "base/text.h"
#include "wire/journal.h"

namespace tamarack::coordinator {
namespace {

// The first line that says something, without what a terminal would obey, cut between two characters.
std::string first_line(std::string_view text) {
  std::string line(trim(strip_ansi(text.substr(0, 16 * domain::error_line_bytes_max))));
  line.resize(std::min(line.find('\n'), line.size()));
  line = to_valid_utf8(trim(line));
  if (line.size() <= domain::error_line_bytes_max) return line;
  constexpr std::string_view cut = "…";
  std::size_t end = domain::error_line_bytes_max - cut.size();
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) --end;
  return line.substr(0, end) + std::string(cut);
}

std::string error_of(const domain::TestReport& report) {
  return report.errors.empty() ? std::string{} : first_line(report.errors.front().message);
}

struct Project {
  const run::Run& run;
  Instant at;
  store::Commit& commit;
  bool& touches_run;

  store::ResultRow& settled(domain::TestIndex test, domain::Outcome outcome) {
    const domain::TestCase& planned = run.plan.tests.at(test.value);
    commit.results.push_back(
        {.test = planned.id, .identity = planned.identity, .outcome = outcome, .at = at, .attempts = run.tests.at(test.value).executions});
    return commit.results.back();
  }
  void operator()(const run::RunPlanned& record) {
    touches_run = true;
    for (const domain::TestCase& test : record.plan.tests) commit.planned.push_back({test.id, test.identity});
  }
  void operator()(const run::RunFinished&) { touches_run = true; }
  void operator()(const run::MessageRefused&) { touches_run = true; }
  void operator()(const run::ArtifactStored& record) {
    if (!record.attachment.sha256.empty()) commit.artifacts.push_back({record.attachment.sha256, record.attachment.size});
  }
  void operator()(const run::WorkerReady& record) {
    if (record.app_start.count() > 0) commit.starts.push_back({false, record.app_start, at});
  }
  void operator()(const run::TestFinished& record) {
    const domain::TestReport& report = record.report;
    if (record.settles != domain::Outcome::pending) {
      store::ResultRow& row = settled(report.test, record.settles);
      row.duration = report.duration;
      row.error = error_of(report);
    } else if (record.counted && (report.status == domain::TestStatus::failed || report.status == domain::TestStatus::timed_out)) {
      commit.tries.push_back({run.plan.tests.at(report.test.value).id, report.duration, error_of(report)});
    }
  }
  void operator()(const run::TestSettled& record) {
    const run::TestState& state = run.tests.at(record.test.value);
    // A verdict that was carried forward from another run: it is remembered there, and here nothing was executed.
    const bool is_good = domain::has_run(record.outcome) && !domain::has_failed(record.outcome);
    if ((is_good || record.outcome == domain::Outcome::skipped) && state.executions == 0) return;
    store::ResultRow& row = settled(record.test, record.outcome);
    row.cut_off = state.failures > 0;
    if (!row.cut_off) row.error = first_line(record.reason);
  }
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
    changed.refused = run::refused_lines(run);
    commit.run_row = changed;
  }
  return commit;
}

}  // namespace tamarack::coordinator
