#include "schedule/queue.h"

#include <algorithm>

#include "base/check.h"
#include "schedule/chunk.h"

namespace tamarack::schedule {
namespace {

const domain::Unit& unit_of(const domain::Plan& plan, const Piece& piece) {
  return plan.units.at(piece.unit.value);
}

// A unit with constraints runs in a chunk of its own, so that a lock is never held while something else runs.
// An order is no such constraint: once what stands before a unit has ended, it may share a chunk.
bool is_constrained(const domain::Unit& unit) {
  return !unit.locks.empty() || !unit.caps.empty();
}

// So many pieces that do not fit are passed over for smaller ones behind them; a longest-first queue has those at its far end.
constexpr int misfits_max = 256;

auto place_of(Queue& queue, domain::UnitIndex unit) {
  return std::lower_bound(queue.waiting.begin(), queue.waiting.end(), unit,
                          [](const Piece& waiting, domain::UnitIndex wanted) { return waiting.unit < wanted; });
}

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
    if (before.value < in_use.pending.size() && in_use.pending[before.value] > 0)
      return "after '" + plan.units.at(before.value).title + "'";
  return {};
}

}  // namespace

Millis estimate(const Piece& piece, const domain::Plan& plan) {
  const domain::Unit& unit = unit_of(plan, piece);
  if (unit.tests.empty()) return unit.estimate;
  return unit.estimate * static_cast<std::int64_t>(piece.tests.size()) / static_cast<std::int64_t>(unit.tests.size());
}

void put_back(Queue& queue, const domain::Plan& plan, Piece piece) {
  queue.expected += estimate(piece, plan);
  queue.waiting.insert(place_of(queue, piece.unit), std::move(piece));
}

void take_out(Queue& queue, const domain::Plan& plan, const Piece& piece) {
  for (auto at = place_of(queue, piece.unit); at != queue.waiting.end() && at->unit == piece.unit; ++at) {
    if (*at != piece) continue;
    queue.expected -= estimate(piece, plan);
    queue.waiting.erase(at);
    return;
  }
}

void drop(Queue& queue, const domain::Plan& plan, domain::UnitIndex unit, domain::TestIndex test) {
  const auto at = place_of(queue, unit);
  if (at == queue.waiting.end() || at->unit != unit) return;
  queue.expected -= estimate(*at, plan);
  std::erase(at->tests, test);
  queue.expected += estimate(*at, plan);
  if (at->tests.empty()) queue.waiting.erase(at);
}

std::vector<Piece> pick(const Queue& queue, const domain::Plan& plan, const InUse& in_use, const PickRequest& request) {
  const bool is_static = plan.policy == domain::Policy::count || plan.policy == domain::Policy::timing;
  // The fair share is one of everything that is not done, not only of what waits: otherwise the second worker of a fresh run would be
  // handed half of what the first got, and pay for more starts. A static share goes out whole: the split was decided with the plan.
  const Millis budget = is_static ? Millis::max()
                                  : chunk_size({.remaining = request.in_flight + queue.expected,
                                                .later = request.later,
                                                .workers = request.workers_active,
                                                .framework_start = request.framework_start,
                                                .estimates_known = plan.cost.from_history})
                                        .budget(queue.expected);
  std::vector<Piece> chunk;
  Millis used{0};
  int misfits = 0;
  for (const Piece& piece : queue.waiting) {
    const domain::Unit& unit = unit_of(plan, piece);
    const bool mine = !request.only_pinned || unit.pinned_worker < 0 || unit.pinned_worker == request.slot;
    if (!mine) continue;
    const Millis expected = estimate(piece, plan);
    const bool by_itself = is_constrained(unit) || piece.alone;
    const bool fits = chunk.empty() || (!by_itself && used + expected <= budget);
    if (!fits && ++misfits >= misfits_max) break;
    if (!fits || !what_blocks(unit, plan, in_use).empty()) continue;
    used += expected;
    chunk.push_back(piece);
    if (by_itself || !plan.units_share_invocation) break;
  }
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
