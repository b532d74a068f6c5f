#include "coordinator/routes.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace tamarack::coordinator {
namespace {

using domain::Role;

constexpr std::string_view json = "application/json";

constexpr std::uint64_t small_body = 64 << 10;
constexpr std::uint64_t plan_body_max = UINT64_C(256) << 20;  // 100,000 tests take about 40 MiB
constexpr std::uint64_t hashes_body_max = 32 << 20;
constexpr std::uint64_t report_body_max = 64 << 20;

constexpr std::array routes{
    Route{RouteId::health, "GET", "/healthz", {}, "text/plain", "The process is alive."},
    Route{RouteId::ready, "GET", "/readyz", {}, "text/plain", "The database answers; 503 when it does not."},
    Route{RouteId::openapi, "GET", "/api/v1/openapi.json", {}, json, "This document."},
    Route{RouteId::metrics, "GET", "/metrics", Role::viewer, "text/plain; version=0.0.4", "Counters in Prometheus' text format."},

    Route{RouteId::session_open, "POST", "/api/v1/session", {}, json, "A browser hands over its token and gets a cookie.", small_body},
    Route{RouteId::session, "GET", "/api/v1/session", Role::viewer, json, "Who am I: role, project, name."},
    Route{RouteId::session_close, "DELETE", "/api/v1/session", {}, json, "The cookie is gone."},

    Route{RouteId::runs, "GET", "/api/v1/runs", Role::viewer, json, "Runs, newest first."},
    Route{RouteId::run_start, "POST", "/api/v1/runs", Role::runner, json, "Starts a run, or finds the one of the same CI job.",
          plan_body_max},
    Route{RouteId::run, "GET", "/api/v1/runs/{run}", Role::viewer, json, "One run: verdict, ledger, times."},
    Route{RouteId::report, "GET", "/api/v1/runs/{run}/report", Role::viewer, json,
          "Everything the report shows, also while the run goes on. Its schema: web/src/model/report.schema.json."},
    Route{RouteId::report_page, "GET", "/api/v1/runs/{run}/report.html", Role::viewer, "text/html; charset=utf-8",
          "The report as one file to keep."},
    Route{RouteId::journal, "GET", "/api/v1/runs/{run}/journal", Role::viewer, "application/x-ndjson",
          "Journal entries, one JSON object per line."},
    Route{RouteId::events, "GET", "/api/v1/runs/{run}/events", Role::viewer, "text/event-stream",
          "Journal entries as server-sent events while they are written; goes on after Last-Event-ID, ends with `end`."},
    Route{RouteId::live, "GET", "/api/v1/runs/{run}/live", Role::viewer, "text/event-stream",
          "What changes in the report, as server-sent events: snapshot, patch, end."},
    Route{RouteId::cancel, "POST", "/api/v1/runs/{run}/cancel", Role::runner, json, "Stops what runs; what has not run stays so.",
          small_body},
    Route{RouteId::spec, "GET", "/api/v1/runs/{run}/spec", Role::runner, json, "What an agent needs to work on the run."},
    Route{RouteId::link, "GET", "/api/v1/runs/{run}/link", Role::runner, json, "WebSocket: the agent protocol."},

    Route{RouteId::projects, "GET", "/api/v1/projects", Role::viewer, json, "Projects with their number of runs and the newest one."},

    Route{RouteId::history, "GET", "/api/v1/projects/{project}/history", Role::viewer, json,
          "What planning needs of the past: durations, start-ups, what failed last."},
    Route{RouteId::tests, "GET", "/api/v1/projects/{project}/tests", Role::viewer, json, "Tests with their figures."},
    Route{RouteId::test, "GET", "/api/v1/projects/{project}/tests/{test}", Role::viewer, json,
          "One test: its figures, by branch as well, and its newest executions."},
    Route{RouteId::specs, "GET", "/api/v1/projects/{project}/specs", Role::viewer, json, "Specs with the figures of their tests."},
    Route{RouteId::take_report, "POST", "/api/v1/projects/{project}/import", Role::runner, json,
          "JUnit XML or CTRF of an earlier run into the history.", report_body_max, false},

    Route{RouteId::blobs_missing, "POST", "/api/v1/projects/{project}/blobs/missing", Role::runner, json,
          "Of these contents, which are not here, and how much of an interrupted upload is.", hashes_body_max},
    Route{RouteId::blob_put, "PUT", "/api/v1/projects/{project}/blobs/{sha256}", Role::runner, json,
          "The bytes of a blob, from `offset` on; 422 when they are not what its name says.", 0, false},
    Route{RouteId::blob, "GET", "/api/v1/projects/{project}/blobs/{sha256}", Role::viewer, "application/octet-stream",
          "The bytes; a single range is answered."},
    Route{RouteId::blob_link,
          "GET",
          "/blobs/{project}/{sha256}/{name}",
          {},
          "application/octet-stream",
          "The same for a browser: the query is signed and expires."},

    Route{RouteId::agents, "GET", "/api/v1/agents", Role::viewer, json, "Agents: workers, labels, what they do."},
    Route{RouteId::agents_poll, "POST", "/api/v1/agents/poll", Role::runner, json, "An agent says that it is there and waits for work.",
          small_body},
    Route{RouteId::agent_drain, "POST", "/api/v1/agents/{agent}/drain", Role::admin, json, "Takes no new run, or takes them again.",
          small_body},

    Route{RouteId::tokens, "GET", "/api/v1/tokens", Role::admin, json, "Tokens, without their secrets."},
    Route{RouteId::token_create, "POST", "/api/v1/tokens", Role::admin, json, "A new token; its secret is in the answer and nowhere else.",
          small_body},
    Route{RouteId::token_revoke, "DELETE", "/api/v1/tokens/{token}", Role::admin, json, "From now on it opens nothing."},
};
constexpr Route page_route{RouteId::page, "GET", "/{page}", {}, "text/html; charset=utf-8", "The dashboard; it asks this API."};

bool is_for_programs(std::string_view path) {
  return path.starts_with("/api/") || path == "/api" || path.starts_with("/blobs/");
}

bool is_parameter(std::string_view segment) {
  return segment.starts_with('{');
}

// The parameters when the path has this pattern.
std::optional<std::map<std::string, std::string, std::less<>>> fit(std::string_view pattern, std::string_view path) {
  const std::vector<std::string> wanted = split(pattern, '/');
  const std::vector<std::string> given = split(path, '/');
  if (wanted.size() != given.size()) return std::nullopt;
  std::map<std::string, std::string, std::less<>> parameters;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (is_parameter(wanted[i]) && !given[i].empty())
      parameters[wanted[i].substr(1, wanted[i].size() - 2)] = given[i];
    else if (wanted[i] != given[i])
      return std::nullopt;
  }
  return parameters;
}

}  // namespace

std::span<const Route> all_routes() {
  return routes;
}

RouteMatch match_route(std::string_view method, std::string_view path) {
  RouteMatch match;
  if ((method == "GET" || method == "HEAD") && !is_for_programs(path)) match.route = &page_route;
  for (const Route& route : routes) {
    auto parameters = fit(route.pattern, path);
    if (!parameters) continue;
    match.methods.push_back(route.method);
    if (route.method != method && !(method == "HEAD" && route.method == "GET")) continue;
    match.route = &route;
    match.parameters = std::move(*parameters);
    return match;
  }
  return match;
}

}  // namespace tamarack::coordinator
