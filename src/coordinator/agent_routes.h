// Agents over HTTP: they ask for work and wait for the answer; people see who is there.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "coordinator/server_parts.h"

namespace tamarack::coordinator {

class AgentRoutes {
 public:
  explicit AgentRoutes(ServerParts& parts) : parts_(parts) {}

  void handle(const Call& call);
  // Runs began or ended: those who wait may have something to do.
  void look_for_work();
  // The server stops: nobody is kept waiting.
  void send_away();

 private:
  struct Waiting {
    std::shared_ptr<io::Exchange> exchange;
    io::Timer timer;
  };

  void poll(const Call& call);
  void list(const Call& call);
  void drain(const Call& call);
  void answer(const domain::AgentId& agent, const wire::AgentOrder& order);
  void watch_parked_runs();

  ServerParts& parts_;
  std::map<domain::AgentId, Waiting> waiting_;
  bool watches_ = false;  // runs that only wait, and whether somebody wants their agents
  io::Timer watch_timer_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::coordinator
