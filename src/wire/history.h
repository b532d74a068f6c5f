// What planning needs of the past, as GET /api/v1/projects/{project}/history answers it, version 1:
//   {"version":1,"has_run":true,"app_starts":[ms,…],"framework_starts":[ms,…],"failed":["<test id>",…],
//    "tests":{"<test id>":{"ms":[412,398],"outcomes":"pf"}}}
// Everything newest first; one letter per duration: p(assed), f(ailed), y (flaky). When an execution was is left out: estimates go by order
// alone, and with 100,000 tests of 20 durations each it would be most of the answer.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "domain/history.h"

namespace tamarack::wire {

inline constexpr std::int64_t history_version = 1;
inline constexpr std::size_t history_bytes_max = 64ULL << 20;  // 100,000 tests take about 14 MiB

std::string encode_history(const domain::History& history);

// `corrupt` when it is not the JSON of a history, with every wrong field; `limit_exceeded` when it is longer than history_bytes_max.
Result<domain::History> decode_history(std::string_view text);

}  // namespace tamarack::wire
