// Waits over HTTP: parked, watched, cancelled. Waits of runs are shown as well; they belong to the project of their run.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "coordinator/flow_json.h"
#include "coordinator/flow_parts.h"
#include "coordinator/wait_rules.h"

namespace tamarack::coordinator {

class WaitRoutes {
 public:
  // `project_of_run`: of a run that is active or was stored; empty when it is not known. It is asked on the loop.
  WaitRoutes(FlowParts& parts, WaitRules rules, std::function<std::string(const domain::RunId&)> project_of_run);

  void handle(const Call& call);
  // Empty: nobody's that is known here.
  std::string project_of(const flow::Wait& wait) const;

 private:
  void park(const Call& call);
  void park(const Call& call, const domain::WaitId& id, flow::WaitSpec spec);
  Result<> check(const Call& call, const flow::WaitSpec& spec) const;
  void list(const Call& call);
  void show(const Call& call);
  void cancel(const Call& call);
  const flow::Wait* find(const Call& call);
  void entered(const flow::Entry& entry);
  WaitLook look_of(const flow::Wait& wait) const;

  FlowParts& parts_;
  WaitRules rules_;
  std::function<std::string(const domain::RunId&)> project_of_run_;
  std::map<domain::WaitId, std::string> of_runs_;  // projects of waits that runs have parked
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::coordinator
