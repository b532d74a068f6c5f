// How one event changes a run, the inside of step(). Three files by meaning: step.cpp what each event says, account.cpp what becomes of
// tests that have no final entry, dispatch.cpp who gets what next, refuse.cpp what cannot be true, flows.cpp when phases begin and end.
#pragma once

#include <string>
#include <vector>

#include "run/run.h"

namespace tamarack::run {

inline domain::Outcome outcome_of_bad(domain::TestStatus status) {
  return status == domain::TestStatus::timed_out ? domain::Outcome::timed_out : domain::Outcome::failed;
}

class Stepper {
 public:
  Stepper(Run& run, Instant now) : run_(run), now_(now) {}

  void operator()(const Planned& event);
  void operator()(const WorkerAppeared& event);
  void operator()(const WorkerBecameReady& event);
  void operator()(const WorkerFailed& event);
  void operator()(const Heartbeat& event);
  void operator()(const AgentLost& event);
  void operator()(const AgentAway& event);
  void operator()(const AgentBack& event);
  void operator()(const AgentGaveUp& event);
  void operator()(const TestBegan& event);
  void operator()(const TestEnded& event);
  void operator()(const ArtifactArrived& event);
  void operator()(const DisagreementSeen& event);
  void operator()(const InvocationEnded& event);
  void operator()(const StopAsked& event);
  void operator()(const Resumed& event);
  void operator()(const Tick& event);
  void operator()(const AgentLied& event);
  void operator()(const WaitConcluded& event);
  void operator()(const ReleaseAsked& event);

  // After every event: hand out what can be handed out, and finish when nothing is left.
  void conclude();

  std::vector<Entry> entries_;
  std::vector<Effect> effects_;

 private:
  // Whose fault the end of a lease was. Nobody's: our own or the machine's. in_flight: of the test that took the application down with it,
  // if one ran. in_flight_or_all: when none ran, the framework passed over all of them.
  enum class Blame { nobody, in_flight, in_flight_or_all };
  struct Crew {
    std::int64_t active = 0;
    bool somebody_starting = false;
    bool somebody_away = false;
    std::int64_t released = 0;  // they come again when there is something to do
  };

  void record(Record fact);
  // True when what a worker says of a lease cannot be true, and was refused. What it says late, of a lease that was taken from it, can.
  bool refuses_result(const domain::WorkerId& worker, domain::Term term, domain::TestIndex test);
  bool refuses_artifact(const domain::WorkerId& worker, domain::Term term, domain::TestIndex test);
  bool refuses_end(const domain::WorkerId& worker, domain::Term term);
  bool refuses_test(const domain::WorkerId& worker, domain::TestIndex test);
  bool refuses_holder(const domain::WorkerId& worker, domain::Term term);
  void refuse(const domain::WorkerId& worker, std::string name, std::string message);
  void refuse(const domain::AgentId& agent, std::string name, std::string message);
  std::int64_t next_slot() const;
  const LeaseState* held_lease(const domain::WorkerId& worker, domain::Term term, domain::TestIndex test) const;
  // Of a live lease. What was said of it before is no news.
  void disagree(domain::Term term, const Disagreement& disagreement);
  domain::Outcome settles(const TestState& state, const domain::TestReport& report) const;
  // In a serial chain the framework skips what follows a failed test. When that test is going to be tried again, so is the rest.
  bool is_chain_casualty(const domain::TestReport& report) const;
  bool may_retry(const TestState& state) const { return state.failures <= retries_of(state) && !run_.stopping; }
  std::int64_t retries_of(const TestState& state) const;

  void stop_if_too_many_failed();
  void stop(StopCause cause, const std::string& reason);
  void give_up_all_waiting(const std::string& reason);
  // For a test that was waiting to be handed out when the run stopped.
  void give_up_waiting(domain::TestIndex test, const std::string& reason);
  // A lease has ended: every test of it that has no final entry goes back to the queue or is given up, by name. `knows_begun` unless some
  // test may have begun of which nothing was heard.
  enum class Knows { begun, little };
  void account_for_rest(const LeaseState& lease, Blame blame, const std::string& why, Knows knows);
  // Settles what may not run a second time, though it was asked for; true when it did.
  bool settle_without_return(const LeaseState& lease, domain::TestIndex test, const std::string& why, Knows knows);
  bool is_serial(domain::TestIndex test) const { return run_.plan.tests.at(test.value).serial; }
  // A chain goes again as a whole, and so does everything where the framework cannot be told which tests to run; settled tests keep their
  // entry, their new results are not counted.
  std::vector<domain::TestIndex> with_what_belongs_to_it(domain::UnitIndex index, std::vector<domain::TestIndex> again) const;
  void settle_stopped(domain::TestIndex test, bool in_flight);
  // Gives up those that cannot run without tests that may not run twice; the others can.
  std::vector<domain::TestIndex> without_chain(const std::vector<domain::TestIndex>& again, const std::string& why);
  std::vector<domain::TestIndex> what_goes_again(const LeaseState& lease, const schedule::Piece& piece, Blame blame, bool got_nowhere,
                                                 const std::string& why, Knows knows);
  // `had_nothing_else`: the invocation that did not get to it was handed nothing else, so nothing else can have been in its way.
  bool give_up_if_hopeless(domain::TestIndex test, bool had_nothing_else, const std::string& why);
  // Its worker cannot be reached; it may still come back.
  void take_back(domain::Term term, LeaseEnd end, const std::string& why);
  void end_worker(const domain::WorkerId& worker, const std::string& reason, Blame blame);
  bool is_stranded() const;
  void finish_if_stranded(const std::string& reason);

  // What is left of the leases by their estimates; one that is overdue counts as nearly done.
  Millis in_flight() const;
  Crew crew() const;
  bool may_free_something() const;
  void dispatch();
  void finish();

  // ---- flows, by their place in the plan
  const domain::Flow& plan_of(std::int32_t flow) const { return run_.plan.flows.at(static_cast<std::size_t>(flow)); }
  const FlowState& state_of(std::int32_t flow) const { return run_.flows.at(static_cast<std::size_t>(flow)); }
  bool is_over(const TestState& test) const { return test.flow >= 0 && state_of(test.flow).outcome != domain::Outcome::pending; }
  bool never_twice(const TestState& test) const;
  // Ends and begins what the entries since the last call allow; true when it added some.
  bool advance_flows();
  void look_at(std::int32_t flow);
  void end_phases(std::int32_t flow);
  // True when a phase ended at once: the flow's limit had passed before it began.
  bool begin_phases(std::int32_t flow);
  PhaseEnded end_of_tests(std::int32_t flow, std::int32_t phase) const;
  void end_badly(std::int32_t flow);
  void end_well(std::int32_t flow);
  // With a wait parked, or between two phases.
  void cut_off(std::int32_t flow, domain::Outcome outcome, const std::string& reason);
  void cut_off_all(const std::string& reason);
  void end_flow(std::int32_t flow, domain::Outcome outcome, const std::string& reason);
  void settle_with_flow(domain::TestIndex test, bool in_flight);
  void begin_wait(std::int32_t flow, std::int32_t phase);
  void go_on_with_flows();

  Run& run_;
  Instant now_;
  std::size_t looked_at_ = 0;  // entries that advance_flows() has seen
};

}  // namespace tamarack::run
