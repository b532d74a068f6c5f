// Runs as they change, pushed to browsers: one fold of the journal per run that is watched, one patch for all who watch it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "coordinator/live_run.h"
#include "coordinator/server_parts.h"

namespace tamarack::coordinator {

class LiveRoutes {
 public:
  explicit LiveRoutes(ServerParts& parts) : parts_(parts) {}
  ~LiveRoutes();

  void watch(Call call);

  using Looks = std::map<LiveRun::Place, Instant>;  // of parked waits: when they look again, by the clock

 private:
  struct Channel;
  struct Looked;

  void join(const Call& call, const domain::RunId& run);
  void look(const std::shared_ptr<Channel>& channel);
  void tell(const std::shared_ptr<Channel>& channel, const Looked& looked);
  void tell_looks(Channel& channel, const Looked& looked, bool somebody_came);

  ServerParts& parts_;
  std::map<domain::RunId, std::shared_ptr<Channel>> channels_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::coordinator
