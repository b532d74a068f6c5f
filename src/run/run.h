// The state of one run and the two functions that change it:
//   step(Run, Event, Instant) -> {Run, entries for the journal, effects}   decides
//   apply(Run, Entry)                                                      folds one journal entry; step is built from it, replay is it
// A run never finishes while a planned test is pending, and never counts two verdicts for one test. The shell obeys effects only after
// the entries are durable.
//
//   test      pending ──finished, settles──▶ passed | failed | flaky | skipped | timed_out
//             pending ──given up──────────▶ lost | never_ran | cancelled | timed_out
//   lease     granted ──▶ completed | lost | expired | stopped
//   worker    starting ──ready──▶ idle ──lease──▶ busy ──lease ended──▶ idle;  any ──application died──▶ starting;  any ──▶ ended
//             busy ──lease expired──▶ silent ──says it is over──▶ idle;  ended ──ready──▶ idle (its agent, or all of Tamarack, came back)
//             idle ──the run only waits and somebody else wants the agent──▶ ended ──in another session──▶ starting
//             idle, starting ──agent away──▶ silent ──agent back──▶ idle
//   phase     ──what it needs is satisfied──▶ open (tests wait to be handed out, or a wait is parked) ──▶ satisfied
//                                             open ──▶ skipped | failed | timed_out | lost | cancelled | never_ran | invalid
//   flow      pending ──last phase satisfied──▶ passed | flaky;  pending ──a phase ends otherwise, or the run stops──▶ its outcome
//   run       planned ──stop asked──▶ stopping ──▶ finished;  planned ──all settled──▶ finished
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "run/event.h"
#include "run/record.h"
#include "schedule/pace.h"

namespace tamarack::run {

struct TestState {
  domain::Outcome outcome = domain::Outcome::pending;
  std::int32_t executions = 0;    // reports that counted
  std::int32_t failures = 0;      // final bad reports that counted (the retry budget pays for them)
  bool failed_before = false;     // some try of this test was bad: a later pass is flaky
  std::int32_t blamed = 0;        // processes or workers it took down with it
  std::int32_t skipped_over = 0;  // invocations that ended without starting it
  domain::TestStatus last_bad = domain::TestStatus::failed;
  domain::UnitIndex unit;
  std::int32_t flow = -1;  // that it belongs to, and the phase; -1: none
  std::int32_t phase = -1;
  Millis duration{0};  // of its last execution that counted
  friend bool operator==(const TestState&, const TestState&) = default;
};

struct PhaseState {
  bool began = false;
  bool ended = false;
  domain::PhaseOutcome outcome = domain::PhaseOutcome::invalid;  // once ended
  Instant began_at;
  Instant deadline = no_deadline;  // of a wait
  std::int32_t pending = 0;        // tests without a final outcome
  std::string message;             // once ended
  std::vector<domain::Capture> captures;
  std::vector<std::pair<domain::TestIndex, domain::Capture>> made;  // by the last counted execution of each test, until it has ended
  std::vector<std::pair<domain::TestIndex, std::string>> drifted;   // likewise: what each says that has changed (drifted_annotation)
  bool is_open() const { return began && !ended; }
  friend bool operator==(const PhaseState&, const PhaseState&) = default;
};

struct FlowState {
  domain::Outcome outcome = domain::Outcome::pending;
  bool excused = false;            // it is bad, and only tests in quarantine were
  std::vector<PhaseState> phases;  // as Flow::phases
  Instant deadline = no_deadline;  // fixed when its first phase begins
  bool has_begun = false;          // a test of it was started, or a wait parked
  Millis waited{0};                // by waits that have ended
  std::string reason;              // once it has ended
  friend bool operator==(const FlowState&, const FlowState&) = default;
};

struct LeaseState {
  domain::WorkerId worker;
  std::vector<schedule::Piece> pieces;
  std::set<domain::TestIndex> in_flight;  // started, not finished
  std::set<domain::TestIndex> reported;   // finished under this lease, last try
  std::set<domain::TestIndex> begun;      // of those that may not run twice: begun, and no failure counted that a retry would answer
  std::set<std::pair<std::string, std::string>> disagreed;  // names and messages
  Instant granted;
  Instant expires;
  Millis left{0};           // the estimates of its tests whose last try has not been reported
  bool started = false;     // some test was said to have begun
  bool progressed = false;  // the last try of some test under it counted
  bool stopping = false;
  bool app_died = false;  // its worker's application: what is reported from now on is nobody's verdict
};

enum class WorkerPhase { starting, idle, busy, silent, ended };

struct WorkerState {
  domain::AgentId agent;
  std::int64_t slot = 0;
  std::uint32_t number = 0;  // its place in Run::joined
  WorkerPhase phase = WorkerPhase::starting;
  domain::Term last_term;   // of the newest lease it was given
  bool restarting = false;  // its application went down while it was busy, or idle
  bool was_idle = false;    // silent: it held no lease, so it owes no word about one
  bool released = false;    // ended: its agent was sent home in this session, and may come again in another one
  std::string session;      // of the agent's process that has the worker: leases are given to no other
};

// Who held a lease, also after its end: what an agent says late of its own lease is honest, what it says of another's is not.
struct Holder {
  std::uint32_t worker = 0;  // place in Run::joined
  friend bool operator==(const Holder&, const Holder&) = default;
};

struct Run {
  domain::RunId id;
  domain::Plan plan;
  Options options;
  std::vector<TestState> tests;               // as plan.tests
  std::int64_t tests_pending = 0;             // those without a final outcome
  std::vector<FlowState> flows;               // as plan.flows
  std::int64_t waits_open = 0;                // parked
  std::vector<std::int32_t> pending_in_unit;  // as plan.units: tests without a final outcome
  bool has_order = false;                     // some unit waits for others to have ended
  schedule::Queue queue;
  Millis later{0};                            // the estimates of what comes to the queue when phases of flows begin
  schedule::Pace pace;                        // what has ended took, beside what was expected
  std::map<domain::Term, LeaseState> leases;  // live ones
  std::map<domain::WorkerId, WorkerState> workers;
  std::vector<domain::WorkerId> joined;  // every worker there was, in the order of their coming
  std::vector<Holder> holders;           // of all leases, by term - 1
  std::vector<MessageRefused> refused;   // what agents said in vain, as far as it is in the journal
  domain::Ledger ledger;
  domain::Circumstances circumstances;
  std::set<std::string> quarantined;
  std::uint32_t last_term = 0;
  std::int64_t last_seq = 0;
  std::int64_t attempts = 0;  // executions of tests that were reported, counted or not
  std::optional<StopCause> stopping;
  Instant started;
  Instant stop_asked;
  Instant resumed;         // last
  Instant worker_left_at;  // when the last one that left did so
  Instant work_came_at;    // when a flow last brought work to an empty queue
  Instant elsewhere_at;    // when agents that could come were last known to be at work elsewhere; of this process, not journaled
  std::optional<Instant> finished;
  domain::Verdict verdict = domain::Verdict::incomplete;

  bool is_planned() const { return !id.empty(); }
};

// Nothing runs and nothing is there to be handed out: flows are parked, and until one of them goes on nobody can do anything for the run.
bool only_waits(const Run& run);

struct Step {
  Run run;
  std::vector<Entry> entries;
  std::vector<Effect> effects;
};

Step step(Run run, const Event& event, Instant now);

// Folds one entry. Entries must come in order without gaps.
void apply(Run& run, const Entry& entry);

// "agent 'a' reports a test that the plan does not have": for people, at most a few, the last one says how many more there are.
std::vector<std::string> refused_lines(const Run& run);

// What is held and what has not ended, for schedule::pick. Looks into `run`: valid until it changes.
schedule::InUse in_use(const Run& run);

}  // namespace tamarack::run
