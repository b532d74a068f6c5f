// Jobs over HTTP: submitted, reported, watched, cancelled; their results and logs.
#pragma once

#include <memory>
#include <string>

#include "coordinator/flow_parts.h"
#include "coordinator/job_feeds.h"
#include "coordinator/job_logs.h"
#include "wire/flow_api.h"

namespace tamarack::coordinator {

class JobRoutes {
 public:
  // `log_folder`: see JobLogs.
  JobRoutes(FlowParts& parts, std::string log_folder);

  // Where the body of an upload goes.
  io::Admission admit_upload(const io::RequestHead& head, const domain::Caller& caller);
  void handle(Call call);

 private:
  // Null when there is none that this caller may see; it has been answered then.
  const flow::Job* find(const Call& call);
  void entered(const flow::Entry& entry);
  void submit(const Call& call);
  void process(Call call);
  struct NewJob {
    domain::JobRequest request;
    std::string project;
  };
  Result<NewJob> new_job(const Call& call, const wire::JobWish& wish, const std::string& kind_otherwise) const;
  void submit(const Call& call, NewJob wanted);
  void list(const Call& call);
  void show(const Call& call);
  void status(const Call& call);
  void events(const Call& call);
  void result(const Call& call);
  void log(const Call& call);
  void cancel(const Call& call);
  void report(const Call& call);
  void renew_blobs();

  FlowParts& parts_;
  JobFeeds feeds_;
  JobLogs logs_;
  io::Timer renewing_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

// "blob:ab12…", or "blob:ab12…/name": a result that lies in the blobs of its project.
inline constexpr std::string_view blob_location = "blob:";

}  // namespace tamarack::coordinator
