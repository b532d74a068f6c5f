// The end of what jobs wrote, as their executors report it: 64 KiB of each, in a folder, gone with the job. On the loop, but for the files.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "domain/job.h"
#include "io/lane.h"

namespace tamarack::coordinator {

inline constexpr std::size_t job_log_bytes_max = 64 * 1024;

class JobLogs {
 public:
  // `folder` is made when it is needed; empty: logs live as long as this.
  JobLogs(io::Loop& loop, std::string folder) : files_(loop), folder_(std::move(folder)) {}

  void keep(const domain::JobId& job, std::string log);
  void forget(const domain::JobId& job);
  // `done` once, with nothing where there is no log.
  void find(const domain::JobId& job, std::function<void(std::optional<std::string>)> done);
  // In this process; a log of an earlier one is found by find() alone.
  bool has(const domain::JobId& job) const { return kept_.contains(job); }

 private:
  std::string path_of(const domain::JobId& job) const;

  io::Lane files_;
  std::string folder_;
  std::map<domain::JobId, std::string> kept_;  // with a folder: known to be in a file, and empty here
};

}  // namespace tamarack::coordinator
