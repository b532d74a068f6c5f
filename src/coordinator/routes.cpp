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
constexpr std::uint64_t job_body_max = 256 << 10;          // an input of 64 KiB, with escapes
constexpr std::uint64_t job_report_body_max = 1024 << 10;  // result, error and log, 64 KiB each, with escapes
constexpr std::uint64_t wait_body_max = 64 << 10;
constexpr std::uint64_t signal_body_max = 256 << 10;
constexpr std::uint64_t hook_body_max = 128 << 10;  // an event around 64 KiB of data

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
    Route{RouteId::run_test, "GET", "/api/v1/runs/{run}/tests/{test}", Role::viewer, json,
          "One test of the run with its attempts, as the report has it, and where its artifacts are."},
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
    Route{RouteId::token_rotate, "POST", "/api/v1/tokens/{token}/rotate", Role::admin, json,
          "A new secret for a token, shown this once; the old one stays valid for the time of grace.", small_body},
    Route{RouteId::token_revoke, "DELETE", "/api/v1/tokens/{token}", Role::admin, json, "From now on it opens nothing."},

    Route{RouteId::jobs, "GET", "/api/v1/jobs", Role::viewer, json, "Jobs, newest first."},
    Route{RouteId::job_submit, "POST", "/api/v1/jobs", Role::runner, json, "A new job; 202 says where to follow it.", job_body_max},
    Route{RouteId::job_process, "POST", "/api/v1/process", Role::runner, json,
          "A new job whose input is the body, or the field `file` of a form.", 0, false},
    Route{RouteId::job, "GET", "/api/v1/jobs/{job}", Role::viewer, json, "One job: what was asked for, and its steps."},
    Route{RouteId::job_status, "GET", "/api/v1/jobs/{job}/status", Role::viewer, json,
          "Where it is now. With `Prefer: wait=N` and If-None-Match answered when it changes, 304 when it does not."},
    Route{RouteId::job_events, "GET", "/api/v1/jobs/{job}/events", Role::viewer, "text/event-stream",
          "Its steps as server-sent events; goes on after Last-Event-ID, ends with `end`."},
    Route{RouteId::job_result, "GET", "/api/v1/jobs/{job}/result", Role::viewer, json, "What it came to: JSON, or a file."},
    Route{RouteId::job_log, "GET", "/api/v1/jobs/{job}/log", Role::viewer, "text/plain; charset=utf-8", "The end of what it wrote."},
    Route{RouteId::job_cancel, "POST", "/api/v1/jobs/{job}/cancel", Role::runner, json,
          "Not begun: it is over. Begun: its executor is asked to stop.", small_body},
    Route{RouteId::job_report, "POST", "/api/v1/jobs/{job}/report", Role::runner, json,
          "Its executor, or the application, says where it is. A report that would move it back is recorded and changes nothing.",
          job_report_body_max},
    Route{RouteId::executor_claim, "POST", "/api/v1/executors/claim", Role::runner, json,
          "An executor says what it holds, and waits for jobs.", job_body_max},

    Route{RouteId::waits, "GET", "/api/v1/waits", Role::viewer, json, "Waits, newest first."},
    Route{RouteId::wait_park, "POST", "/api/v1/waits", Role::runner, json, "A new wait. The form: docs/design/2026-11-22-wait-wish.md.",
          wait_body_max},
    Route{RouteId::wait, "GET", "/api/v1/waits/{wait}", Role::viewer, json,
          "One wait: its conditions, what was seen, its outcome. With `Prefer: wait=N` as a job's status."},
    Route{RouteId::wait_cancel, "POST", "/api/v1/waits/{wait}/cancel", Role::runner, json, "It ends as cancelled.", small_body},

    Route{RouteId::signal_send, "POST", "/api/v1/signals", Role::runner, json,
          "Leaves something under a key, for the wait that is there or will be.", signal_body_max},
    Route{RouteId::mailboxes, "GET", "/api/v1/mailboxes", Role::viewer, json, "Keys that somebody waits for."},
    Route{RouteId::hooks, "GET", "/api/v1/hooks", Role::admin, json, "Webhooks, without their addresses and secrets."},
    Route{RouteId::hook_create, "POST", "/api/v1/hooks", Role::admin, json,
          "A new webhook; its address and secret are in the answer and nowhere else.", small_body},
    Route{RouteId::hook_remove, "DELETE", "/api/v1/hooks/{token}", Role::admin, json, "From now on it is not there."},
    Route{RouteId::hook_call,
          "POST",
          "/api/v1/hooks/{token}",
          {},
          json,
          "Leaves a signal; whoever knows the address may, where the hook has a secret with a signature.",
          hook_body_max,
          false},
};
constexpr Route page_route{RouteId::page, "GET", "/{page}", {}, "text/html; charset=utf-8", "The dashboard; it asks this API."};

bool is_for_programs(const std::vector<std::string>& segments) {
  return segments.size() > 1 && (segments[1] == "api" || (segments[1] == "blobs" && segments.size() > 2));
}

bool is_parameter(std::string_view segment) {
  return segment.starts_with('{');
}

// The parameters when a path of these segments has this pattern.
std::optional<std::map<std::string, std::string, std::less<>>> fit(std::string_view pattern, const std::vector<std::string>& given) {
  const std::vector<std::string> wanted = split(pattern, '/');
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

RouteMatch match_route(std::string_view method, const std::vector<std::string>& segments) {
  RouteMatch match;
  if ((method == "GET" || method == "HEAD") && !is_for_programs(segments)) match.route = &page_route;
  for (const Route& route : routes) {
    auto parameters = fit(route.pattern, segments);
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
