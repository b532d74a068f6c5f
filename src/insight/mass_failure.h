// A run in which so much failed at once that its tests cannot be the cause: a database that was down, a broken deployment, a machine
// without a browser. Its results are shown, but say nothing about single tests, so they are set aside: no figure is made from them. Pure.
//
// A run is set aside when
//   1. its verdict is infrastructure: the application or a worker could not be kept running; or
//   2. at least mass_failures_min tests failed and they are at least 80 % of those that ran; or
//   3. at least mass_failures_min tests failed, at least 20 % of those that ran, and at least 90 % of the failed ones complain about the
//   same
//      thing: the same first line of their error, numbers apart (ports, times, process ids).
// A small suite is never set aside by 2 and 3: below mass_failures_min failures are told apart by people. 80 % is also where Trunk stops to
// call tests flaky. Timeouts are failures; skipped, lost, cancelled and never begun tests did not run.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "domain/history.h"

namespace tamarack::insight {

inline constexpr std::int64_t mass_failures_min = 10;
inline constexpr std::int64_t mass_share_percent = 80;        // of those that ran
inline constexpr std::int64_t same_error_share_percent = 20;  // of those that ran
inline constexpr std::int64_t same_error_agree_percent = 90;  // of those that failed

// Why the run is set aside, for people: "infrastructure: 45 of 50 tests failed"; empty: its results count.
std::string why_set_aside(const domain::RunFailures& failures);

// The error without what differs from test to test: every run of digits becomes '#'.
std::string error_kind(std::string_view error);

}  // namespace tamarack::insight
