// One worker: its machine, its application, its current invocation.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "agent/app.h"
#include "agent/invocation.h"
#include "agent/worker_machine.h"

namespace tamarack::agent {

class Worker {
 public:
  // `context` is complete only after the run was announced; until then no lease may be given.
  Worker(io::Loop& loop, const Clock& clock, const AgentSettings& settings, std::int64_t slot, std::function<void(wire::FromAgent)> say);

  void begin();
  void lease(const InvocationContext& context, const wire::Lease& lease);
  void stop_lease(domain::Term term);
  std::vector<domain::Term> held() const { return machine_.held(); }
  // Kills what runs, stops the application in order.
  void shut_down(io::Callback done);
  // Kills the application as well.
  void kill_now(io::Callback done);

  const WorkerPlace& place() const { return place_; }

 private:
  void feed(const Fact& fact);
  void obey(const Order& order);
  void start_app();

  io::Loop& loop_;
  const Clock& clock_;
  const AgentSettings& settings_;
  WorkerPlace place_;
  std::function<void(wire::FromAgent)> say_;
  WorkerMachine machine_;
  std::optional<InvocationContext> context_;
  std::unique_ptr<App> app_;
  std::unique_ptr<Invocation> invocation_;
  std::map<domain::TestIndex, std::int64_t> log_offsets_;  // where the application's log stood when the test began
};

}  // namespace tamarack::agent
