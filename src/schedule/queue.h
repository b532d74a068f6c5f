// What is still to be handed out, and who may get what next. Pure: the queue is a value, picking is a function of the queue, the plan
// and what is in use right now.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "domain/plan.h"

namespace tamarack::schedule {

// A unit, or what is left of it: the tests that are still to run.
struct Piece {
  domain::UnitIndex unit;
  std::vector<domain::TestIndex> tests;
  bool alone = false;  // an invocation ended without getting to it: the next one has nothing else, so that the blame falls on the right one
  friend bool operator==(const Piece&, const Piece&) = default;
};

// Pieces in the order in which they are handed out, which is the plan's: what comes back first goes out first. A unit waits in one piece.
// Changed only by the functions below; at 10,000 units every one of them must stay cheap, since each lease calls them.
struct Queue {
  std::deque<Piece> waiting;
  Millis expected{0};  // the sum of the estimates
  friend bool operator==(const Queue&, const Queue&) = default;
};

void put_back(Queue& queue, const domain::Plan& plan, Piece piece);
// Removes a piece that was handed out; nothing happens when it does not wait.
void take_out(Queue& queue, const domain::Plan& plan, const Piece& piece);
// Removes one test of a unit, and the piece when it was its last.
void drop(Queue& queue, const domain::Plan& plan, domain::UnitIndex unit, domain::TestIndex test);

// What limits the next choice.
struct InUse {
  std::set<std::string> locks;
  std::map<std::string, std::int64_t> caps;  // units that run under each cap
  std::span<const std::int32_t> pending;     // by unit: tests that have not ended yet, wherever they are; empty: none
};

struct PickRequest {
  std::int64_t slot = 0;            // 0-based position of the worker among the run's workers, for pinned units
  std::int64_t workers_active = 1;  // workers that take part, this one included
  Millis in_flight{0};              // what the other workers still have to do of what they were handed
  Millis later{0};                  // what will come to the queue when waits have ended
  Millis framework_start{0};        // pace.h: start_cost
  bool only_pinned = true;          // static policies: take only what is pinned here; false: its owner is gone, anyone may
};

// The next chunk: the pieces one lease hands out together. Empty when nothing may start on this worker now. They wait until they are taken
// out.
std::vector<Piece> pick(const Queue& queue, const domain::Plan& plan, const InUse& in_use, const PickRequest& request);

// Why a worker gets nothing although pieces wait: "lock 'db'", "cap 'slow'", "after 'setup.spec.ts'"; empty when nothing waits.
std::string why_waiting(const Queue& queue, const domain::Plan& plan, const InUse& in_use);

// Expected duration of a piece: the unit's estimate in proportion to the tests that are left.
Millis estimate(const Piece& piece, const domain::Plan& plan);

}  // namespace tamarack::schedule
