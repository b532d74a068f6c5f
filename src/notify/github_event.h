// The event that started a GitHub Actions workflow, as GITHUB_EVENT_PATH holds it: the one place where a job finds the head of a pull
// request, because GITHUB_SHA is the commit of a trial merge.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "domain/ci_identity.h"

namespace tamarack::notify {

inline constexpr std::size_t github_event_bytes_max = 4
                                                      << 20;  // GitHub's own limit of a payload is 25 MB; those of pull requests are small

// What the event says of the pull request goes into `run`: commit, branch, number. Anything else, any bytes: `run` as it is.
void add_github_event(std::string_view event, domain::CiRun& run);

}  // namespace tamarack::notify
