#include "cli/agent_endpoint.h"

#include "board/machine_clock.h"
#include "io/machine.h"
#include "store/memory/memory_flow.h"

namespace tamarack::cli {

AgentEndpoint::AgentEndpoint(io::Loop& loop, const Clock& clock)
    : probes_(loop),
      waits_({.loop = loop,
              .clock = clock,
              .machine_clock = board::machine_clock,
              .make_memory = [] { return std::make_unique<store::MemoryFlow>(); },
              .prober = probes_,
              .seed = io::random_seed()}) {}

Result<std::unique_ptr<AgentEndpoint>> AgentEndpoint::open(io::Loop& loop, const Clock& clock, agent::ServerWaits* server) {
  std::unique_ptr<AgentEndpoint> made(new AgentEndpoint(loop, clock));
  made->endpoint_ = TRY(agent::Endpoint::open(loop, made->waits_, server));
  return made;
}

}  // namespace tamarack::cli
