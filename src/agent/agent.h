// The process on a machine: speaks with the coordinator over a link, owns the workers. The same class serves the local run (in-memory
// link) and `tamarack agent`.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "agent/worker.h"
#include "io/link.h"
#include "wire/delivery.h"

namespace tamarack::agent {

class Agent {
 public:
  // All references outlive the agent. `on_done` is called when it was sent home and everything it started has stopped.
  Agent(io::Loop& loop, const Clock& clock, AgentSettings settings, const adapter::Adapter& adapter, artifact::ArtifactStore& artifacts,
        std::unique_ptr<io::Link> link, io::Callback on_done);

  // Things a person should know that change no verdict: a limit that was reached, a folder that cannot be watched.
  void on_warning(std::function<void(const std::string&)> callback);

  // Starts talking, and the applications with it.
  void start();
  // Stops everything at once, without the coordinator's word.
  void shut_down(io::Callback done);

 private:
  void hear(const std::string& text);
  void handle(const wire::Welcome& message);
  void handle(const wire::RunAnnounced& message);
  void handle(const wire::Lease& message);
  void handle(const wire::Stop& message);
  void handle(const wire::Acknowledged& message);
  void handle(const wire::GoHome& message);
  void say(wire::FromAgent message);
  void beat();
  Worker* worker_of(const domain::WorkerId& id);

  io::Loop& loop_;
  const Clock& clock_;
  AgentSettings settings_;
  const adapter::Adapter& adapter_;
  artifact::ArtifactStore& artifacts_;
  std::unique_ptr<io::Link> link_;
  io::Callback on_done_;
  io::Inotify inotify_;
  ArtifactBudget budget_;
  std::unique_ptr<ArtifactWatch> watch_;  // only where [artifacts] watch names something
  wire::Outbox outbox_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<domain::Plan> plan_;
  std::unique_ptr<PlanIndex> index_;
  Millis heartbeat_{1000};
  io::Timer beat_timer_;
  bool begun_ = false;
};

}  // namespace tamarack::agent
