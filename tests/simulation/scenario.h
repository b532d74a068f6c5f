// What one seed stands for: a plan, the options of the run, what every test is like, and which faults the world is going to have. Most
// faults are absent from most scenarios (swarm testing: Groce et al. 2012), so that one fault does not hide the effect of another.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/hash.h"
#include "domain/plan.h"
#include "domain/wait.h"
#include "run/record.h"

namespace tamarack::simulation {

// How a test behaves whenever it is executed.
enum class Nature { passes, fails, fails_at_first, fails_at_random, times_out, skips, kills_its_process, retried_by_framework };

struct TestNature {
  Nature nature = Nature::passes;
  Millis duration{100};
  int failures_first = 1;  // fails_at_first
  bool captures = false;   // "job_N": a number of its own for each execution
};

// What a wait of a flow is going to come to.
struct WaitNature {
  domain::WaitOutcome outcome = domain::WaitOutcome::satisfied;
  Millis duration{0};
  Millis late_max{0};  // between its end and the word about it
  int repeated = 0;    // in thousandths
};

// Probabilities in thousandths.
struct NetworkFaults {
  Millis delay_max{0};
  int lost = 0;
  int repeated = 0;
  bool ordered = true;
  int stalled = 0;  // per message: nothing passes for a while, then everything at once
  Millis stall_max{0};
};

struct FrameworkFaults {
  int killed = 0;
  int exits_early = 0;
  int crashes_after_last = 0;
  int hangs = 0;
  int reports_twice = 0;
  int runs_unplanned = 0;
  int interrupts = 0;
  int cannot_start = 0;
  int loses_end = 0;
  int ignores_stop = 0;
};

struct AppFaults {
  int never_starts = 0;
  int dies = 0;  // per second of its life
  int reset_fails = 0;
};

struct Scenario {
  std::uint64_t seed = 0;
  domain::Plan plan;
  run::Options options;
  std::vector<TestNature> natures;                                    // as plan.tests
  std::map<std::pair<std::int32_t, std::int32_t>, WaitNature> waits;  // by flow and phase
  bool local = true;  // one agent in the coordinator's own process, on a link that loses nothing
  int agents = 1;
  int workers_per_agent = 1;
  bool has_app = false;
  bool has_reset = false;
  bool live_events = true;  // false: results are read when the framework has ended
  Millis app_start{0};
  Millis framework_start{0};
  Millis unit_timeout{0};
  Millis commit_max{0};  // how long the store takes
  NetworkFaults network;
  FrameworkFaults framework;
  AppFaults app;
  int coordinator_kills = 0;
  int commit_failures = 0;
  bool agents_live_on = false;  // remote agents outlive the coordinator and broken lines
  int link_cuts = 0;
  Millis cut_max{0};
  int agent_kills = 0;
  int agents_later = 0;
  int clock_jumps = 0;
  bool user_stops = false;
  Millis faults_end{0};  // from here on the world is kind, and the run has to end
};

Scenario draw_scenario(std::uint64_t seed);

}  // namespace tamarack::simulation
