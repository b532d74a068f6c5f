#include "report/build_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "insight/measures.h"
#include "report/held_back.h"
#include "report/wait_source.h"
#include "run/carry.h"
#include "run/run.h"

namespace tamarack::report {
namespace {

ErrorView view_of(const domain::TestError& error) {
  return {error.message, error.stack, error.file, error.line, error.column, error.snippet};
}

// "local/1", "local/1, 2 times", "on 3 agents (a, b, c)", "on 2 workers of a".
std::string places_of(const std::vector<std::string>& workers) {
  constexpr std::size_t named_max = 5;
  std::set<std::string> distinct(workers.begin(), workers.end());
  if (distinct.size() == 1) return workers.size() == 1 ? workers.front() : fmt::format("{}, {} times", workers.front(), workers.size());
  std::set<std::string> agents;
  for (const std::string& worker : distinct) agents.insert(worker.substr(0, worker.find('/')));
  if (agents.size() == 1) return fmt::format("on {} of {}", count_of(std::ssize(distinct), "worker"), *agents.begin());
  std::vector<std::string> named(agents.begin(), agents.end());
  if (named.size() > named_max) {
    named.resize(named_max);
    named.push_back(fmt::format("and {} more", agents.size() - named_max));
  }
  return fmt::format("on {} ({})", count_of(std::ssize(agents), "agent"), join(named, ", "));
}

// Gathers while the journal is read once, front to back.
class Builder {
 public:
  Builder(const std::vector<run::Entry>& journal, const RunFacts& facts) : journal_(journal), facts_(facts) {}

  ReportView build() {
    find_dead_times();
    for (const run::Entry& entry : journal_) {
      at_ = entry.at;
      std::visit([this](const auto& record) { take(record); }, entry.record);
      run::apply(run_, entry);
    }
    finish();
    return std::move(view_);
  }

 private:
  // Of the run's own clock: it stands still while nobody works on the run.
  std::int64_t since_start(Instant instant) const {
    Millis since = instant - facts_.started;
    for (const DeadTime& dead : dead_times_) since -= std::clamp(instant - dead.from, Millis{0}, dead.to - dead.from);
    return std::max<std::int64_t>(since.count(), 0);
  }

  struct DeadTime {
    Instant from;
    Instant to;
  };

  // Between an interruption and `tamarack resume`. What a resume writes first (what it found on disk, the ends of old leases) is written
  // in one go and ends with `RunResumed`; before it lies the pause, which begins when the last thing happened that is known of.
  void find_dead_times() {
    constexpr Millis one_go{50};
    for (std::size_t resumed = 1; resumed < journal_.size(); ++resumed) {
      const auto* record = std::get_if<run::RunResumed>(&journal_[resumed].record);
      if (record == nullptr || record->leases_live_on) continue;
      Instant last_known = facts_.started;
      std::size_t first = resumed;
      for (;; --first) {
        if (const auto* found = std::get_if<run::TestFinished>(&journal_[first].record))
          last_known = std::max(last_known, found->report.started + found->report.duration);
        if (first == 1 || journal_[first].at - journal_[first - 1].at > one_go) break;
      }
      const Instant from = std::max(last_known, journal_[first - 1].at);
      if (from < journal_[first].at) dead_times_.push_back({from, journal_[first].at});
    }
  }

  WorkerView& worker(const domain::WorkerId& id) {
    const auto found = worker_index_.find(id);
    if (found != worker_index_.end()) return view_.workers[found->second];
    worker_index_[id] = view_.workers.size();
    return view_.workers.emplace_back(WorkerView{.name = id.value});
  }

  void take(const run::RunPlanned& record) {
    const domain::Plan& plan = record.plan;
    const std::set<std::string> quarantined(record.options.quarantined.begin(), record.options.quarantined.end());
    for (const domain::TestCase& test : plan.tests) {
      TestView view{.id = test.id.value,
                    .spec = test.identity.spec,
                    .title_path = test.identity.title_path,
                    .parameters = test.identity.parameters,
                    .line = test.line,
                    .tags = test.tags,
                    .outcome = "never_ran",
                    .quarantined = quarantined.contains(test.id.value)};
      for (const domain::Annotation& annotation : test.annotations) view.annotations.push_back({annotation.type, annotation.description});
      view_.tests.push_back(std::move(view));
    }
    for (const domain::Unit& unit : plan.units) {
      view_.units.push_back({.index = unit.index.value,
                             .title = unit.title,
                             .spec = unit.spec,
                             .tests = static_cast<std::int64_t>(unit.tests.size()),
                             .estimate_ms = plan.cost.from_history ? unit.estimate.count() : 0});
      for (const domain::TestIndex test : unit.tests) view_.tests.at(test.value).unit = unit.index.value;
    }
    for (const domain::Flow& flow : plan.flows) take(flow);
  }
  void take(const domain::Flow& flow) {
    FlowView view{.name = flow.name, .rule = flow.rule, .outcome = "never_ran"};
    for (const domain::FlowPhase& phase : flow.phases) {
      view.phases.push_back({.name = phase.name, .wait = phase.tests.empty(), .source = source_of(phase)});
      for (const domain::TestIndex test : phase.tests) {
        view.phases.back().tests.push_back(test.value);
        view_.tests.at(test.value).flow = std::ssize(view_.run.flows);
      }
    }
    view_.run.flows.push_back(std::move(view));
  }
  // Flows of one rule wait by one wish: it is read once.
  std::string source_of(const domain::FlowPhase& phase) {
    if (!phase.tests.empty()) return {};
    const auto [known, is_new] = sources_.try_emplace(phase.wish);
    if (is_new) known->second = source_of_wish(phase.wish);
    return known->second;
  }
  FlowPhaseView& phase(std::int32_t flow, std::int32_t phase) {
    return view_.run.flows.at(static_cast<std::size_t>(flow)).phases.at(static_cast<std::size_t>(phase));
  }
  void take(const run::PhaseBegan& record) {
    FlowPhaseView& view = phase(record.flow, record.phase);
    view.outcome = "open";
    view.started_ms = since_start(at_);
    if (record.deadline != run::no_deadline) view.deadline_ms = since_start(record.deadline);
  }
  void take(const run::PhaseEnded& record) {
    FlowPhaseView& view = phase(record.flow, record.phase);
    view.outcome = to_string(record.outcome);
    view.message = record.message;
    view.excerpt = record.excerpt;
    view.duration_ms = std::max<std::int64_t>(since_start(at_) - view.started_ms, 0);
  }
  void take(const run::FlowEnded& record) {
    FlowView& view = view_.run.flows.at(static_cast<std::size_t>(record.flow));
    view.carried_from = run::carried_from(record).value;
    view.reason = view.carried_from.empty() ? record.reason : std::string{};
    view.active_ms = record.active.count();
    view.waited_ms = record.waited.count();
  }
  void take(const run::WorkerJoined& record) { worker(record.worker); }
  void take(const run::WorkerReady& record) {
    if (record.app_start.count() > 0)
      worker(record.worker)
          .spans.push_back({.kind = "app_start", .start_ms = since_start(at_ - record.app_start), .end_ms = since_start(at_)});
  }
  void take(const run::LeaseGranted& record) { leases_[record.term] = {record.worker, at_, false}; }
  void take(const run::TestStarted& record) {
    close_start(record.term, at_);
    test_started_[record.test] = {record.term, record.retry, at_};
  }
  void take(const run::TestFinished& record) {
    close_start(record.term, record.report.started);
    const domain::TestReport& report = record.report;
    TestView& test = view_.tests.at(report.test.value);
    AttemptView attempt{.number = static_cast<std::int64_t>(test.attempts.size()) + 1,
                        .worker = record.worker.value,
                        .status = std::string(to_string(report.status)),
                        .started_ms = since_start(report.started),
                        .duration_ms = report.duration.count(),
                        .output = report.output,
                        .errput = report.errput,
                        .app_log = report.app_log,
                        .counted = record.counted};
    for (const domain::TestError& error : report.errors) attempt.errors.push_back(view_of(error));
    for (const domain::Step& step : report.steps)
      attempt.steps.push_back({step.title, step.category, since_start(step.started), step.duration.count(), step.failed});
    for (const domain::Annotation& annotation : report.annotations) {
      const bool known = std::any_of(test.annotations.begin(), test.annotations.end(), [&](const AnnotationView& other) {
        return other.type == annotation.type && other.description == annotation.description;
      });
      if (!known) test.annotations.push_back({annotation.type, annotation.description});
    }
    if (record.counted) {
      test.duration_ms = report.duration.count();
      view_.units.at(static_cast<std::size_t>(test.unit)).worker = record.worker.value;
    }
    add(test, std::move(attempt), {record.term, report.test, report.retry});
    WorkerView& lane = worker(record.worker);
    lane.busy_ms += report.duration.count();
    lane.spans.push_back({.kind = "test",
                          .start_ms = since_start(report.started),
                          .end_ms = since_start(report.started + report.duration),
                          .test = report.test.value});
  }
  void take(const run::ArtifactStored& record) {
    const domain::Attachment& stored = record.attachment;
    AttachmentView attachment{
        .name = stored.name, .content_type = stored.content_type, .path = {}, .size = stored.size, .sha256 = stored.sha256};
    const Key key{record.term, record.test, record.retry};
    if (const auto found = attempt_of_.find(key); found != attempt_of_.end())
      view_.tests.at(record.test.value).attempts.at(found->second).attachments.push_back(std::move(attachment));
    else
      early_[key].push_back(std::move(attachment));
  }
  void take(const run::LeaseEnded& record) {
    const auto lease = leases_.find(record.term);
    if (lease == leases_.end()) return;
    if (record.end == run::LeaseEnd::lost || record.end == run::LeaseEnd::expired)
      worker(lease->second.worker)
          .spans.push_back({.kind = "lost",
                            .start_ms = since_start(at_),
                            .end_ms = since_start(at_),
                            .label = record.invocation.log_tail.empty() ? "the process was lost" : "the process died"});
    last_ended_ = lease->second.worker;
    last_log_tail_ = record.invocation.log_tail;
  }
  void take(const run::TestInterrupted& record) {
    if (!record.blamed) return;
    // It follows the end of the lease under which it happened.
    TestView& test = view_.tests.at(record.test.value);
    const auto began = test_started_.find(record.test);
    const Began start = began == test_started_.end() ? Began{.at = at_} : began->second;
    add(test,
        {.number = static_cast<std::int64_t>(test.attempts.size()) + 1,
         .worker = last_ended_.value,
         .status = "lost",
         .started_ms = since_start(start.at),
         .duration_ms = (at_ - start.at).count(),
         .errors = {{.message = "its process died while it ran", .stack = last_log_tail_}},
         .counted = false},
        {start.term, record.test, start.retry});
  }
  void take(const run::TestSettled& record) {
    TestView& test = view_.tests.at(record.test.value);
    test.reason = record.reason;
    test.carried_from = run::carried_from(record).value;
  }
  void take(const run::Disagreed& record) { view_.disagreements.push_back({record.name, record.message, record.unit}); }
  // A setup or an application that fails everywhere fails everywhere for one reason: it is told once, with the first one's log.
  void take(const run::InfrastructureFailed& record) {
    const auto [trouble, is_new] = troubles_.try_emplace(record.message, Trouble{.place = view_.disagreements.size()});
    if (is_new) {
      trouble->second.log = record.log_tail.empty() ? std::string{} : "\n" + record.log_tail;
      view_.disagreements.push_back({.name = "infrastructure"});
    }
    trouble->second.workers.push_back(record.worker.value);
    view_.disagreements[trouble->second.place].message = places_of(trouble->second.workers) + ": " + record.message + trouble->second.log;
  }
  void take(const run::StopRequested& record) { view_.disagreements.push_back({"stopped", record.reason, {}}); }
  template <class Other>
  void take(const Other&) {}

  using Key = std::tuple<domain::Term, domain::TestIndex, int>;

  // Artifacts often arrive before their test has ended; those of one that was cut off have nothing else to wait for.
  void add(TestView& test, AttemptView attempt, const Key& key) {
    attempt_of_[key] = test.attempts.size();
    if (const auto early = early_.find(key); early != early_.end()) attempt.attachments = std::move(early->second);
    test.attempts.push_back(std::move(attempt));
  }

  // From the grant of a lease to its first test the framework was starting.
  void close_start(domain::Term term, Instant first_test) {
    const auto lease = leases_.find(term);
    if (lease == leases_.end() || lease->second.started) return;
    lease->second.started = true;
    if (first_test - lease->second.granted > Millis{5})
      worker(lease->second.worker)
          .spans.push_back({.kind = "framework_start", .start_ms = since_start(lease->second.granted), .end_ms = since_start(first_test)});
  }

  void finish() {
    const insight::Measures measures = insight::measure(run_.plan, journal_);
    for (std::size_t i = 0; i < view_.tests.size(); ++i) {
      const domain::Outcome outcome = run_.tests[i].outcome;
      // Of a run that nobody works on, what has no result has never run.
      const bool to_come = outcome == domain::Outcome::pending && facts_.at_work && !run_.finished;
      view_.tests[i].outcome = to_string(outcome == domain::Outcome::pending && !to_come ? domain::Outcome::never_ran : outcome);
    }
    for (std::size_t f = 0; f < run_.flows.size(); ++f) {
      const bool to_come = run_.flows[f].outcome == domain::Outcome::pending && facts_.at_work && !run_.finished;
      const bool open = run_.flows[f].outcome == domain::Outcome::pending && !to_come;
      view_.run.flows[f].outcome = to_string(open ? domain::Outcome::never_ran : run_.flows[f].outcome);
      view_.run.flows[f].quarantined = run_.flows[f].excused;
    }
    for (std::size_t i = 0; i < view_.units.size(); ++i) view_.units[i].duration_ms = measures.units[i].count();
    for (WorkerView& lane : view_.workers)
      std::stable_sort(lane.spans.begin(), lane.spans.end(), [](const SpanView& a, const SpanView& b) { return a.start_ms < b.start_ms; });
    const domain::Ledger& ledger = run_.ledger;
    view_.ledger = {ledger.passed,    ledger.failed, ledger.flaky,     ledger.skipped,
                    ledger.timed_out, ledger.lost,   ledger.cancelled, ledger.never_ran};
    RunView& run = view_.run;
    run.run_id = run_.id.value;
    run.project = facts_.project;
    run.framework = run_.plan.framework;
    run.policy = to_string(run_.plan.policy);
    run.verdict = standing_of(run_, facts_.at_work);
    run.headline = headline_of(run_, facts_.at_work);
    run.exit_code = exit_code_of(run_.finished ? run_.verdict : domain::Verdict::incomplete);
    run.seed = std::to_string(run_.plan.seed);
    run.started_at_ms = to_ms(facts_.started);
    run.wall_ms = since_start(facts_.ended);
    run.lower_bound_ms = measures.lower_bound.count();
    run.busy_ms = measures.busy.count();
    run.workers = run_.plan.workers;
    run.planned = ledger.planned;
    run.attempts = run_.attempts;
    run.branch = facts_.branch;
    run.commit = facts_.commit;
    run.machine = facts_.machine;
    run.command = facts_.command;
    run.tamarack_version = facts_.tamarack_version;
    run.held_back = held_back(view_);
    for (const std::string& line : run::refused_lines(run_)) view_.disagreements.push_back({"refused", line, {}});
  }

  struct Trouble {
    std::size_t place = 0;  // in the view's disagreements
    std::string log;
    std::vector<std::string> workers;
  };
  struct Lease {
    domain::WorkerId worker;
    Instant granted;
    bool started = false;
  };
  struct Began {
    domain::Term term;
    int retry = 0;
    Instant at;
  };

  const std::vector<run::Entry>& journal_;
  const RunFacts& facts_;
  run::Run run_;
  ReportView view_;
  Instant at_;
  std::vector<DeadTime> dead_times_;
  std::map<domain::WorkerId, std::size_t> worker_index_;
  std::map<domain::Term, Lease> leases_;
  std::map<std::string, std::string> sources_;  // of waits, by their wish
  std::map<std::string, Trouble> troubles_;     // by their message
  std::map<Key, std::size_t> attempt_of_;
  std::map<Key, std::vector<AttachmentView>> early_;
  std::map<domain::TestIndex, Began> test_started_;
  domain::WorkerId last_ended_;
  std::string last_log_tail_;
};

}  // namespace

std::string standing_of(const run::Run& run, bool at_work) {
  if (run.finished) return std::string(to_string(run.verdict));
  return at_work ? "running" : "interrupted";
}

std::string headline_of(const run::Run& run, bool at_work) {
  if (run.finished) return headline(run.ledger, run.circumstances);
  const std::string done = fmt::format("{} of {} finished", run.ledger.finished(),
                                       domain::count_of_entries(run.ledger.planned, run.ledger.planned, run.circumstances.flows));
  if (at_work) return done;
  return fmt::format("{}{}; {}", done, run.stopping ? ", then it was stopped" : "", way_on(run.id, run.stopping.has_value()));
}

std::string way_on(const domain::RunId& run, bool was_stopped) {
  if (was_stopped) return fmt::format("`tamarack rerun {} --failed` runs the rest", run.value);
  return fmt::format("`tamarack resume {}` finishes it", run.value);
}

ReportView build_view(const std::vector<run::Entry>& journal, const RunFacts& facts) {
  return Builder(journal, facts).build();
}

}  // namespace tamarack::report
