#include "plan/estimate.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/check.h"

namespace tamarack::plan {
namespace {

constexpr std::size_t timings_max = 20;
constexpr double quantile = 0.75;
constexpr double weight_of_next_older = 0.85;
constexpr Millis fallback_duration{1000};
// File size is a weak hint: it orders specs, and must not claim that one is 50 times another.
constexpr double size_factor_min = 0.25;
constexpr double size_factor_max = 4.0;

bool was_executed(const domain::TestTiming& timing) {
  return timing.outcome != domain::Outcome::skipped;
}

std::optional<Millis> known_duration(const domain::TestCase& test, const domain::History& history) {
  const auto found = history.tests.find(test.id);
  if (found == history.tests.end()) return std::nullopt;
  const auto& timings = found->second.timings;
  if (std::none_of(timings.begin(), timings.end(), was_executed)) return std::nullopt;
  return typical_duration(timings);
}

Millis median_of_newest(const std::vector<Millis>& newest_first, Millis otherwise) {
  if (newest_first.empty()) return otherwise;
  const std::size_t count = std::min(timings_max, newest_first.size());
  return median({newest_first.begin(), newest_first.begin() + static_cast<std::ptrdiff_t>(count)});
}

// Bytes of file per test, per spec, and their median over the suite.
class SizeGuess {
 public:
  SizeGuess(std::span<const domain::TestCase> tests, const std::map<std::string, std::int64_t>& spec_bytes) {
    std::map<std::string, std::int64_t> counts;
    for (const domain::TestCase& test : tests) ++counts[test.identity.spec];
    std::vector<double> all;
    for (const auto& [spec, count] : counts) {
      const auto bytes = spec_bytes.find(spec);
      if (bytes == spec_bytes.end() || bytes->second <= 0) continue;
      per_test_[spec] = static_cast<double>(bytes->second) / static_cast<double>(count);
      all.push_back(per_test_[spec]);
    }
    if (all.empty()) return;
    std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2), all.end());
    typical_ = all[all.size() / 2];
  }

  std::optional<Millis> of(const std::string& spec) const {
    const auto found = per_test_.find(spec);
    if (found == per_test_.end()) return std::nullopt;
    const double factor = std::clamp(found->second / typical_, size_factor_min, size_factor_max);
    return Millis{static_cast<std::int64_t>(factor * static_cast<double>(fallback_duration.count()))};
  }

 private:
  std::map<std::string, double> per_test_;
  double typical_ = 1.0;
};

}  // namespace

std::string_view to_string(EstimateSource source) {
  switch (source) {
    case EstimateSource::history:
      return "history";
    case EstimateSource::spec:
      return "median of the spec";
    case EstimateSource::suite:
      return "median of the suite";
    case EstimateSource::size:
      return "file size";
    case EstimateSource::fallback:
      return "guess";
    case EstimateSource::skip:
      return "skipped";
  }
  return "guess";
}

Millis median(std::vector<Millis> values) {
  if (values.empty()) return Millis{0};
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Millis typical_duration(std::span<const domain::TestTiming> timings) {
  std::vector<std::pair<Millis, double>> weighted;
  double weight = 1.0;
  double total = 0.0;
  for (const domain::TestTiming& timing : timings) {
    if (!was_executed(timing)) continue;
    if (weighted.size() == timings_max) break;
    weighted.emplace_back(timing.duration, weight);
    total += weight;
    weight *= weight_of_next_older;
  }
  CHECK(!weighted.empty(), "no executed timing among {}", timings.size());
  std::sort(weighted.begin(), weighted.end());
  double sum = 0.0;
  for (const auto& [duration, share] : weighted) {
    sum += share;
    if (sum >= quantile * total) return std::max(duration, Millis{0});
  }
  return weighted.back().first;
}

Estimates estimate(std::span<const domain::TestCase> tests, const domain::History& history,
                   const std::map<std::string, std::int64_t>& spec_bytes, const CostGuess& guess) {
  Estimates estimates;
  estimates.tests.resize(tests.size());
  std::map<std::string, std::vector<Millis>> known_by_spec;
  std::vector<Millis> known;
  for (std::size_t i = 0; i < tests.size(); ++i) {
    if (tests[i].skip_expected) {
      estimates.tests[i] = {Millis{0}, EstimateSource::skip};
    } else if (const auto duration = known_duration(tests[i], history)) {
      estimates.tests[i] = {*duration, EstimateSource::history};
      known_by_spec[tests[i].identity.spec].push_back(*duration);
      known.push_back(*duration);
    }
  }
  std::map<std::string, Millis> spec_medians;
  for (auto& [spec, durations] : known_by_spec) spec_medians[spec] = median(std::move(durations));
  const SizeGuess size_guess(tests, spec_bytes);
  const Millis suite_median = median(known);
  for (std::size_t i = 0; i < tests.size(); ++i) {
    TestEstimate& one = estimates.tests[i];
    if (one.source != EstimateSource::fallback) continue;
    const std::string& spec = tests[i].identity.spec;
    if (const auto found = spec_medians.find(spec); found != spec_medians.end()) {
      one = {found->second, EstimateSource::spec};
    } else if (!known.empty()) {
      one = {suite_median, EstimateSource::suite};
    } else if (const auto by_size = size_guess.of(spec)) {
      one = {*by_size, EstimateSource::size};
    } else {
      one = {fallback_duration, EstimateSource::fallback};
    }
  }
  estimates.cost = {.app_start = median_of_newest(history.app_starts, guess.app_start),
                    .framework_start = median_of_newest(history.framework_starts, guess.framework_start),
                    .from_history = !known.empty()};
  return estimates;
}

}  // namespace tamarack::plan
