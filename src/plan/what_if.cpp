#include "plan/what_if.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "base/check.h"

namespace tamarack::plan {
namespace {

using domain::Plan;
using domain::Unit;

struct Lease {
  Millis ends{0};
  std::vector<std::size_t> units;
};

// As schedule::pick: once what stands before a unit has ended, the order constrains it no more.
bool is_constrained(const Unit& unit) {
  return !unit.locks.empty() || !unit.caps.empty();
}

class Playthrough {
 public:
  Playthrough(const Plan& plan, std::int64_t workers, const ChunkRule& chunk_size)
      : plan_(plan), chunk_size_(chunk_size), leases_(static_cast<std::size_t>(workers)), finished_(plan.units.size()) {
    for (std::size_t i = 0; i < plan.units.size(); ++i) waiting_.push_back(i);
    for (const Unit& unit : plan.units) remaining_ += unit.estimate;
    for (const domain::Cap& cap : plan.caps) cap_left_[cap.name] = cap.units_max;
  }

  Prediction play() {
    Prediction prediction;
    Millis now = plan_.cost.app_start;
    while (true) {
      for (std::size_t worker = 0; worker < leases_.size(); ++worker)
        if (leases_[worker].units.empty() && start_lease(worker, now)) ++prediction.invocations;
      std::optional<Millis> next;
      for (const Lease& lease : leases_)
        if (!lease.units.empty()) next = std::min(next.value_or(Millis::max()), lease.ends);
      if (!next) break;
      now = *next;
      for (Lease& lease : leases_)
        if (!lease.units.empty() && lease.ends <= now) finish(lease);
    }
    CHECK(waiting_.empty(), "{} of {} units can never start", waiting_.size(), plan_.units.size());
    prediction.wall = now;
    return prediction;
  }

 private:
  bool is_static() const { return plan_.policy == domain::Policy::count || plan_.policy == domain::Policy::timing; }

  bool may_start(const Unit& unit, std::size_t worker) const {
    // A plan pinned for more workers than take part: the shares of the missing ones go round.
    if (unit.pinned_worker >= 0 && static_cast<std::size_t>(unit.pinned_worker) % leases_.size() != worker) return false;
    if (std::any_of(unit.locks.begin(), unit.locks.end(), [&](const std::string& lock) { return locked_.contains(lock); })) return false;
    if (std::any_of(unit.caps.begin(), unit.caps.end(), [&](const std::string& cap) {
          const auto left = cap_left_.find(cap);
          return left != cap_left_.end() && left->second <= 0;
        }))
      return false;
    return std::all_of(unit.after.begin(), unit.after.end(), [&](domain::UnitIndex before) { return finished_[before.value]; });
  }

  bool start_lease(std::size_t worker, Millis now) {
    const Millis budget =
        is_static() ? Millis::max()
                    : chunk_size_(remaining_ + in_flight(now), static_cast<std::int64_t>(leases_.size()), plan_.cost).budget(remaining_);
    Lease& lease = leases_[worker];
    Millis used{0};
    std::vector<std::size_t> left;
    bool closed = false;
    for (const std::size_t i : waiting_) {
      const Unit& unit = plan_.units[i];
      const bool fits = lease.units.empty() || (plan_.units_share_invocation && !is_constrained(unit) && used + unit.estimate <= budget);
      if (closed || !fits || !may_start(unit, worker)) {
        left.push_back(i);
        continue;
      }
      used += unit.estimate;
      lease.units.push_back(i);
      closed = is_constrained(unit) || !plan_.units_share_invocation;
    }
    if (lease.units.empty()) return false;
    waiting_ = std::move(left);
    remaining_ -= used;
    lease.ends = now + plan_.cost.framework_start + used;
    for (const std::size_t i : lease.units) {
      locked_.insert(plan_.units[i].locks.begin(), plan_.units[i].locks.end());
      for (const std::string& cap : plan_.units[i].caps) --cap_left_[cap];
    }
    return true;
  }

  Millis in_flight(Millis now) const {
    Millis sum{0};
    for (const Lease& lease : leases_)
      if (!lease.units.empty()) sum += std::max(lease.ends - now, Millis{0});
    return sum;
  }

  void finish(Lease& lease) {
    for (const std::size_t i : lease.units) {
      finished_[i] = true;
      for (const std::string& lock : plan_.units[i].locks) locked_.erase(lock);
      for (const std::string& cap : plan_.units[i].caps) ++cap_left_[cap];
    }
    lease.units.clear();
  }

  const Plan& plan_;
  const ChunkRule& chunk_size_;
  std::vector<Lease> leases_;  // one per worker; without units: idle
  std::vector<bool> finished_;
  std::vector<std::size_t> waiting_;
  Millis remaining_{0};
  std::set<std::string> locked_;
  std::map<std::string, std::int64_t> cap_left_;
};

}  // namespace

Prediction predict(const Plan& plan, std::int64_t workers, const ChunkRule& chunk_size) {
  CHECK(workers >= 1, "a run needs a worker, got {}", workers);
  Prediction prediction = Playthrough(plan, workers, chunk_size).play();
  prediction.workers = workers;
  prediction.machine = prediction.wall * workers;
  prediction.lower_bound = domain::lower_bound(plan, workers);
  return prediction;
}

Result<std::vector<Prediction>> what_if(const domain::Discovery& discovery, const domain::History& history, PlanOptions options,
                                        std::int64_t workers_max, const ChunkRule& chunk_size) {
  std::vector<Prediction> predictions;
  for (std::int64_t workers = 1; workers <= workers_max; ++workers) {
    options.workers = workers;
    predictions.push_back(predict(TRY(make_plan(discovery, history, options)), workers, chunk_size));
  }
  return predictions;
}

Choice choose_workers(const std::vector<Prediction>& predictions, Millis target) {
  CHECK(!predictions.empty());
  const Prediction* best = &predictions.front();
  for (const Prediction& one : predictions) {
    if (one.wall <= target) return {one, true};
    if (one.wall < best->wall) best = &one;
  }
  return {*best, false};
}

}  // namespace tamarack::plan
