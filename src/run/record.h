// The journal of a run: facts in the order in which they were decided. The state of a run is a fold over them (run.h: apply), so every
// decision is stored as a fact and never taken again at replay. Shapes are versioned in wire/ and documented in docs/design/.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "domain/ledger.h"
#include "domain/plan.h"
#include "domain/test_report.h"
#include "schedule/queue.h"

namespace tamarack::run {

// What the person or the configuration asked for; part of the journal because it decides.
struct Options {
  std::int64_t retries = 0;    // per test, by Tamarack; the framework's own retries come on top
  std::int64_t fail_fast = 0;  // stop after this many failed tests; 0: never
  std::int64_t lost_max = 3;   // processes or workers one test may take down with it before it is given up as lost
  Millis lease_lifetime{15'000};
  Millis timeout{0};                     // of the whole run; 0: none
  Millis no_worker_max{0};               // how long the run waits for a worker when it has none; 0: not at all, its agents are dead
  std::int64_t workers_max = 0;          // that hold a lease at a time, however many there are; 0: all
  std::vector<std::string> quarantined;  // test ids that run but do not count against the run
  friend bool operator==(const Options&, const Options&) = default;
};

// What the agent found when a framework invocation had ended.
struct InvocationSummary {
  std::int64_t exit_code = 0;
  std::int64_t signal = 0;
  bool timed_out = false;     // run.unit_timeout passed: the signal is ours
  Millis framework_start{0};  // from its start to its first test; 0 when none started
  Millis duration{0};
  std::string log_tail;  // end of its output; only kept when something was wrong
  friend bool operator==(const InvocationSummary&, const InvocationSummary&) = default;
};

enum class LeaseEnd { completed, lost, expired, stopped };
std::string_view to_string(LeaseEnd end);

enum class StopCause { user, fail_fast, deadline };
std::string_view to_string(StopCause cause);

inline constexpr Instant no_deadline = Instant::max();

struct RunPlanned {
  domain::RunId run;
  domain::Plan plan;
  Options options;
};
struct WorkerJoined {
  domain::WorkerId worker;
  domain::AgentId agent;
  std::int64_t slot = 0;  // 0-based among the run's workers
};
struct WorkerReady {
  domain::WorkerId worker;
  Millis app_start{0};
  std::string session;  // of the agent's process that said so; empty: not said by one
};
struct WorkerEnded {
  domain::WorkerId worker;
  std::string reason;
  bool silent = false;    // it may come back: once it says that its lease is over, or at once when it was idle
  bool idle = false;      // it held no lease when it fell silent
  bool released = false;  // its agent was sent home because the run only waits; it may come again in another session
};
struct LeaseGranted {
  domain::Term term;
  domain::WorkerId worker;
  std::vector<schedule::Piece> pieces;
  Instant expires;
};
struct TestStarted {
  domain::Term term;
  domain::TestIndex test;
  int retry = 0;
};
struct TestFinished {
  domain::Term term;
  domain::WorkerId worker;
  domain::TestReport report;
  bool counted = true;                                 // false: late (its lease was gone) or already settled
  domain::Outcome settles = domain::Outcome::pending;  // the final entry, if this execution decides it
};
struct ArtifactStored {
  domain::Term term;
  domain::TestIndex test;
  int retry = 0;
  domain::Attachment attachment;
};
struct LeaseEnded {
  domain::Term term;
  LeaseEnd end = LeaseEnd::completed;
  InvocationSummary invocation;
};
struct Requeued {
  std::vector<schedule::Piece> pieces;
  std::string reason;
};
// An interruption while the test was in flight; `blamed` ones count towards lost_max.
struct TestInterrupted {
  domain::TestIndex test;
  bool blamed = false;
};
struct TestSettled {
  domain::TestIndex test;
  domain::Outcome outcome = domain::Outcome::lost;
  std::string reason;
};
struct Disagreed {
  domain::Term term;
  std::string name;  // fewer_tests_than_planned, crash_after_last_test, truncated_report, …
  std::string message;
  std::string unit;
};
struct InfrastructureFailed {
  domain::WorkerId worker;
  std::string message;
  std::string log_tail;
};
struct StopRequested {
  StopCause cause = StopCause::user;
  std::string reason;
};
struct RunResumed {
  bool leases_live_on = false;  // the agents outlived the coordinator; what they hold counts from here on
};
// What an agent said cannot be true, or cannot be read. It was refused, and nothing else came of it.
struct MessageRefused {
  domain::AgentId agent;
  std::string name;     // unreadable, foreign_worker, unknown_test, unknown_lease, foreign_lease, wrong_bytes
  std::string message;  // one sentence that goes on after the agent's name
};
// A phase of a flow has begun: its tests wait to be handed out, or its wait is parked. Flows and phases by their place in the plan.
struct PhaseBegan {
  std::int32_t flow = 0;
  std::int32_t phase = 0;
  Instant deadline = no_deadline;  // of a wait
};
struct PhaseEnded {
  std::int32_t flow = 0;
  std::int32_t phase = 0;
  domain::PhaseOutcome outcome = domain::PhaseOutcome::invalid;
  std::string message;                    // what it was; for those that ended well often empty
  std::vector<domain::Capture> captures;  // each name once
  std::string excerpt;                    // of a wait: the last answer
  Millis waited{0};                       // of a wait: from its beginning
};
// The one entry of a flow in the ledger. What is left of its tests is settled before it, but for those that a worker is at.
struct FlowEnded {
  std::int32_t flow = 0;
  domain::Outcome outcome = domain::Outcome::lost;
  std::string reason;  // empty: it passed
  Millis active{0};    // sum of the last counted executions of its tests
  Millis waited{0};    // sum over its waits, also where two waited at once
};
struct RunFinished {
  domain::Verdict verdict = domain::Verdict::incomplete;
  domain::Ledger ledger;
  std::string headline;
};

using Record = std::variant<RunPlanned, WorkerJoined, WorkerReady, WorkerEnded, LeaseGranted, TestStarted, TestFinished, ArtifactStored,
                            LeaseEnded, Requeued, TestInterrupted, TestSettled, Disagreed, InfrastructureFailed, StopRequested, RunResumed,
                            RunFinished, MessageRefused, PhaseBegan, PhaseEnded, FlowEnded>;

// The message that brought a fact about, where an agent outlives its coordinator: said again after a restart, it is known.
struct Cause {
  std::string session;       // empty: nobody's message
  std::int64_t message = 0;  // its number in that session
  friend bool operator==(const Cause&, const Cause&) = default;
};

struct Entry {
  std::int64_t seq = 0;  // 1, 2, 3, … without gaps
  Instant at;
  Record record;
  Cause cause = {};
};

}  // namespace tamarack::run
