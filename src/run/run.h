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
//             idle, starting ──agent away──▶ silent ──agent back──▶ idle
//   run       planned ──stop asked──▶ stopping ──▶ finished;  planned ──all settled──▶ finished
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "run/event.h"
#include "run/record.h"

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
  friend bool operator==(const TestState&, const TestState&) = default;
};

struct LeaseState {
  domain::WorkerId worker;
  std::vector<schedule::Piece> pieces;
  std::set<domain::TestIndex> in_flight;  // started, not finished
  std::set<domain::TestIndex> reported;   // finished under this lease, last try
  Instant granted;
  Instant expires;
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
  std::vector<std::int32_t> pending_in_unit;  // as plan.units: tests without a final outcome
  bool has_order = false;                     // some unit waits for others to have ended
  schedule::Queue queue;
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
  Instant worker_left_at;  // when the last one that left did so
  std::optional<Instant> finished;
  domain::Verdict verdict = domain::Verdict::incomplete;

  bool is_planned() const { return !id.empty(); }
};

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
