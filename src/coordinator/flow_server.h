// Everything of the server that is about jobs, waits and signals, put together: the board, who looks outside for it, and the routes.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "coordinator/executor_routes.h"
#include "coordinator/flow_parts.h"
#include "coordinator/hook_routes.h"
#include "coordinator/job_routes.h"
#include "coordinator/signal_routes.h"
#include "coordinator/wait_routes.h"

namespace tamarack::coordinator {

class FlowServer {
 public:
  struct Callbacks {
    std::function<std::string(const domain::RunId&)> project_of_run;  // empty: not known
    std::function<void(const domain::WaitId&)> on_wait_over;          // of a wait that was not parked over the API
    std::function<void(const Error&)> on_broken;
  };
  // `writing` is for the board alone. All references outlive it; the lane is closed before.
  FlowServer(ServerParts& server, io::Lane& writing, Callbacks callbacks);

  // Before any request, and before runs that park waits are restored.
  Result<> restore();
  FlowDesk& desk() { return desk_; }
  // A wait that a run parks: it becomes its project's, and what it may not look at makes it invalid.
  void adapt_wait_of_run(flow::WaitSpec& spec, const std::string& project) const;

  static bool is_mine(RouteId route);
  void handle(Call call);
  io::Admission admit_upload(const io::RequestHead& head, const domain::Caller& caller) { return jobs_.admit_upload(head, caller); }
  // The server stops: nobody is kept waiting, nothing is written any more.
  void stop();

  // Prometheus' text format.
  std::string metrics() const;

 private:
  GuardedProber prober_;
  FlowDesk desk_;
  CallerLimits limits_;
  LongPolls polls_;
  FlowParts parts_;
  JobRoutes jobs_;
  WaitRoutes waits_;
  SignalRoutes signals_;
  HookRoutes hooks_;
  ExecutorRoutes executors_;
};

}  // namespace tamarack::coordinator
