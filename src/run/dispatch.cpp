#include <algorithm>

#include "run/flows.h"
#include "run/stepper.h"

namespace tamarack::run {

using domain::Term;

// A test that begins or ends frees no worker and no lock: that is the end of its lease. Only where units wait for others may the end of a
// test be the end of a wait. With a thousand workers, looking at all of them for each test would be most of the work.
bool Stepper::may_free_something() const {
  return std::any_of(entries_.begin(), entries_.end(), [this](const Entry& entry) {
    if (std::holds_alternative<TestStarted>(entry.record) || std::holds_alternative<ArtifactStored>(entry.record) ||
        std::holds_alternative<MessageRefused>(entry.record))
      return false;
    return run_.has_order || !std::holds_alternative<TestFinished>(entry.record);
  });
}

void Stepper::conclude() {
  // Where nothing was decided nothing has changed, and the last step has handed out what could be.
  if (!run_.is_planned() || run_.finished || entries_.empty()) return;
  advance_flows();
  if (!run_.stopping && may_free_something()) {
    dispatch();
    if (advance_flows() && !run_.stopping) dispatch();  // what could not be scheduled ended flows
  }
  if (run_.ledger.is_complete() && run_.tests_pending == 0 && run_.leases.empty()) finish();
}

Millis Stepper::in_flight() const {
  Millis sum{0};
  for (const auto& [term, lease] : run_.leases) {
    // What was reported counts more than the clock: where all tests are faster than they were thought to be, a lease that is nearly done
    // would look half done, and somebody else would be handed its part of the rest.
    const Millis by_clock = std::max(run_.plan.cost.framework_start + lease.left - (now_ - lease.granted), Millis{0});
    sum += lease.reported.empty() ? by_clock : lease.left;
  }
  return sum;
}

Stepper::Crew Stepper::crew() const {
  Crew crew;
  for (const auto& [id, worker] : run_.workers) {
    const bool away = worker.phase == WorkerPhase::ended || worker.phase == WorkerPhase::silent;
    if (away) crew.somebody_away = true;
    if (!away) ++crew.active;
    if (worker.released) ++crew.released;
    if (worker.phase == WorkerPhase::starting) crew.somebody_starting = true;
  }
  return crew;
}

void Stepper::dispatch() {
  if (run_.queue.waiting.empty()) return;
  const Crew crew = this->crew();
  // A share may be meant for a worker that never came; whoever is left takes it when nothing else can happen any more.
  const bool any_share = crew.somebody_away || (!crew.somebody_starting && run_.leases.empty());
  // Workers that the plan counts on and that are still on their way get their part of what is handed out meanwhile.
  const std::int64_t known = static_cast<std::int64_t>(run_.workers.size()) - crew.released;
  const std::int64_t to_come = std::max<std::int64_t>(run_.plan.workers - known, 0);
  const std::int64_t limit = run_.options.workers_max;
  const std::int64_t at_work = limit > 0 ? std::min(crew.active + to_come, limit) : crew.active + to_come;
  const bool shares = run_.plan.policy == domain::Policy::count || run_.plan.policy == domain::Policy::timing;
  for (const auto& [id, worker] : run_.workers) {
    if (run_.queue.waiting.empty()) return;
    if (worker.phase != WorkerPhase::idle) continue;
    // Agents come with all their workers: where fewer were asked for, the others stand by.
    if (limit > 0 && std::ssize(run_.leases) >= limit) return;
    const schedule::InUse use = in_use(run_);
    schedule::PickRequest request{.slot = worker.slot,
                                  .workers_active = at_work,
                                  .in_flight = in_flight(),
                                  .later = run_.later,
                                  .framework_start = schedule::start_cost(run_.plan.cost, run_.pace)};
    std::vector<schedule::Piece> pieces = schedule::pick(run_.queue, run_.plan, use, request);
    if (pieces.empty() && any_share) {
      request.only_pinned = false;
      pieces = schedule::pick(run_.queue, run_.plan, use, request);
    }
    // Without shares what one idle worker cannot get nobody can.
    if (pieces.empty() && !shares) break;
    if (pieces.empty()) continue;
    const Term term{run_.last_term + 1};
    record(LeaseGranted{term, id, pieces, now_ + run_.options.lease_lifetime});
    std::vector<LeaseCaptures> captures = captures_of(run_, pieces);
    effects_.push_back(GrantLease{id, term, std::move(pieces), std::move(captures)});
  }
  // What waits for a flow that is parked is not stuck.
  const bool stuck =
      crew.active > 0 && !crew.somebody_starting && run_.leases.empty() && !run_.queue.waiting.empty() && run_.waits_open == 0;
  if (stuck) give_up_all_waiting("it could not be scheduled: " + schedule::why_waiting(run_.queue, run_.plan, in_use(run_)));
}

void Stepper::finish() {
  const domain::Verdict verdict = judge(run_.ledger, run_.circumstances);
  record(RunFinished{verdict, run_.ledger, headline(run_.ledger, run_.circumstances)});
  effects_.push_back(FinishRun{});
}

}  // namespace tamarack::run
