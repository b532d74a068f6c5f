// Watches every step of a simulated run and holds the rules against it. It keeps its own fold of the journal, one entry behind the
// decision, so each entry is judged by the state it was decided in; what the framework processes really did it knows from the world.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "run/run.h"
#include "world.h"

namespace tamarack::simulation {

struct Violation {
  std::string what;
};

class Referee {
 public:
  explicit Referee(World& world) : world_(world) {}

  void after_step(const run::Run& live, const std::vector<run::Entry>& entries, const std::vector<run::Effect>& effects);
  void committed(std::int64_t seq) { durable_seq_ = seq; }
  // The coordinator died: what was not durable never happened.
  void restarted(const run::Run& folded);
  // The folded run was fed with what was found and resumed: nothing that had finished may be open.
  void resumed(const run::Run& live, const run::Run& folded, const std::vector<run::Event>& found);
  void framework_starts(domain::Term term) const;

  const std::vector<run::Entry>& journal() const { return journal_; }

 private:
  void judge(const run::Entry& entry);
  void rule(const run::RunPlanned&) const {}
  void rule(const run::WorkerJoined& record);
  void rule(const run::WorkerReady& record);
  void rule(const run::WorkerEnded& record);
  void rule(const run::LeaseGranted& record);
  void rule(const run::TestStarted& record) const;
  void rule(const run::TestFinished& record);
  void rule(const run::ArtifactStored&) const {}
  void rule(const run::LeaseEnded& record);
  void rule(const run::Requeued& record);
  void rule(const run::TestInterrupted& record);
  void rule(const run::TestSettled& record);
  void rule(const run::Disagreed& record);
  void rule(const run::InfrastructureFailed& record);
  void rule(const run::StopRequested& record);
  void rule(const run::RunResumed&) { world_.took(Transition::resumed); }
  void rule(const run::RunFinished& record);
  void rule(const run::MessageRefused& record) const;
  void rule(const run::PhaseBegan& record);
  void rule(const run::PhaseEnded& record);
  void rule(const run::FlowEnded& record);

  void same_state(const run::Run& live) const;
  void every_test_in_its_place();
  void nobody_idles_beside_work() const;
  void outcome_taken(domain::Outcome outcome);
  void note_waits();
  bool may_start(const domain::Unit& unit) const;
  bool really_happened(const run::TestFinished& record) const;
  const domain::FlowPhase& planned(std::int32_t flow, std::int32_t phase) const;
  const run::PhaseState& state(std::int32_t flow, std::int32_t phase) const;
  void needs_hold(std::int32_t flow, std::int32_t phase) const;
  void may_be_leased(domain::TestIndex test) const;
  void captures_hold(const run::GrantLease& grant);
  void flows_add_up(const run::Run& live) const;
  std::int64_t retries_of(const run::TestState& test) const;
  bool is_over(const run::TestState& test) const {
    return test.flow >= 0 && folded_.flows.at(static_cast<std::size_t>(test.flow)).outcome != domain::Outcome::pending;
  }
  void note_counted(const run::Entry& entry);
  void settled_with_flow(const run::TestSettled& record, const run::TestState& test);
  bool is_pending(domain::TestIndex test) const { return folded_.tests.at(test.value).outcome == domain::Outcome::pending; }

  World& world_;
  run::Run folded_;
  std::vector<run::Entry> journal_;
  std::map<domain::Term, std::int64_t> granted_at_;                   // seq of the grant
  std::map<domain::Term, std::vector<run::LeaseCaptures>> captures_;  // as they were first ordered
  std::map<domain::TestIndex, std::string> counted_;                  // what its last counted execution captured
  std::int64_t durable_seq_ = 0;
  domain::Term last_ended_;
  run::LeaseEnd last_end_ = run::LeaseEnd::completed;
  run::LeaseState last_lease_;
  std::vector<std::uint8_t> places_;
};

// Throws Violation.
template <class... Values>
void require(bool holds, fmt::format_string<Values...> text, Values&&... values) {
  if (!holds) [[unlikely]]
    throw Violation{fmt::format(text, std::forward<Values>(values)...)};
}

}  // namespace tamarack::simulation
