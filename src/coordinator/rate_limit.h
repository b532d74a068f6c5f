// How often one caller may ask: a token bucket each. Pure; at most `callers_max` are remembered, those that have been quiet are forgotten
// first.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/time.h"

namespace tamarack::coordinator {

struct RateRule {
  double per_second = 500;
  double burst = 5'000;
};

class RateLimit {
 public:
  explicit RateLimit(RateRule rule) : rule_(rule) {}

  // Nothing when the caller may; otherwise how many seconds it has to wait.
  std::optional<std::int64_t> take(const std::string& caller, Instant now) {
    if (buckets_.size() >= callers_max) forget_quiet(now);
    Bucket& bucket = buckets_.try_emplace(caller, Bucket{rule_.burst, now}).first->second;
    const double passed = static_cast<double>((now - bucket.at).count()) / 1000;
    bucket.left = std::min(rule_.burst, bucket.left + passed * rule_.per_second);
    bucket.at = now;
    if (bucket.left < 1) return static_cast<std::int64_t>((1 - bucket.left) / rule_.per_second) + 1;
    bucket.left -= 1;
    return std::nullopt;
  }

 private:
  static constexpr std::size_t callers_max = 10'000;
  struct Bucket {
    double left = 0;
    Instant at;
  };
  // A bucket that would be full again says nothing. When none is, all begin anew: better than to grow without end.
  void forget_quiet(Instant now) {
    const Millis full_after{static_cast<std::int64_t>(rule_.burst / rule_.per_second * 1000)};
    std::erase_if(buckets_, [&](const auto& one) { return now - one.second.at >= full_after; });
    if (buckets_.size() >= callers_max) buckets_.clear();
  }

  RateRule rule_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace tamarack::coordinator
