#include "flow/pace.h"

#include <algorithm>

namespace tamarack::flow {
namespace {

constexpr std::size_t known_min = 3;

Millis learned_gap(const Pace& pace, Millis waited) {
  const Millis p10 = pace.past[0];
  const Millis p50 = pace.past[1];
  const Millis p90 = pace.past[2];
  if (waited < p10) return std::max(pace.min, std::min(p10 - waited, std::max(pace.max, p10 / 3)));
  const Millis dense = p50 / 10;
  const Millis tail = waited > p90 ? (waited - p90) / 4 : Millis{0};
  return std::clamp(dense + tail, pace.min, pace.max);
}

}  // namespace

Millis next_gap(const Pace& pace, Millis waited, bool is_pushed) {
  if (is_pushed) return std::max(pace.net, pace.min);
  if (pace.past.size() == 3) return learned_gap(pace, waited);
  return std::clamp(waited / 5, pace.min, pace.max);
}

Millis with_jitter(Millis gap, Random& random) {
  const std::int64_t width = gap.count() / 5;
  if (width <= 0) return gap;
  return gap - Millis{width / 2} + Millis{static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(width) + 1))};
}

void Durations::add(const std::string& label, Millis duration) {
  if (!kept_.contains(label) && kept_.size() >= labels_max) return;
  std::deque<Millis>& kept = kept_[label];
  kept.push_back(duration);
  if (kept.size() > kept_max) kept.pop_front();
}

std::vector<Millis> Durations::quantiles(const std::string& label) const {
  const auto found = kept_.find(label);
  if (found == kept_.end() || found->second.size() < known_min) return {};
  std::vector<Millis> sorted(found->second.begin(), found->second.end());
  std::sort(sorted.begin(), sorted.end());
  const auto at = [&](std::size_t percent) { return sorted[(sorted.size() - 1) * percent / 100]; };
  return {at(10), at(50), at(90)};
}

}  // namespace tamarack::flow
