#include "coordinator/live_run.h"

#include <algorithm>
#include <tuple>

#include "report/build_view.h"
#include "report/ledger_json.h"
#include "run/carry.h"

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

void LiveRun::note(const run::PhaseEnded& record) {
  flows_[record.flow].ended[record.phase] = at_;
  changed_flows_.insert(record.flow);
}
void LiveRun::note(const run::FlowEnded& record) {
  Flow& flow = flows_[record.flow];
  flow.active = record.active;
  flow.reason = run::carried_from(record).empty() ? record.reason : std::string{};
  changed_flows_.insert(record.flow);
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
  changed_flows_.clear();
  patched_ = seq();
}

std::string LiveRun::take_patch(bool at_work, Instant now) {
  if (seq() == patched_) return {};
  std::string patch = write(at_work, now, changed_tests_, changed_workers_, changed_flows_);
  forget_changes();
  return patch;
}

std::string LiveRun::whole_patch(bool at_work, Instant now) const {
  std::set<std::size_t> running;
  for (const auto& [test, state] : tests_)
    if (state.running) running.insert(test);
  std::set<domain::WorkerId> everybody;
  for (const auto& [id, worker] : workers_) everybody.insert(id);
  std::set<std::int32_t> open;
  for (std::size_t flow = 0; flow < run_.flows.size(); ++flow) {
    const std::vector<run::PhaseState>& phases = run_.flows[flow].phases;
    if (std::any_of(phases.begin(), phases.end(), [](const run::PhaseState& phase) { return phase.is_open(); }))
      open.insert(static_cast<std::int32_t>(flow));
  }
  return write(at_work, now, running, everybody, open);
}

std::vector<LiveRun::Place> LiveRun::parked(std::size_t count_max) const {
  std::vector<std::tuple<Instant, Instant, Place>> waits;  // deadline, since when
  for (std::size_t f = 0; f < run_.flows.size(); ++f)
    for (std::size_t p = 0; p < run_.flows[f].phases.size(); ++p) {
      const run::PhaseState& phase = run_.flows[f].phases[p];
      if (!phase.is_open() || !run_.plan.flows[f].phases[p].tests.empty()) continue;
      waits.emplace_back(phase.deadline, phase.began_at, Place{static_cast<std::int32_t>(f), static_cast<std::int32_t>(p)});
    }
  const std::size_t count = std::min(count_max, waits.size());
  std::partial_sort(waits.begin(), waits.begin() + static_cast<std::ptrdiff_t>(count), waits.end());
  std::vector<Place> places;
  for (std::size_t i = 0; i < count; ++i) places.push_back(std::get<Place>(waits[i]));
  return places;
}

// A flow as a whole: its phases are few, and a reader need not know what was told before.
void LiveRun::write_flow(report::JsonWriter& out, std::int32_t number) const {
  const run::FlowState& flow = run_.flows.at(static_cast<std::size_t>(number));
  const auto known = flows_.find(number);
  const Flow seen = known == flows_.end() ? Flow{} : known->second;
  const auto since_start = [&](Instant at) { return (at - run_.started).count(); };
  out.begin_object();
  out.field("flow", std::int64_t{number});
  out.field("outcome", to_string(flow.outcome));
  out.field("reason", seen.reason);
  out.field("active_ms", seen.active.count());
  out.field("waited_ms", flow.waited.count());
  out.key("phases");
  out.begin_array();
  for (std::size_t i = 0; i < flow.phases.size(); ++i) {
    const run::PhaseState& phase = flow.phases[i];
    if (!phase.began) continue;
    const auto ended = seen.ended.find(static_cast<std::int32_t>(i));
    out.begin_object();
    out.field("phase", static_cast<std::int64_t>(i));
    out.field("outcome", phase.ended ? to_string(phase.outcome) : "open");
    out.field("message", phase.message);
    out.field("started_ms", since_start(phase.began_at));
    out.field("duration_ms", ended == seen.ended.end() ? std::int64_t{0} : (ended->second - phase.began_at).count());
    out.field("deadline_ms", phase.deadline == run::no_deadline ? std::int64_t{0} : since_start(phase.deadline));
    out.end_object();
  }
  out.end_array();
  out.end_object();
}

std::string LiveRun::write(bool at_work, Instant now, const std::set<std::size_t>& tests, const std::set<domain::WorkerId>& workers,
                           const std::set<std::int32_t>& flows) const {
  report::JsonWriter out;
  out.begin_object();
  out.field("seq", seq());
  out.field("at_ms", ((at_work && !run_.finished ? std::max(at_, now) : at_) - run_.started).count());
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
  if (!flows.empty()) {
    out.key("flows");
    out.begin_array();
    for (const std::int32_t flow : flows) write_flow(out, flow);
    out.end_array();
  }
  out.end_object();
  return std::move(out).take();
}

}  // namespace tamarack::coordinator
