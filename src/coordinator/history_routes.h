// What earlier runs taught, over HTTP: projects, what planning needs, tests and specs with their figures.
#pragma once

#include <functional>

#include "coordinator/history_json.h"
#include "coordinator/project_config.h"
#include "coordinator/server_parts.h"

namespace tamarack::coordinator {

class HistoryRoutes {
 public:
  explicit HistoryRoutes(ServerParts& parts) : parts_(parts), configs_(std::make_shared<ProjectConfigs>(parts.stores.blobs)) {}
  void handle(const Call& call);
  // POST …/import: the body is JUnit XML or CTRF; query: branch, commit, at. 201, or 200 when the same bytes were taken before:
  // {"run":{…},"is_new","cases","not_known"}.
  void take_report(const Call& call);

 private:
  // On the reading lane.
  void answer_with(const Call& call, std::function<io::Answer(store::Store& store)> read);
  void whole_history(const Call& call);
  void tests(const Call& call);
  void specs(const Call& call);

  // To be called on the reading lane: the project's quarantine of today.
  std::function<FindQuarantine(store::Store& store)> quarantine(const std::string& project) const;

  ServerParts& parts_;
  std::shared_ptr<ProjectConfigs> configs_;  // on the reading lane, which may outlive this
};

}  // namespace tamarack::coordinator
