// What the parts of the server share: one part per group of routes. Everything here outlives every request.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "artifact/blob_store.h"
#include "coordinator/guests.h"
#include "coordinator/routes.h"
#include "coordinator/run_host.h"
#include "coordinator/server.h"
#include "io/http_server.h"
#include "io/lane.h"

namespace tamarack::coordinator {

// A request that was admitted: the route is known, the caller's role reaches.
struct Call {
  const Route* route = nullptr;
  std::map<std::string, std::string, std::less<>> parameters;  // of the path
  domain::Caller caller;
  io::IncomingRequest request;
  std::shared_ptr<io::Exchange> exchange;

  std::string parameter(std::string_view name) const {
    const auto found = parameters.find(name);
    return found == parameters.end() ? std::string{} : found->second;
  }
  bool reaches(std::string_view project) const { return !caller.token || domain::reaches_project(*caller.token, project); }
};

struct ServerParts {
  io::Loop& loop;
  const Clock& clock;
  ServerStores stores;
  const ServerSettings& settings;
  io::Lane& reading;  // stores.data is touched here and nowhere else
  RunHost& host;
  AgentPool& pool;
  Guests& guests;
};

}  // namespace tamarack::coordinator
