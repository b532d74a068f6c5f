// What reaches the run from outside: messages of agents, the clock, people. Anything may arrive late, twice or never.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "domain/wait.h"
#include "run/record.h"

namespace tamarack::run {

// Verdicts of an earlier run that stand (carry.h): these tests do not run again.
struct CarriedTest {
  domain::TestIndex test;  // in this run's plan
  domain::Outcome outcome = domain::Outcome::passed;
  friend bool operator==(const CarriedTest&, const CarriedTest&) = default;
};
// A flow that stands does so as a whole: all of its tests are in Carried::tests, too.
struct CarriedFlow {
  std::int32_t flow = 0;  // in this run's plan
  domain::Outcome outcome = domain::Outcome::passed;
  friend bool operator==(const CarriedFlow&, const CarriedFlow&) = default;
};
struct Carried {
  domain::RunId from;
  std::vector<CarriedTest> tests;
  std::vector<CarriedFlow> flows = {};
};

struct Planned {
  domain::RunId run;
  domain::Plan plan;
  Options options;
  Carried carried;
};
struct WorkerAppeared {
  domain::WorkerId worker;
  domain::AgentId agent;
  std::string session = {};  // of the process that says it; empty: one that never outlives this one
};
struct WorkerBecameReady {  // its application is up
  domain::WorkerId worker;
  Millis app_start{0};
  std::string session;  // of the process that says it; empty: one that never outlives this one
};
struct WorkerFailed {  // its application does not start, or died; `gone`: it will not take leases any more
  domain::WorkerId worker;
  bool gone = true;
  std::string message;
  std::string log_tail;
  std::string session = {};  // as above
};
struct Heartbeat {
  domain::AgentId agent;
  std::vector<domain::Term> held;
  std::string session;  // of the process that says it; empty: one that never outlives this one
};
struct AgentLost {  // for good: its process is gone
  domain::AgentId agent;
  std::string reason;
};
struct AgentAway {  // nothing is heard of it; it may come back and go on where it was
  domain::AgentId agent;
  std::string reason;
  bool keep_leases = false;  // until they expire; only nothing new is handed to it
};
struct AgentBack {
  domain::AgentId agent;
};
struct AgentGaveUp {  // it could not even begin: its workspace, the setup, the configuration
  domain::AgentId agent;
  std::string message;
  std::string log_tail;
  bool is_last = false;  // no other agent works for the run, or is about to
};
struct TestBegan {
  domain::WorkerId worker;
  domain::Term term;
  domain::TestIndex test;
  int retry = 0;
};
struct TestEnded {
  domain::WorkerId worker;
  domain::Term term;
  domain::TestReport report;
};
struct ArtifactArrived {
  domain::WorkerId worker;
  domain::Term term;
  domain::TestIndex test;
  int retry = 0;
  domain::Attachment attachment;
};
struct Disagreement {
  std::string name;
  std::string message;
};
// Said while its lease goes on, so that the death of who has seen it costs nothing. The end of the lease says it again: it counts once.
struct DisagreementSeen {
  domain::WorkerId worker;
  domain::Term term;
  Disagreement disagreement;
};
struct InvocationEnded {
  domain::WorkerId worker;
  domain::Term term;
  bool process_lost = false;  // killed by somebody else, or its worker's application died: nobody's verdict
  InvocationSummary invocation;
  std::vector<Disagreement> disagreements;
};
struct StopAsked {
  StopCause cause = StopCause::user;
  std::string reason;
};
struct Resumed {                // the coordinator was started again
  bool agents_live_on = false;  // false: whatever was leased has ended with the old process
  bool heard_all = true;        // what ended with it had said before which tests had begun, or left it in files that were read
};
struct AgentLied {        // the session found out by itself: a message that cannot be read, a worker that is another agent's, wrong bytes
  domain::AgentId agent;  // empty: it never said who it is
  std::string name;       // as in MessageRefused
  std::string message;
};
// What the wait of a phase came to. May be said again, and of a wait that was dropped: only the first word about one that is parked counts.
struct WaitConcluded {
  std::int32_t flow = 0;
  std::int32_t phase = 0;
  domain::WaitOutcome outcome = domain::WaitOutcome::invalid;
  std::string message;
  std::vector<domain::Capture> captures;
  std::string excerpt;  // the last answer
};
struct Tick {
  bool agents_elsewhere = false;  // some that could work for this run are at work on others: they will come
};
// Somebody else could use this agent, or it wants to leave. Nothing comes of it unless the run only waits and the agent's workers are idle.
struct ReleaseAsked {
  domain::AgentId agent;
};

using Event = std::variant<Planned, WorkerAppeared, WorkerBecameReady, WorkerFailed, Heartbeat, AgentLost, AgentAway, AgentBack,
                           AgentGaveUp, TestBegan, TestEnded, ArtifactArrived, DisagreementSeen, InvocationEnded, StopAsked, Resumed, Tick,
                           AgentLied, WaitConcluded, ReleaseAsked>;

// Orders to the shell.

// What flows hand on to the tests of a lease, and the run that this one continues. Each name once.
struct LeaseCaptures {
  std::vector<domain::TestIndex> tests;
  std::vector<domain::Capture> captures;
  friend bool operator==(const LeaseCaptures&, const LeaseCaptures&) = default;
};
struct GrantLease {
  domain::WorkerId worker;
  domain::Term term;
  std::vector<schedule::Piece> pieces;
  std::vector<LeaseCaptures> captures = {};  // the same whenever the order is repeated; tests without any are in none
};
struct StopLease {
  domain::WorkerId worker;
  domain::Term term;
};
// This agent alone, while the run goes on. Its workers have ended before, so no lease can be on its way to them; may be repeated.
struct SendHome {
  domain::AgentId agent;
};
struct FinishRun {};    // everything is settled: agents may go home
struct RefuseMessage {  // something an agent said was refused
  domain::AgentId agent;
  bool too_often = false;  // it has done so before, and enough: its link is closed
};

// Parks the wait of a phase. Repeated after a restart as long as nothing is known of its end: parking what is parked is no change, and what
// is over says so again.
struct BeginWait {
  std::int32_t flow = 0;
  std::int32_t phase = 0;
  std::vector<domain::Capture> captures;  // for the places of its wish; each name once
  Millis limit{0};                        // until its deadline; at least 1. 0: what its wish says
};
// Nobody wants to know any more. May be repeated, and said of a wait that is over.
struct DropWait {
  std::int32_t flow = 0;
  std::int32_t phase = 0;
  std::string reason;
};

using Effect = std::variant<GrantLease, StopLease, FinishRun, RefuseMessage, BeginWait, DropWait, SendHome>;

}  // namespace tamarack::run
