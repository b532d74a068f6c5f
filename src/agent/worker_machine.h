// The decisions of one worker: when its application is started, when a framework invocation begins and ends, and what is said about it.
// Pure: orders out, facts in; the shell (worker.h) owns processes, files and time.
//
//   starting_app ──app up──▶ idle ──lease──▶ resetting ──reset done──▶ running ──invocation ended──▶ idle
//   any ──app down──▶ starting_app (at most restarts_max times) or failed
// The port of a start was free a moment before; somebody else may have it by now. So a first start that ends before the application is
// ready is tried once more, with another port, and only the second end is told. One that takes too long is not: it would only take as long
// again. A lease that comes at any other time than idle waits until it can begin; it is never given back for being early.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "wire/message.h"

namespace tamarack::agent {

// ---- facts
struct Begin {};
struct AppUp {
  Millis took{0};
};
struct AppDown {  // it did not become ready, or it died
  std::string message;
  std::string log_tail;
  bool in_time = true;  // not for want of readiness within `ready.timeout`
};
struct LeaseGiven {
  domain::Term term;
  std::vector<schedule::Piece> pieces;
  std::vector<run::LeaseCaptures> captures = {};
};
struct StopGiven {
  domain::Term term;
};
struct ResetEnded {
  bool succeeded = true;
  std::string message;
};
struct TestBegan {
  domain::TestIndex test;
  int retry = 0;
  Instant at;
};
struct TestEnded {
  domain::TestReport report;
};
struct UnplannedTest {  // the framework reports a test the lease does not contain
  std::string name;
};
struct FrameworkError {  // trouble outside of any test
  std::string message;
};
struct FrameworkEnded {};  // its `end` line
struct ArtifactKept {
  domain::TestIndex test;
  int retry = 0;
  domain::Attachment attachment;
};
struct InvocationExited {
  std::int64_t exit_code = 0;
  std::int64_t signal = 0;
  bool lost = false;               // killed from outside, or its shim was
  bool timed_out = false;          // run.unit_timeout passed, and we ended it
  bool failed_tests_code = false;  // the code the framework uses for "tests failed"
  bool events_expected = false;
  Millis framework_start{0};
  Millis duration{0};
  std::vector<std::string> problems;  // of the adapter: "truncated_report: …"
  std::string log_tail;
};
struct CouldNotStart {  // the invocation
  std::string message;
};
using Fact = std::variant<Begin, AppUp, AppDown, LeaseGiven, StopGiven, ResetEnded, TestBegan, TestEnded, UnplannedTest, FrameworkError,
                          FrameworkEnded, ArtifactKept, InvocationExited, CouldNotStart>;

// What is wrong whatever else the invocation is going to say; none: the fact is no disagreement by itself.
std::optional<run::Disagreement> disagreement_in(const Fact& fact);
// From an adapter's words: "truncated_report: …".
run::Disagreement named_disagreement(const std::string& problem);

// ---- orders
struct StartApp {};
struct ResetApp {};
struct StartInvocation {
  domain::Term term;
  std::vector<schedule::Piece> pieces;
  std::vector<run::LeaseCaptures> captures = {};
};
struct StopInvocation {};
struct Say {
  wire::FromAgent message;
};
using Order = std::variant<StartApp, ResetApp, StartInvocation, StopInvocation, Say>;

struct WorkerOptions {
  domain::WorkerId id;
  bool has_app = false;
  bool has_reset = false;
  int app_restarts_max = 2;
};

class WorkerMachine {
 public:
  enum class Phase { new_, starting_app, idle, resetting, running, failed };

  explicit WorkerMachine(WorkerOptions options) : options_(std::move(options)) {}

  std::vector<Order> on(const Fact& fact);

  Phase phase() const { return phase_; }
  // The leases it holds, for heartbeats: one that runs, and one that waits for the application.
  std::vector<domain::Term> held() const;

 private:
  struct Lease {
    domain::Term term;
    std::vector<schedule::Piece> pieces;
    std::vector<run::LeaseCaptures> captures;
    std::set<domain::TestIndex> tests;
    std::set<domain::TestIndex> started;
    std::set<domain::TestIndex> finished;  // last try reported
    std::int64_t bad = 0;
    std::int64_t interrupted = 0;
    bool end_seen = false;
    bool stopping = false;
    bool invoked = false;  // a framework process was started for it
    bool app_died = false;
    std::vector<run::Disagreement> disagreements;
  };

  void handle(const Begin&);
  void handle(const AppUp& fact);
  void handle(const AppDown& fact);
  void handle(const LeaseGiven& fact);
  void handle(const StopGiven& fact);
  void handle(const ResetEnded& fact);
  void handle(const TestBegan& fact);
  void handle(const TestEnded& fact);
  void handle(const UnplannedTest& fact);
  void handle(const FrameworkError& fact);
  void handle(const FrameworkEnded&);
  void handle(const ArtifactKept& fact);
  void handle(const InvocationExited& fact);
  void handle(const CouldNotStart& fact);

  void say(wire::FromAgent message) { orders_.push_back(Say{std::move(message)}); }
  void disagree(std::string name, std::string message) { lease_->disagreements.push_back({std::move(name), std::move(message)}); }
  void disagree_at_once(const Fact& fact);
  void end_lease(bool process_lost, run::InvocationSummary summary);
  void take_next_lease();
  void say_over(domain::Term term) { say(wire::InvocationEnded{options_.id, term, true, {}, {}}); }
  void compare(const InvocationExited& fact);
  void compare_lost(const InvocationExited& fact);
  void start_app_again(const AppDown& fact);

  WorkerOptions options_;
  Phase phase_ = Phase::new_;
  std::optional<Lease> lease_;
  std::optional<LeaseGiven> next_;     // came while the application starts again or an old lease still ends
  domain::Term last_term_;             // of the newest lease that was given
  std::set<domain::Term> called_off_;  // stopped before they were given
  int app_starts_ = 0;
  bool first_start_repeated_ = false;
  bool used_app_ = false;  // a unit ran since the application was started or reset
  std::vector<Order> orders_;
};

}  // namespace tamarack::agent
