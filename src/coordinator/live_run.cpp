#include "coordinator/live_run.h"

#include "report/build_view.h"
#include "report/ledger_json.h"

namespace tamarack::coordinator {

void LiveRun::take(const run::Entry& entry) {
  at_ = entry.at;
  // Before it is applied: the end of a lease needs to know whose it was.
  std::visit([this](const auto& record) { note(record); }, entry.record);
  run::apply(run_, entry);
}

void LiveRun::set(const domain::WorkerId& worker, const std::string& state, std::int64_t test, std::int64_t unit) {
  workers_[worker] = {.state = state, .test = test, .unit = unit, .since = at_};
  changed_workers_.insert(worker);
}

void LiveRun::note(const run::WorkerJoined& record) {
  set(record.worker, "starting", -1, -1);
}
void LiveRun::note(const run::WorkerReady& record) {
  set(record.worker, "idle", -1, -1);
}
void LiveRun::note(const run::WorkerEnded& record) {
  set(record.worker, record.silent ? "away" : "ended", -1, -1);
}
void LiveRun::note(const run::LeaseGranted& record) {
  leases_[record.term] = record.worker;
  const std::int64_t unit = record.pieces.empty() ? -1 : static_cast<std::int64_t>(record.pieces.front().unit.value);
  set(record.worker, "running", -1, unit);
}
void LiveRun::note(const run::TestStarted& record) {
  const std::size_t test = record.test.value;
  tests_[test].running = true;
  tests_[test].worker = leases_[record.term].value;
  changed_tests_.insert(test);
  in_flight_[record.term].insert(test);
  const std::int64_t unit = test < run_.tests.size() ? static_cast<std::int64_t>(run_.tests[test].unit.value) : -1;
  set(leases_[record.term], "running", static_cast<std::int64_t>(test), unit);
}
void LiveRun::note(const run::TestFinished& record) {
  const std::size_t test = record.report.test.value;
  Test& state = tests_[test];
  ++state.attempts;
  if (record.counted) {
    state.duration = record.report.duration;
    state.worker = record.worker.value;
  }
  if (in_flight_[record.term].erase(test) > 0) state.running = false;
  changed_tests_.insert(test);
  const auto worker = workers_.find(record.worker);
  if (worker != workers_.end() && worker->second.test == static_cast<std::int64_t>(test))
    set(record.worker, worker->second.state, -1, worker->second.unit);
}
void LiveRun::note(const run::TestSettled& record) {
  tests_[record.test.value].running = false;
  changed_tests_.insert(record.test.value);
}
void LiveRun::note(const run::TestInterrupted& record) {
  tests_[record.test.value].running = false;
  changed_tests_.insert(record.test.value);
}
void LiveRun::note(const run::LeaseEnded& record) {
  release(record.term);
}

// Whatever was in flight under it is not any more.
void LiveRun::release(domain::Term term) {
  for (const std::size_t test : in_flight_[term]) {
    tests_[test].running = false;
    changed_tests_.insert(test);
  }
  in_flight_.erase(term);
  const auto lease = leases_.find(term);
  if (lease == leases_.end()) return;
  if (workers_[lease->second].state == "running") set(lease->second, "idle", -1, -1);
  leases_.erase(lease);
}

std::string LiveRun::outcome_of(std::size_t test) const {
  const domain::Outcome outcome = test < run_.tests.size() ? run_.tests[test].outcome : domain::Outcome::pending;
  const auto state = tests_.find(test);
  if (outcome == domain::Outcome::pending && state != tests_.end() && state->second.running) return "running";
  return std::string(to_string(outcome));
}

void LiveRun::forget_changes() {
  changed_tests_.clear();
  changed_workers_.clear();
  patched_ = seq();
}

std::string LiveRun::take_patch(bool at_work) {
  if (seq() == patched_) return {};
  std::string patch = write(at_work, changed_tests_, changed_workers_);
  forget_changes();
  return patch;
}

std::string LiveRun::whole_patch(bool at_work) const {
  std::set<std::size_t> running;
  for (const auto& [test, state] : tests_)
    if (state.running) running.insert(test);
  std::set<domain::WorkerId> everybody;
  for (const auto& [id, worker] : workers_) everybody.insert(id);
  return write(at_work, running, everybody);
}

std::string LiveRun::write(bool at_work, const std::set<std::size_t>& tests, const std::set<domain::WorkerId>& workers) const {
  report::JsonWriter out;
  out.begin_object();
  out.field("seq", seq());
  out.field("at_ms", (at_ - run_.started).count());
  out.key("run");
  out.begin_object();
  out.field("verdict", report::standing_of(run_, at_work));
  out.field("headline", report::headline_of(run_, at_work));
  out.field("exit_code", std::int64_t{exit_code_of(run_.finished ? run_.verdict : domain::Verdict::incomplete)});
  out.field("wall_ms", (run_.finished.value_or(at_) - run_.started).count());
  out.field("workers", run_.plan.workers);
  out.field("attempts", run_.attempts);
  out.end_object();
  report::write_ledger(out, run_.ledger);
  out.field("pending", run_.ledger.count(domain::Outcome::pending));
  out.key("tests");
  out.begin_array();
  for (const std::size_t test : tests) {
    const auto known = tests_.find(test);
    const Test state = known == tests_.end() ? Test{} : known->second;
    out.begin_object();
    out.field("test", static_cast<std::int64_t>(test));
    out.field("outcome", outcome_of(test));
    out.field("duration_ms", state.duration.count());
    out.field("worker", state.worker);
    out.field("attempts", state.attempts);
    out.end_object();
  }
  out.end_array();
  out.key("workers");
  out.begin_array();
  for (const domain::WorkerId& id : workers) {
    const Worker& worker = workers_.at(id);
    out.begin_object();
    out.field("name", id.value);
    out.field("state", worker.state);
    out.field("test", worker.test);
    out.field("unit", worker.unit);
    out.field("since_ms", (worker.since - run_.started).count());
    out.end_object();
  }
  out.end_array();
  out.end_object();
  return std::move(out).take();
}

}  // namespace tamarack::coordinator
