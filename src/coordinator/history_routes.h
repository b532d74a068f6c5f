// What earlier runs taught, over HTTP: projects, what planning needs, tests and specs with their figures.
#pragma once

#include <functional>

#include "coordinator/server_parts.h"

namespace tamarack::coordinator {

class HistoryRoutes {
 public:
  explicit HistoryRoutes(ServerParts& parts) : parts_(parts) {}
  void handle(const Call& call);

 private:
  // On the reading lane.
  void answer_with(const Call& call, std::function<io::Answer(store::Store& store)> read);
  void tests(const Call& call);
  void specs(const Call& call);

  ServerParts& parts_;
};

}  // namespace tamarack::coordinator
