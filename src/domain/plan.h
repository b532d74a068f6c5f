// The plan of a run: which tests, in which units, in which order, with what estimates. An explicit value: it is journaled before
// anything runs and can be replayed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "domain/capture.h"
#include "domain/flow.h"
#include "domain/ids.h"
#include "domain/test_case.h"

namespace tamarack::domain {

enum class Policy { count, timing, dynamic, replay };
std::string_view to_string(Policy policy);

// The smallest piece that is scheduled: a spec, or some tests of a spec. Units of one lease run in one framework invocation.
struct Unit {
  UnitIndex index;
  std::string title;  // "checkout.spec.ts" or "checkout.spec.ts › guest"
  std::string spec;
  std::vector<TestIndex> tests;     // in the framework's order
  Millis estimate{0};               // expected duration of its tests, without any start-up
  bool serial = false;              // runs as a whole or not at all
  std::vector<std::string> locks;   // named locks it holds while it runs
  std::vector<std::string> caps;    // names of concurrency caps it counts against
  std::vector<UnitIndex> after;     // units that must have ended before it starts
  std::int64_t pinned_worker = -1;  // static policies (count, timing): the slot (0-based) it belongs to; -1: any
  friend bool operator==(const Unit&, const Unit&) = default;
};

struct Cap {
  std::string name;
  std::int64_t units_max = 1;
  friend bool operator==(const Cap&, const Cap&) = default;
};

struct CostEstimate {
  Millis app_start{0};        // per worker, once
  Millis framework_start{0};  // per framework invocation
  bool from_history = false;  // false: first run, durations are guesses
  friend bool operator==(const CostEstimate&, const CostEstimate&) = default;
};

// How much one lease hands out, by expected duration.
struct ChunkSize {
  Millis aim{0};   // what it should hold, at most
  Millis most{0};  // what it may hold where that leaves nothing over: a rest is not worth a start of its own
  // For a queue with so much in it.
  Millis budget(Millis waiting) const { return waiting <= most ? most : aim; }
  friend bool operator==(const ChunkSize&, const ChunkSize&) = default;
};

struct Plan {
  std::string framework;
  std::string framework_version;
  std::vector<TestCase> tests;
  std::vector<Unit> units;  // in the order in which they are to be handed out
  std::vector<Cap> caps;
  Policy policy = Policy::dynamic;
  std::int64_t workers = 1;
  std::uint64_t seed = 0;
  CostEstimate cost;
  bool units_share_invocation = true;  // false: one framework invocation per unit (a `command` template with {unit})
  bool can_select_tests = true;        // the framework can be told to run single tests of a unit
  std::vector<Flow> flows;             // a unit has tests of one phase of one flow, or of none
  std::vector<Capture> given;          // of the run that this one continues: every test gets them
  friend bool operator==(const Plan&, const Plan&) = default;
};

// Everything that makes a plan from outside impossible, each with its place; empty for a good one. What make_plan() makes is good.
std::vector<std::string> problems_of(const Plan& plan);

// max(longest unit, sum of units / workers) over the estimates.
Millis lower_bound(const Plan& plan, std::int64_t workers);

}  // namespace tamarack::domain
