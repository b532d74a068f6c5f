#include "schedule/queue.h"

#include <algorithm>

#include "base/check.h"
#include "schedule/chunk.h"

namespace tamarack::schedule {
namespace {

const domain::Unit& unit_of(const domain::Plan& plan, const Piece& piece) { return plan.units.at(piece.unit.value); }

// A unit with constraints runs in a chunk of its own, so that a lock is never held while something else runs.
bool is_constrained(const domain::Unit& unit) { return !unit.locks.empty() || !unit.caps.empty() || !unit.after.empty(); }

std::int64_t cap_max(const domain::Plan& plan, const std::string& name) {
  for (const domain::Cap& cap : plan.caps)
    if (cap.name == name) return cap.units_max;
  return INT64_MAX;
}

std::string what_blocks(const domain::Unit& unit, const domain::Plan& plan, const InUse& in_use) {
  for (const std::string& lock : unit.locks)
    if (in_use.locks.contains(lock)) return "lock '" + lock + "'";
  for (const std::string& cap : unit.caps) {
    const auto running = in_use.caps.find(cap);
    if (running != in_use.caps.end() && running->second >= cap_max(plan, cap)) return "cap '" + cap + "'";
  }
  for (const domain::UnitIndex before : unit.after)
    if (in_use.unfinished.contains(before)) return "after '" + plan.units.at(before.value).title + "'";
  return {};
}

}  // namespace

Millis estimate(const Piece& piece, const domain::Plan& plan) {
  const domain::Unit& unit = unit_of(plan, piece);
  if (unit.tests.empty()) return unit.estimate;
  return unit.estimate * static_cast<std::int64_t>(piece.tests.size()) / static_cast<std::int64_t>(unit.tests.size());
}

std::vector<Piece> pick(Queue& queue, const domain::Plan& plan, const InUse& in_use, const PickRequest& request) {
  const bool is_static = plan.policy == domain::Policy::count || plan.policy == domain::Policy::timing;
  // The fair share is one of everything that is not done, not only of what waits: otherwise the second worker of a fresh run would be
  // handed half of what the first got, and pay for more starts.
  Millis remaining = request.in_flight;
  for (const Piece& piece : queue.waiting) remaining += estimate(piece, plan);
  // A static share goes out whole: the split was decided when the plan was made.
  const Millis budget = is_static ? Millis::max()
                                  : chunk_budget({.remaining = remaining,
                                                  .workers = request.workers_active,
                                                  .framework_start = plan.cost.framework_start,
                                                  .estimates_known = plan.cost.from_history});
  std::vector<Piece> chunk;
  std::vector<Piece> left;
  Millis used{0};
  bool closed = false;
  left.reserve(queue.waiting.size());
  for (Piece& piece : queue.waiting) {
    const domain::Unit& unit = unit_of(plan, piece);
    const bool mine = !request.only_pinned || unit.pinned_worker < 0 || unit.pinned_worker == request.slot;
    const Millis expected = estimate(piece, plan);
    const bool fits = chunk.empty() || (plan.units_share_invocation && !is_constrained(unit) && used + expected <= budget);
    if (closed || !mine || !fits || !what_blocks(unit, plan, in_use).empty()) {
      left.push_back(std::move(piece));
      continue;
    }
    used += expected;
    closed = is_constrained(unit) || !plan.units_share_invocation;
    chunk.push_back(std::move(piece));
  }
  queue.waiting = std::move(left);
  return chunk;
}

std::string why_waiting(const Queue& queue, const domain::Plan& plan, const InUse& in_use) {
  for (const Piece& piece : queue.waiting) {
    std::string cause = what_blocks(unit_of(plan, piece), plan, in_use);
    if (!cause.empty()) return cause;
  }
  return {};
}

}  // namespace tamarack::schedule
