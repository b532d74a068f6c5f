// What the parts of the server share: one part per group of routes. Everything here outlives every request.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "artifact/blob_store.h"
#include "coordinator/cleaner.h"
#include "coordinator/guests.h"
#include "coordinator/read_run.h"
#include "coordinator/renderings.h"
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
  // After what a watcher goes on: the header of server-sent events, or the parameter of who cannot send it. Empty: from the beginning.
  std::string_view resume_point() const {
    const std::string_view last = request.head.field("Last-Event-ID");
    return last.empty() ? request.head.parameter("after").value_or("") : last;
  }
  bool reaches(std::string_view project) const { return !caller.token || domain::reaches_project(*caller.token, project); }
};

struct ServerParts {
  io::Loop& loop;
  const Clock& clock;
  ServerStores stores;
  const ServerSettings& settings;
  io::Lane& reading;    // stores.data is touched here and nowhere else
  io::Lane& rendering;  // stores.reports is touched here and nowhere else: what may take seconds
  RunHost& host;
  AgentPool& pool;
  Guests& guests;
  Cleaner& cleaner;
};

}  // namespace tamarack::coordinator
