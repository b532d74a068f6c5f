// `tamarack agent --processors`: executes jobs of a server with commands of this machine. Asks for jobs, says what it holds, and obeys; the
// question is the heartbeat as well.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agent/job_run.h"
#include "domain/job.h"

namespace tamarack::agent {

struct Processor {
  std::string name;
  std::string command;
  std::int64_t concurrency = 1;
  Millis timeout{0};  // 0: none
};

struct JobExecutorSettings {
  std::string executor;  // this process, and no other: drawn when it starts
  std::string folder;    // for the folders of jobs
  std::vector<Processor> processors;
  Masker masker;
  std::function<void(const std::string&)> say;
  Millis wait{20'000};      // for an order
  Millis heartbeat{4'000};  // at most, while something is held
};

class JobExecutor {
 public:
  // All references outlive it. `failed`: the server does not want it; asking again would not mend that.
  JobExecutor(io::Loop& loop, client::ApiClient& api, JobExecutorSettings settings, std::function<void(const Error&)> failed);
  ~JobExecutor();

  void start();
  // What runs is ended, and the server is told that it is lost; `done` once that was said, or could not be.
  void leave(io::Callback done);
  // Takes no new job; `done` once nothing runs.
  void finish(io::Callback done);
  bool is_working() const { return !runs_.empty(); }

 private:
  void claim();
  void claimed(const Result<std::string>& body, bool was_quick);
  void begin(const wire::StartOrder& order);
  void over(const domain::JobId& job);
  std::vector<std::string> free_processors() const;

  io::Loop& loop_;
  client::ApiClient& api_;
  JobExecutorSettings settings_;
  std::function<void(const Error&)> failed_;
  std::map<domain::JobId, std::unique_ptr<JobRun>> runs_;
  std::set<domain::JobId> known_;  // every one that was begun: an order that is repeated begins nothing
  int failures_ = 0;
  int quick_ = 0;
  bool finishing_ = false;
  bool left_ = false;
  io::Callback finished_;
  io::Timer pause_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::agent
