#include "coordinator/job_logs.h"

#include "base/text.h"
#include "io/files.h"

namespace tamarack::coordinator {

std::string JobLogs::path_of(const domain::JobId& job) const {
  // Ids are drawn by the server, and this is a path all the same.
  return is_plain_name(job.value) ? folder_ + "/" + job.value + ".log" : std::string{};
}

void JobLogs::keep(const domain::JobId& job, std::string log) {
  log = tail_of(to_valid_utf8(log), job_log_bytes_max);
  if (folder_.empty()) {
    kept_[job] = std::move(log);
    return;
  }
  kept_[job].clear();
  const std::string path = path_of(job);
  if (path.empty()) return;
  // A log that cannot be kept fails no job.
  files_.run([folder = folder_, path,
              log = std::move(log)] { (void)(io::make_directories(folder).has_value() && io::write_file(path, log).has_value()); },
             [] {});
}

void JobLogs::forget(const domain::JobId& job) {
  kept_.erase(job);
  if (folder_.empty()) return;
  if (const std::string path = path_of(job); !path.empty()) files_.run([path] { (void)io::remove_tree(path).has_value(); }, [] {});
}

void JobLogs::find(const domain::JobId& job, std::function<void(std::optional<std::string>)> done) {
  const auto kept = kept_.find(job);
  if (folder_.empty()) return done(kept == kept_.end() ? std::nullopt : std::optional(kept->second));
  auto found = std::make_shared<std::optional<std::string>>();
  files_.run(
      [path = path_of(job), found] {
        if (path.empty() || !io::exists(path)) return;
        if (auto text = io::read_file(path)) *found = std::move(*text);
      },
      [found, done = std::move(done)] { done(std::move(*found)); });
}

}  // namespace tamarack::coordinator
