// `tamarack agent`: says to a server that it is there, works on the run it is given, one at a time, and asks again.
//
//   telling what former processes have left ──▶ asking
//   asking ──order──▶ working (goes on asking, so that the server sees it) ──over──▶ asking
//   any ──told to stop──▶ leaving: gives back what runs ──▶ over
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/left_behind.h"
#include "agent/remote_run.h"

namespace tamarack::agent {

struct AgentProcessSettings {
  RemoteRunSettings run;  // but for the run and the session
  std::string session;    // drawn for this process
  Masker masker;          // of secrets, in what is told of a run that could not begin
  std::string machine;
  std::string platform;
  std::optional<Millis> exit_when_idle;  // leaves when there was nothing to do for so long
  std::function<std::int64_t()> load_percent;
  std::function<std::int64_t()> memory_free_mb;
};

class AgentProcess {
 public:
  // All references outlive it. `done`: it was told to leave and has, was idle for long enough, or (with an error) the server does not want
  // it.
  AgentProcess(io::Loop& loop, const Clock& clock, client::ApiClient& api, Workspaces& workspaces, artifact::ContentStore& contents,
               artifact::ArtifactStore& artifacts, AgentProcessSettings settings, std::function<void(Result<>)> done);

  void start();
  // What runs is given back to the run; applications are stopped, artifacts sent.
  void leave();
  void kill_now(io::Callback done);
  bool is_working() const { return run_ != nullptr; }

 private:
  void poll();
  void answered(const Result<std::string>& body);
  void obey(const wire::AgentOrder& order);
  void begin(const domain::RunId& run);
  void run_over(const std::optional<RunTrouble>& trouble);
  void keep_sending(std::unique_ptr<Outgoing> outgoing);
  void say_what_is_kept(const Outgoing& outgoing);
  void end(const Result<>& outcome);
  void end_when_sent();

  io::Loop& loop_;
  const Clock& clock_;
  client::ApiClient& api_;
  Workspaces& workspaces_;
  artifact::ContentStore& contents_;
  artifact::ArtifactStore& artifacts_;
  AgentProcessSettings settings_;
  std::function<void(Result<>)> done_;

  std::unique_ptr<LeftBehind> left_behind_;
  std::vector<std::unique_ptr<Outgoing>> late_;  // of runs that are over
  std::unique_ptr<RemoteRun> run_;
  domain::RunId working_on_;
  std::optional<std::pair<domain::RunId, RunTrouble>> trouble_;  // to be told with the next poll
  domain::RunId sent_home_;                                      // likewise
  std::uint64_t stays_ = 0;                                      // on runs, so far
  Instant idle_since_;
  std::uint64_t poll_number_ = 0;
  int failures_ = 0;
  bool leaving_ = false;
  bool told_to_leave_ = false;  // by a person: what is owed stays on the disk
  bool over_ = false;
  io::Timer pause_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::agent
