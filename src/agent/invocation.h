// One run of the framework over the units of one lease: files written, process started, event lines followed, output bounded, artifacts
// kept, results read. Says what happened as facts; decides nothing.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "agent/artifact_keeper.h"
#include "agent/artifact_watch.h"
#include "agent/endpoint.h"
#include "agent/flow_marks.h"
#include "agent/framework_output.h"
#include "agent/kept_output.h"
#include "agent/output_file.h"
#include "agent/settings.h"
#include "agent/worker_machine.h"
#include "artifact/artifact_store.h"
#include "io/inotify.h"
#include "io/process.h"

namespace tamarack::agent {

// Shared by all invocations of an agent.
struct InvocationContext {
  io::Loop& loop;
  io::Inotify& inotify;
  const Clock& clock;
  const AgentSettings& settings;
  const adapter::Adapter& adapter;
  std::shared_ptr<artifact::ArtifactStore> artifacts;
  const domain::Plan& plan;
  const PlanIndex& index;
  ArtifactBudget& budget;
  ArtifactWatch* watch = nullptr;  // none: only what the framework reports is kept
  Endpoint* endpoint = nullptr;    // none: tests cannot ask for waits
};

class Invocation {
 public:
  // `on_fact` gets the facts in order; InvocationExited or CouldNotStart is the last one.
  Invocation(InvocationContext context, const WorkerPlace& place, StartInvocation order, std::function<void(const Fact&)> on_fact);
  ~Invocation();
  Invocation(const Invocation&) = delete;
  Invocation& operator=(const Invocation&) = delete;

  void start();
  void stop();

 private:
  Result<std::map<std::string, std::string>> prepare();
  Result<> start_process(std::map<std::string, std::string> env);
  void invite(std::map<std::string, std::string>& env);
  void follow_events(const std::string& path);
  void took(KeptOutput& kept, std::string_view bytes);
  void tell(const Fact& fact);
  void watch_files();
  Result<> look_at_flows(const std::map<std::string, std::string>& env);
  void exited(const io::ExitStatus& status);
  void conclude();
  void out_of_time();
  std::string log_tail() const;

  InvocationContext context_;
  WorkerPlace place_;
  StartInvocation order_;
  std::function<void(const Fact&)> on_fact_;
  adapter::Selection selection_;
  FlowMarks marks_;
  adapter::Invocation invocation_;
  std::string attempt_dir_;
  OutputFile captured_;
  std::unique_ptr<EventReader> events_;
  std::unique_ptr<io::FileFollower> follower_;
  std::unique_ptr<io::Process> process_;
  adapter::ProcessOutput output_;
  KeptOutput kept_output_;
  KeptOutput kept_errput_;
  std::string output_tail_;  // of both, as they came
  Instant first_test_;
  bool test_seen_ = false;
  std::set<domain::TestIndex> in_flight_;
  std::unique_ptr<ArtifactKeeper> keeper_;
  std::unique_ptr<Endpoint::Guest> guest_;  // until its process has ended
  int watching_ = 0;                        // this lease in context_.watch; 0: not (any more)
  bool process_ended_ = false;
  bool timed_out_ = false;
  bool lost_ = false;
  io::Timer deadline_;
  io::Timer kill_timer_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

// The parts of a lease as the adapter wants them.
adapter::Selection selection_of(const domain::Plan& plan, const std::vector<schedule::Piece>& pieces);
std::string attempt_dir_of(const std::string& run_dir, domain::Term term);

}  // namespace tamarack::agent
