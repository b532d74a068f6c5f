#include "insight/flakiness.h"

#include <algorithm>
#include <cmath>

namespace tamarack::insight {
namespace {

using domain::Execution;
using domain::Figures;

bool says_something(const Execution& one) {
  return one.counted && domain::has_run(one.outcome);
}

void count(const Execution& one, Figures& figures) {
  ++figures.runs;
  if (one.outcome == domain::Outcome::passed) ++figures.passed;
  if (one.outcome == domain::Outcome::flaky) ++figures.flaky;
  if (domain::has_failed(one.outcome)) ++figures.failed;
}

// Newest first.
std::vector<Millis> durations_of(std::span<const Execution> executions) {
  std::vector<Millis> passed;
  std::vector<Millis> all;
  for (const Execution& one : executions) {
    if (!says_something(one)) continue;
    all.push_back(one.duration);
    if (!domain::has_failed(one.outcome)) passed.push_back(one.duration);
  }
  return passed.empty() ? all : passed;
}

std::optional<double> trend_of(const std::vector<Millis>& newest_first) {
  if (newest_first.size() < trend_durations_min) return std::nullopt;
  const auto half = static_cast<std::ptrdiff_t>(newest_first.size() / 2);
  // Of an odd number the one in the middle belongs to neither.
  const Millis newer = quantile({newest_first.begin(), newest_first.begin() + half}, 0.5);
  const Millis older = quantile({newest_first.end() - half, newest_first.end()}, 0.5);
  // A millisecond is the least that can be told: what took none has not become infinitely slower.
  return static_cast<double>(std::max(newer.count(), std::int64_t{1})) / static_cast<double>(std::max(older.count(), std::int64_t{1}));
}

}  // namespace

Millis quantile(std::vector<Millis> durations, double share) {
  if (durations.empty()) return Millis{0};
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(durations.size())));
  const auto at = durations.begin() + static_cast<std::ptrdiff_t>(std::clamp<std::size_t>(rank, 1, durations.size()) - 1);
  std::nth_element(durations.begin(), at, durations.end());
  return *at;
}

Figures figures_of(std::span<const Execution> executions) {
  Figures figures;
  std::map<std::string_view, bool> newer_failed;  // by branch
  for (const Execution& one : executions) {
    if (!says_something(one)) continue;
    count(one, figures);
    const bool failed = domain::has_failed(one.outcome);
    const auto [newer, is_first] = newer_failed.try_emplace(one.branch, failed);
    if (is_first) continue;
    ++figures.pairs;
    if (newer->second != failed) ++figures.flips;
    newer->second = failed;
  }
  const std::vector<Millis> durations = durations_of(executions);
  figures.p50 = quantile(durations, 0.5);
  figures.p95 = quantile(durations, 0.95);
  figures.trend = trend_of(durations);
  return figures;
}

std::map<std::string, Figures> figures_by_branch(std::span<const Execution> executions) {
  std::map<std::string, std::vector<Execution>> by_branch;
  for (const Execution& one : executions)
    if (says_something(one)) by_branch[one.branch].push_back(one);
  std::map<std::string, Figures> found;
  for (const auto& [branch, own] : by_branch) found[branch] = figures_of(own);
  return found;
}

}  // namespace tamarack::insight
