// The table of everything the server answers: which request, who may make it, what it is for. Dispatch, the OpenAPI document, the page of
// the API and the authorization test all read this one table. Pure.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/access.h"

namespace tamarack::coordinator {

enum class RouteId {
  health,
  ready,
  metrics,
  openapi,
  session_open,
  session,
  session_close,
  runs,
  run_start,
  run,
  report,
  report_page,
  run_test,
  journal,
  events,
  live,
  cancel,
  spec,
  link,
  projects,
  history,
  tests,
  test,
  specs,
  take_report,
  blobs_missing,
  blob_put,
  blob,
  blob_link,
  agents,
  agents_poll,
  agent_drain,
  tokens,
  token_create,
  token_rotate,
  token_revoke,
  job_submit,
  job_process,
  jobs,
  job,
  job_status,
  job_events,
  job_result,
  job_log,
  job_cancel,
  job_report,
  executor_claim,
  wait_park,
  waits,
  wait,
  wait_cancel,
  signal_send,
  mailboxes,
  hooks,
  hook_create,
  hook_remove,
  hook_call,
  page,
};

struct Route {
  RouteId id;
  std::string_view method;
  std::string_view pattern;            // "/api/v1/runs/{run}/report"; a name in braces is one segment
  std::optional<domain::Role> needed;  // none: anybody
  std::string_view produces;           // content type of a good answer
  std::string_view summary;            // one line, for people
  std::uint64_t body_max = 0;          // bytes of a request; more: 413
  bool takes_json = true;              // false: bytes of any type
};

std::span<const Route> all_routes();

struct RouteMatch {
  const Route* route = nullptr;  // null: no such path, or not with this method
  std::map<std::string, std::string, std::less<>> parameters;
  std::vector<std::string_view> methods;  // what the path would answer to; empty: there is no such path
};
// `segments` of the path are percent-decoded, without dot segments; a name in one may hold a "/". HEAD goes where GET goes. What is neither
// below /api nor anything else of the table is a page: the browser's part of the program decides what it shows.
RouteMatch match_route(std::string_view method, const std::vector<std::string>& segments);

}  // namespace tamarack::coordinator
