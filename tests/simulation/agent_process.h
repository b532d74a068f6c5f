// An agent's process: the real worker machines and the real outbox, around simulated applications and frameworks. Mirrors agent::Agent and
// agent::Worker.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "framework.h"
#include "link.h"
#include "wire/delivery.h"
#include "world.h"

namespace tamarack::simulation {

class AgentProcess : public std::enable_shared_from_this<AgentProcess> {
 public:
  AgentProcess(World& world, domain::AgentId id, int workers, std::shared_ptr<Link> link);
  // As agent::LastWords: says what the dead one had left, under its session, and is gone. The outbox is the spool: nothing of it is lost.
  AgentProcess(const AgentProcess& dead, std::shared_ptr<Link> link);

  void start();
  // Its coordinator is gone, or the line is cut: it runs on, and speaks again on the next link.
  void cut_off(bool noticed);
  void reconnect(std::shared_ptr<Link> link);
  std::function<void()> on_hung_up;
  std::function<void()> on_went_home;
  bool is_connected() const { return link_ != nullptr; }
  // kill -9, with everything it had started.
  void die();
  bool is_alive() const { return alive_; }
  const domain::AgentId& id() const { return id_; }
  // Of last words: everything was acknowledged, and goodbye was said.
  std::function<void()> on_delivered;

 private:
  struct Worker {
    agent::WorkerMachine machine;
    std::shared_ptr<bool> app_works = std::make_shared<bool>(true);
    int app_starts = 0;
    std::shared_ptr<Framework> framework;
  };

  void open();
  void greet();
  void hear(const std::string& text);
  void handle(const wire::Welcome& message);
  void handle(const wire::Refused& message);
  void handle(const wire::RunAnnounced& message);
  void handle(const wire::Lease& message);
  void handle(const wire::Stop& message);
  void handle(const wire::Acknowledged& message);
  void handle(const wire::GoHome& message);
  void say(wire::FromAgent message, Passage passage = Passage::may_fail);
  void say_due(Passage passage);
  void beat();
  void say_last_words();
  void feed(std::size_t worker, const agent::Fact& fact);
  void obey(std::size_t worker, const agent::Order& order);
  void start_app(std::size_t worker);
  void watch_app(std::size_t worker, int start);
  void reset_app(std::size_t worker);
  std::optional<std::size_t> worker_of(const domain::WorkerId& id) const;
  // Runs on this agent's loop, unless the agent is dead by then.
  void later(Millis delay, std::function<void()> what);

  World& world_;
  domain::AgentId id_;
  std::shared_ptr<Link> link_;
  wire::Outbox outbox_;
  std::vector<Worker> workers_;
  Millis heartbeat_{1000};
  std::string session_;
  bool begun_ = false;
  bool welcomed_ = false;
  bool announced_ = false;
  bool alive_ = true;
  bool last_words_ = false;
};

}  // namespace tamarack::simulation
