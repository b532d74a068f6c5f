#include "domain/job.h"

#include <array>

namespace tamarack::domain {
namespace {

constexpr std::array<std::string_view, 8> names{"PENDING", "QUEUED", "INITIALIZING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED", "LOST"};

}  // namespace

std::string_view to_string(JobStatus status) {
  return names.at(static_cast<std::size_t>(status));
}

std::optional<JobStatus> parse_job_status(std::string_view text) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == text) return static_cast<JobStatus>(i);
  return std::nullopt;
}

}  // namespace tamarack::domain
