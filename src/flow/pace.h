// When to look again, from what is known: how long such work took before, how long this one has been waited for, and what the other side
// asked for. A pure function and a small memory of durations; who shares which request is in probes.h.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/time.h"

namespace tamarack::flow {

struct Pace {
  Millis min{250};
  Millis max{15'000};
  Millis net{60'000};        // between looks where a push is expected to come first
  std::vector<Millis> past;  // p10, p50, p90 of earlier durations; empty: nothing is known
  friend bool operator==(const Pace&, const Pace&) = default;
};

// Until the next look, after `waited` of waiting without an end.
//   nothing known      a fifth of the time waited: a mean overshoot of a tenth, and requests that grow with the logarithm of the duration
//   before p10         straight to p10, in steps of at most max or a third of p10: failures come early, successes hardly ever do
//   p10 to p90         a tenth of the median
//   after p90          growing with the time since
// Never below min; never above max, except before p10. With a push: net.
Millis next_gap(const Pace& pace, Millis waited, bool is_pushed);

// Up to a tenth more or less, so that what began together does not stay together.
Millis with_jitter(Millis gap, Random& random);

// The last durations of work of one label, and their quantiles.
class Durations {
 public:
  void add(const std::string& label, Millis duration);
  // p10, p50, p90; empty with fewer than three durations.
  std::vector<Millis> quantiles(const std::string& label) const;

 private:
  static constexpr std::size_t kept_max = 64;  // of one label: follows a change of the backend within days
  static constexpr std::size_t labels_max = 2'000;
  std::map<std::string, std::deque<Millis>> kept_;
};

}  // namespace tamarack::flow
