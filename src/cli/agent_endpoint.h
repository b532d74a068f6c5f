// What the endpoint of an agent stands on, made once per process: probes, a memory, the board above it, and the server if there is one.
#pragma once

#include <memory>

#include "agent/endpoint.h"
#include "probe/probes.h"

namespace tamarack::cli {

class AgentEndpoint {
 public:
  // Loop, clock and server outlive it; agents that offer its endpoint go before it. `server` may be null. Errors: unavailable.
  static Result<std::unique_ptr<AgentEndpoint>> open(io::Loop& loop, const Clock& clock, agent::ServerWaits* server);

  agent::Endpoint& endpoint() { return *endpoint_; }

 private:
  AgentEndpoint(io::Loop& loop, const Clock& clock);

  probe::Probes probes_;
  agent::LocalWaits waits_;
  std::unique_ptr<agent::Endpoint> endpoint_;
};

}  // namespace tamarack::cli
