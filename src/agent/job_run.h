// One job on this machine: fetches its input, runs the command in a folder of its own, tells the server how it goes, and brings the result.
//
//   fetching ──input is here──▶ running ──process ends──▶ bringing ──result is there──▶ telling ──the server has the end──▶ over
//   any ──stop──▶ the whole process tree is ended ──▶ telling
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/job_progress.h"
#include "base/masker.h"
#include "client/blob_client.h"
#include "io/process.h"
#include "wire/flow_api.h"

namespace tamarack::agent {

struct JobRunSettings {
  std::string executor;
  std::string command;  // for `sh -c`
  Millis timeout{0};    // 0: none
  std::string folder;   // of this job; made, and removed when it is over
  Masker masker;        // of secrets, in what is told
};

class JobRun {
 public:
  static constexpr std::size_t log_bytes_max = 64 * 1024;
  static constexpr std::size_t result_inline_max = 60 * 1024;  // more, or what is no JSON, goes as a file

  // `api` and the loop outlive it. `over`: the server knows how it ended, or will not hear it; the run may be destroyed then.
  JobRun(io::Loop& loop, client::ApiClient& api, wire::StartOrder order, JobRunSettings settings, io::Callback over);
  ~JobRun();
  JobRun(const JobRun&) = delete;
  JobRun& operator=(const JobRun&) = delete;

  void start();
  // The server wants no more of it: the process tree is told to end, then killed.
  void stop();
  const wire::StartOrder& order() const { return order_; }

 private:
  void fetch(const wire::BlobPlace& place);
  void run(const std::string& input);
  void heard(std::string_view bytes, bool is_errput);
  void take_line(std::string_view line);
  void exited(const io::ExitStatus& status);
  void bring_result();
  void upload(const std::string& path, const std::string& sha256);
  void fail(const std::string& error);
  void end(const std::string& status);
  // Reports go one after the other; what changed meanwhile goes together.
  void tell();
  void told(const Result<std::string>& answer, bool was_end);

  io::Loop& loop_;
  client::ApiClient& api_;
  wire::StartOrder order_;
  JobRunSettings settings_;
  io::Callback over_;
  client::BlobClient blobs_;
  std::unique_ptr<io::Process> process_;
  LogTail log_{log_bytes_max};
  LogTail errput_{4'096};
  std::string line_;          // of the output, not ended yet
  wire::JobReportWish said_;  // as it is to be reported
  bool changed_ = false;
  bool telling_ = false;
  bool ended_ = false;  // `said_` is the end
  bool stopping_ = false;
  bool timed_out_ = false;
  io::Timer timeout_;
  io::Timer kill_;
  io::Timer pace_;
  bool pausing_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::agent
