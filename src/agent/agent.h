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
  // All references outlive the agent; the store lives as long as something is copied into it, which may be longer. `on_done` is called when
  // it was sent home and everything it started has stopped.
  Agent(io::Loop& loop, const Clock& clock, AgentSettings settings, const adapter::Adapter& adapter,
        std::shared_ptr<artifact::ArtifactStore> artifacts, std::unique_ptr<io::Link> link, io::Callback on_done);

  // Things a person should know that change no verdict: a limit that was reached, a folder that cannot be watched.
  void on_warning(std::function<void(const std::string&)> callback);

  // Where the coordinator does not announce the run because the agent knows it already.
  void know_plan(domain::Plan plan);
  // What has to be done after the workers have stopped and before the agent says that it leaves: artifacts on their way.
  void before_leaving(std::function<void(io::Callback)> callback) { before_leaving_ = std::move(callback); }
  // Where tests ask for waits. Before start(); it outlives the agent.
  void offer_waits(Endpoint& endpoint) { endpoint_ = &endpoint; }
  // Where what is not acknowledged survives this process. Before start(); it outlives the agent.
  void keep_unsent(wire::OutboxDisk& disk);
  // Nothing it had to say is left: all of it was acknowledged, or its goodbye was heard.
  bool is_heard() const { return goodbye_heard_ || outbox_.is_empty(); }
  // By the coordinator: its run is over.
  bool was_sent_home() const { return sent_home_; }
  std::size_t unheard() const { return outbox_.waiting(); }
  // Starts talking, and the applications with it.
  void start();
  // Goes on over another link when the first one is lost. Tests run on meanwhile; what they say is kept and said again.
  void reconnect(std::unique_ptr<io::Link> link);
  // The link was lost; nothing is said until reconnect().
  void on_link_lost(io::Callback callback) { on_link_lost_ = std::move(callback); }
  // The coordinator will not talk to this agent.
  void on_refused(std::function<void(const std::string& reason)> callback) { on_refused_ = std::move(callback); }
  // Goes home without being sent: what runs is given back, and the coordinator is told.
  void go_home() { leave(); }
  // Stops everything at once, without the coordinator's word.
  void shut_down(io::Callback done);
  // The same without waiting for anybody: whole process trees are killed, also those that are being stopped.
  void kill_now(io::Callback done);

 private:
  void open(std::unique_ptr<io::Link> link);
  void greet();
  void hear(const std::string& text);
  void handle(const wire::Welcome& message);
  void handle(const wire::Refused& message);
  void handle(const wire::RunAnnounced& message);
  void handle(const wire::Lease& message);
  void handle(const wire::Stop& message);
  void handle(const wire::Acknowledged& message);
  void handle(const wire::GoHome& message);
  void say(wire::FromAgent message);
  void say_due();
  void beat();
  bool link_is_dead() const;
  void leave();
  void say_goodbye();
  void be_done();
  void end_workers(io::Callback done, const std::function<void(Worker&, io::Callback)>& end);
  Worker* worker_of(const domain::WorkerId& id);

  io::Loop& loop_;
  const Clock& clock_;
  AgentSettings settings_;
  const adapter::Adapter& adapter_;
  std::shared_ptr<artifact::ArtifactStore> artifacts_;
  std::unique_ptr<io::Link> link_;
  io::Callback on_done_;
  io::Inotify inotify_;
  ArtifactBudget budget_;
  Endpoint* endpoint_ = nullptr;
  std::unique_ptr<ArtifactWatch> watch_;  // only where [artifacts] watch names something
  wire::Outbox outbox_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<domain::Plan> plan_;
  std::unique_ptr<PlanIndex> index_;
  Millis heartbeat_{1000};
  io::Timer beat_timer_;
  bool begun_ = false;
  bool welcomed_ = false;  // on this link
  Instant heard_at_;       // the last word on this link, or its opening
  io::Timer greet_timer_;
  io::Callback on_link_lost_;
  std::function<void(io::Callback)> before_leaving_;
  bool going_home_ = false;
  bool sent_home_ = false;
  bool waits_to_be_heard_ = false;  // what nobody heard lies on a disk, and it matters whether anybody did
  bool said_goodbye_ = false;
  bool goodbye_heard_ = false;
  io::Timer goodbye_timer_;
  std::function<void(const std::string&)> on_refused_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::agent
