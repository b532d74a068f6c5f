// How a test behaves over its newest executions. Pure.
//
// Only executions that count are looked at: the test came to an end of its own (passed, flaky, failed, timed_out) in a run that has ended
// and is not set aside (mass_failure.h). Of them:
//   failure rate = failed and timed_out ÷ runs
//   flaky rate   = flaky ÷ runs; flaky: failed at first and passed on a retry, in one run
//   flip rate    = flips ÷ pairs. A pair is two consecutive executions on one branch; it is a flip when one passed (at last) and the other
//                  failed. After Kowalczyk, Nair, Gao, Silberstein, Long, Memon: "Modeling and ranking flaky tests at Apple", ICSE-SEIP
//                  2020, who count the transitions of a version's runs; we count per branch, because the tests of two branches differ by
//                  intent. A real fault and its repair are two flips: a rate is judged over many pairs, not over one.
//   p50, p95     = of the durations of those that passed, flaky ones among them (their last try); when none did, of all. Nearest rank: the
//                  smallest duration that at least half (95 %) do not exceed.
//   trend        = p50 of the newer half ÷ p50 of the older half of those durations. With fewer than trend_durations_min there is none.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "domain/history.h"

namespace tamarack::insight {

inline constexpr std::size_t trend_durations_min = 8;

// Newest first. Those that do not count are left out.
domain::Figures figures_of(std::span<const domain::Execution> executions);

// The same for each branch alone.
std::map<std::string, domain::Figures> figures_by_branch(std::span<const domain::Execution> executions);

// Nearest rank, 0 < `share` <= 1; of no durations: 0.
Millis quantile(std::vector<Millis> durations, double share);

}  // namespace tamarack::insight
