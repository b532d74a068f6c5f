// Bodies for GitHub's REST API (https://docs.github.com/en/rest, version 2022-11-28): commit statuses and check runs.
// Limits of the other side: a description of 140 characters; a check run's title of 255, summary of 65,535, 50 annotations a request, which
// later requests add to. A verdict that is not understood is never green.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "notify/news.h"
#include "report/report_view.h"

namespace tamarack::notify {

inline constexpr std::size_t check_summary_bytes_max = 65'535;
inline constexpr std::size_t annotations_per_request = 50;
inline constexpr std::size_t annotations_max = 200;  // four requests; nobody reads more beside the code

// POST /repos/{owner}/{repo}/statuses/{sha}
std::string commit_status(const report::ReportView& view, const News& news, std::string_view context);

// The first body creates the check run (POST /repos/{owner}/{repo}/check-runs, with `create_members` in front) or updates it (PATCH
// …/check-runs/{id}, as it is); the others are updates that add annotations.
struct CheckRequests {
  std::string create_members;  // "\"head_sha\":\"…\",", to be put behind the body's first brace
  std::vector<std::string> bodies;
};
CheckRequests check_run(const report::ReportView& view, const News& news, std::string_view name);

}  // namespace tamarack::notify
