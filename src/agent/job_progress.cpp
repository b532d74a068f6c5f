#include "agent/job_progress.h"

#include "base/text.h"

namespace tamarack::agent {
namespace {

constexpr std::string_view prefix = "tamarack:";
constexpr std::size_t stage_bytes_max = 200;

}  // namespace

std::optional<JobProgress> read_progress(std::string_view line) {
  line = trim(line);
  if (!line.starts_with(prefix)) return std::nullopt;
  JobProgress said;
  for (const std::string& word : split(trim(line.substr(prefix.size())), ' ')) {
    if (word.starts_with("stage=")) said.stage = to_valid_utf8(word.substr(6, stage_bytes_max));
    const auto percent = word.starts_with("progress=") ? parse_integer(word.substr(9)) : std::nullopt;
    if (percent && *percent <= 100) said.progress = static_cast<std::int32_t>(*percent);
  }
  if (!said.stage && !said.progress) return std::nullopt;
  return said;
}

void LogTail::add(std::string_view bytes) {
  bytes_ += bytes;
  if (bytes_.size() > 2 * bytes_max_) bytes_.erase(0, bytes_.size() - bytes_max_);
}

std::string LogTail::text() const {
  return tail_of(to_valid_utf8(bytes_), bytes_max_);
}

}  // namespace tamarack::agent
