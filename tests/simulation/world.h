// What everything in the simulation shares: time, chance, the scenario, what really happened, and what was met on the way.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "agent/worker_machine.h"
#include "base/hash.h"
#include "coverage.h"
#include "scenario.h"
#include "timeline.h"

namespace tamarack::simulation {

// A test that was really executed to its end by some framework process.
struct Execution {
  domain::Term term;
  domain::TestIndex test;
  int retry = 0;
  domain::TestStatus status = domain::TestStatus::passed;
  bool last_try = true;
};

// The folder of a lease: it outlives the process that wrote it.
struct AttemptFolder {
  std::vector<agent::Fact> lines;           // TestBegan and TestEnded, as the framework wrote them
  std::vector<domain::TestReport> results;  // without live events: read only when the exit record is there
  bool ended_by_itself = false;             // the exit record
};

struct Truth {
  std::vector<std::vector<Execution>> executions;  // by test
  std::vector<int> begun;                          // by test: how often its execution was begun
  std::vector<int> begun_leased;                   // the same, without what a framework ran on its own, and its own retries
  std::map<std::pair<std::int32_t, std::int32_t>, run::WaitConcluded> waits;  // by flow and phase: what the board has decided
  std::map<domain::Term, AttemptFolder> attempts;  // every lease for which a framework was started, or could not be
};

struct World {
  explicit World(const Scenario& drawn) : scenario(drawn), random(drawn.seed * 0xd1b54a32d192ed03ULL + 7) {
    truth.executions.resize(scenario.plan.tests.size());
    truth.begun.resize(scenario.plan.tests.size());
    truth.begun_leased.resize(scenario.plan.tests.size());
  }

  bool faults_on() const { return timeline.elapsed() < scenario.faults_end; }
  bool happens(int permille) { return permille > 0 && faults_on() && random.below(1000) < static_cast<std::uint64_t>(permille); }
  Millis up_to(Millis max) {
    return Millis{static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(std::max<std::int64_t>(max.count(), 0)) + 1))};
  }
  void took(Transition transition) { coverage.took(transition); }

  const Scenario& scenario;
  Random random;
  Timeline timeline;
  Truth truth;
  Coverage coverage;
  int sessions_drawn = 0;
  std::function<void(domain::Term)> on_attempt;  // a framework is about to be started for this lease
};

}  // namespace tamarack::simulation
