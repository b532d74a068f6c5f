// One run inside this process: coordinator, one agent, the live view, and what is written at the end. `run` plans it, `resume` folds it.
#pragma once

#include <memory>
#include <optional>

#include "agent/agent.h"
#include "agent/recover.h"
#include "artifact/disk/disk_artifact_store.h"
#include "cli/agent_endpoint.h"
#include "cli/live_display.h"
#include "cli/outputs.h"
#include "cli/project.h"
#include "coordinator/coordinator.h"
#include "coordinator/run_waits.h"
#include "io/net.h"
#include "probe/probes.h"

namespace tamarack::cli {

struct LocalRunSettings {
  const Project& project;
  domain::RunId run;
  std::int64_t workers = 1;
  std::uint64_t seed = 0;
  Instant command_started;
  std::string command;
  bool json = false;
  adapter::SuiteSettings suite;
  std::string shims_dir;
};

// The store is the run's alone while the loop goes on: its lane writes it on other threads.
class LocalRun {
 public:
  LocalRun(io::Loop& loop, const Clock& clock, store::Store& store, const adapter::Adapter& adapter, LocalRunSettings settings);
  ~LocalRun();

  // Opens what can fail before anything is started.
  Result<> prepare();
  // The agent says hello and starts its applications; the plan may still be in the making.
  void start_agent();
  void begin(const domain::Plan& plan, const run::Options& options, const run::Carried& carried = {});
  void go_on(run::Run folded, std::vector<run::Entry> journal);
  // Ends the process's work before there is a run: an error of discovery or planning. Applications are stopped first.
  void give_up(const Error& error, int exit_code);
  // The same without an error: there is nothing to do.
  void leave_without_run(int exit_code);

  LiveDisplay& display() { return *display_; }
  int exit_code() const { return exit_code_; }
  // False when it was refused or interrupted before there was a plan: nothing of it is recorded.
  bool has_run() const { return coordinator_->run().is_planned(); }
  bool had_disagreements() const { return coordinator_->run().circumstances.disagreements > 0; }

 private:
  // Where the waits of flows are parked; nothing to do for a plan without flows.
  Result<> open_board(const domain::Plan& plan);
  void take(const run::Entry& entry);
  void finished();
  void write_results();
  void close_row(const report::RunView& run);
  void broken(const Error& error);
  void interrupted(int signal);
  void interrupted_without_run();
  void stop_at_once();
  Millis home_deadline() const;
  void leave_when_cancelled();
  void leave();

  io::Loop& loop_;
  const Clock& clock_;
  store::Store& store_;
  io::Lane writing_;
  const adapter::Adapter& adapter_;
  LocalRunSettings settings_;
  std::shared_ptr<artifact::ArtifactStore> artifacts_;
  std::unique_ptr<LiveDisplay> display_;
  std::unique_ptr<coordinator::Coordinator> coordinator_;
  std::unique_ptr<probe::Probes> prober_;
  Random chances_;
  std::unique_ptr<board::BoardHost> board_;
  std::unique_ptr<coordinator::RunWaits> waits_;
  std::unique_ptr<AgentEndpoint> endpoint_;
  std::unique_ptr<agent::Agent> agent_;
  std::unique_ptr<io::SignalWatch> signals_;
  std::vector<run::Entry> journal_;
  std::vector<std::string> warnings_;  // shown below the summary: the live view would paint over them
  Screen screen_;
  GitFacts git_;
  Instant verdict_at_;
  io::Timer cancelling_;
  int interrupts_ = 0;
  int exit_code_ = 4;
  bool has_verdict_ = false;  // and it is durable
  bool results_written_ = false;
  bool is_cancelling_ = false;  // all is written; cancels of remote work are still to be answered
  bool gave_up_ = false;        // before there was a plan
  bool over_ = false;
};

}  // namespace tamarack::cli
