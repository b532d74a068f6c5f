// What must hold for flows: nothing begins before what it needs was really satisfied, everything ends once, and what is handed on is what
// was captured.
#include <algorithm>

#include "referee.h"
#include "run/flows.h"

namespace tamarack::simulation {

using domain::Outcome;
using domain::PhaseOutcome;
using domain::TestIndex;

const domain::FlowPhase& Referee::planned(std::int32_t flow, std::int32_t phase) const {
  return folded_.plan.flows.at(static_cast<std::size_t>(flow)).phases.at(static_cast<std::size_t>(phase));
}

const run::PhaseState& Referee::state(std::int32_t flow, std::int32_t phase) const {
  return folded_.flows.at(static_cast<std::size_t>(flow)).phases.at(static_cast<std::size_t>(phase));
}

// A wait counts as satisfied only if the board, which is the world here, has it so.
void Referee::needs_hold(std::int32_t flow, std::int32_t phase) const {
  for (const std::int32_t need : planned(flow, phase).needs) {
    const run::PhaseState& before = state(flow, need);
    require(before.ended && before.outcome == PhaseOutcome::satisfied, "phase {} of flow {} begins, and needs phase {}", phase, flow, need);
    if (!planned(flow, need).tests.empty()) continue;
    const auto wait = world_.truth.waits.find({flow, need});
    require(wait != world_.truth.waits.end() && wait->second.outcome == domain::WaitOutcome::satisfied,
            "phase {} of flow {} begins, and its wait {} was never satisfied", phase, flow, need);
  }
}

void Referee::may_be_leased(TestIndex test) const {
  const run::TestState& one = folded_.tests.at(test.value);
  if (one.flow < 0 || !is_pending(test)) return;
  require(state(one.flow, one.phase).is_open() && folded_.flows[static_cast<std::size_t>(one.flow)].outcome == Outcome::pending,
          "test {} is leased, and its phase {} of flow {} is not open", test.value, one.phase, one.flow);
  needs_hold(one.flow, one.phase);
  if (planned(one.flow, one.phase).never_twice)
    require(world_.truth.begun_leased.at(test.value) <= one.failures, "test {} may not run twice, was begun {} times and failed {} times",
            test.value, world_.truth.begun_leased[test.value], one.failures);
}

void Referee::rule(const run::PhaseBegan& record) {
  require(!folded_.stopping, "phase {} of flow {} begins although the run is stopping", record.phase, record.flow);
  require(folded_.flows.at(static_cast<std::size_t>(record.flow)).outcome == Outcome::pending, "flow {} has ended and goes on",
          record.flow);
  require(!state(record.flow, record.phase).began, "phase {} of flow {} begins twice", record.phase, record.flow);
  needs_hold(record.flow, record.phase);
  world_.took(planned(record.flow, record.phase).tests.empty() ? Transition::wait_began : Transition::phase_began);
}

void Referee::rule(const run::PhaseEnded& record) {
  const run::PhaseState& phase = state(record.flow, record.phase);
  const domain::FlowPhase& wanted = planned(record.flow, record.phase);
  require(phase.is_open(), "phase {} of flow {} ends and is not open", record.phase, record.flow);
  if (record.outcome == PhaseOutcome::invalid) world_.took(Transition::phase_invalid);
  if (record.outcome != PhaseOutcome::satisfied) return;
  world_.took(Transition::phase_satisfied);
  if (wanted.tests.empty()) {
    const auto wait = world_.truth.waits.find({record.flow, record.phase});
    require(wait != world_.truth.waits.end() && wait->second.outcome == domain::WaitOutcome::satisfied &&
                wait->second.captures == record.captures,
            "wait {} of flow {} is taken for satisfied, and is not", record.phase, record.flow);
    return;
  }
  for (const TestIndex test : wanted.tests) {
    const Outcome outcome = folded_.tests.at(test.value).outcome;
    require(outcome == Outcome::passed || outcome == Outcome::flaky, "phase {} of flow {} is satisfied, and its test {} is {}",
            record.phase, record.flow, test.value, to_string(outcome));
    // What an execution captures is its number: what is handed on is of the one that counted last.
    const std::string name = fmt::format("job_{}", test.value);
    const auto made = std::find_if(record.captures.begin(), record.captures.end(), [&](const auto& one) { return one.name == name; });
    if (!world_.scenario.natures[test.value].captures) continue;
    require(made != record.captures.end() && made->json == counted_.at(test), "phase {} of flow {} hands on another '{}' than was counted",
            record.phase, record.flow, name);
  }
  require(run::problem_of(wanted.captures, record.captures).empty(), "phase {} of flow {} is satisfied without its captures", record.phase,
          record.flow);
}

void Referee::rule(const run::FlowEnded& record) {
  const run::FlowState& flow = folded_.flows.at(static_cast<std::size_t>(record.flow));
  require(flow.outcome == Outcome::pending, "flow {} ends twice", record.flow);
  require(std::none_of(flow.phases.begin(), flow.phases.end(), [](const run::PhaseState& phase) { return phase.is_open(); }),
          "flow {} ends with a phase open", record.flow);
  world_.took(record.outcome == Outcome::passed      ? Transition::flow_passed
              : record.outcome == Outcome::flaky     ? Transition::flow_flaky
              : record.outcome == Outcome::skipped   ? Transition::flow_skipped
              : record.outcome == Outcome::cancelled ? Transition::flow_cancelled
              : record.outcome == Outcome::timed_out ? Transition::flow_timed_out
              : record.outcome == Outcome::lost      ? Transition::flow_lost
              : record.outcome == Outcome::never_ran ? Transition::flow_never_ran
                                                     : Transition::flow_failed);
  const bool good = record.outcome == Outcome::passed || record.outcome == Outcome::flaky;
  for (std::size_t p = 0; p < flow.phases.size(); ++p)
    if (good)
      require(flow.phases[p].ended && flow.phases[p].outcome == PhaseOutcome::satisfied, "flow {} is {}, and its phase {} is not satisfied",
              record.flow, to_string(record.outcome), p);
  require(good || !record.reason.empty(), "flow {} is {} for no reason", record.flow, to_string(record.outcome));
}

// Of a lease: what its tests get is the same whenever it is ordered, and holds what every phase they need has handed on.
void Referee::captures_hold(const run::GrantLease& grant) {
  const auto [first, is_new] = captures_.try_emplace(grant.term, grant.captures);
  require(is_new || first->second == grant.captures, "lease {} is ordered again with other captures", grant.term.value);
  for (const schedule::Piece& piece : grant.pieces)
    for (const TestIndex test : piece.tests) {
      const run::TestState& one = folded_.tests.at(test.value);
      if (one.flow < 0) continue;
      for (const std::int32_t need : planned(one.flow, one.phase).needs)
        for (const domain::Capture& wanted : state(one.flow, need).captures) {
          const bool has = std::any_of(grant.captures.begin(), grant.captures.end(), [&](const run::LeaseCaptures& some) {
            return std::find(some.tests.begin(), some.tests.end(), test) != some.tests.end() &&
                   std::find(some.captures.begin(), some.captures.end(), wanted) != some.captures.end();
          });
          require(has, "lease {} does not bring '{}' to test {}", grant.term.value, wanted.name, test.value);
          world_.took(Transition::captures_handed_on);
        }
    }
}

void Referee::flows_add_up(const run::Run& live) const {
  require(folded_.flows == live.flows && folded_.waits_open == live.waits_open && folded_.tests_pending == live.tests_pending,
          "folding the journal gives other flows than the live state has");
  const auto count = [](const auto& all, auto&& counts) {
    return static_cast<std::int64_t>(std::count_if(all.begin(), all.end(), counts));
  };
  const std::int64_t tests = count(live.tests, [](const run::TestState& test) { return test.flow < 0; });
  const std::int64_t pending =
      count(live.tests, [](const run::TestState& test) { return test.flow < 0 && test.outcome == Outcome::pending; }) +
      count(live.flows, [](const run::FlowState& flow) { return flow.outcome == Outcome::pending; });
  const domain::Ledger& ledger = live.ledger;
  require(ledger.planned == tests + std::ssize(live.flows) && ledger.settled() + pending == ledger.planned,
          "the ledger does not add up: {} planned, {} settled, {} pending", ledger.planned, ledger.settled(), pending);
  std::int64_t parked = 0;
  for (std::size_t f = 0; f < live.flows.size(); ++f)
    for (std::size_t p = 0; p < live.flows[f].phases.size(); ++p)
      if (live.plan.flows[f].phases[p].tests.empty() && live.flows[f].phases[p].is_open()) ++parked;
  require(parked == live.waits_open, "{} waits are parked, {} are counted", parked, live.waits_open);
}

}  // namespace tamarack::simulation
