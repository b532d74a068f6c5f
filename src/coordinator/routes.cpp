#include "coordinator/routes.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "report/json_writer.h"

namespace tamarack::coordinator {
namespace {

using domain::Role;

constexpr std::string_view json = "application/json";

constexpr std::array routes{
    Route{RouteId::health, "GET", "/healthz", {}, "text/plain", "The process is alive."},
    Route{RouteId::ready, "GET", "/readyz", {}, "text/plain", "The database answers; 503 when it does not."},
    Route{RouteId::openapi, "GET", "/api/v1/openapi.json", {}, json, "This document."},
    Route{RouteId::metrics, "GET", "/metrics", Role::viewer, "text/plain; version=0.0.4", "Counters in Prometheus' text format."},
    Route{RouteId::runs, "GET", "/api/v1/runs", Role::viewer, json,
          "Runs, newest first. Query: project, branch, verdict, limit (1 to 1000, default 50)."},
    Route{RouteId::run, "GET", "/api/v1/runs/{run}", Role::viewer, json, "One run: verdict, ledger, times."},
    Route{RouteId::report, "GET", "/api/v1/runs/{run}/report", Role::viewer, json,
          "Everything the report shows, also while the run goes on. Its schema: web/src/model/report.schema.json."},
    Route{RouteId::journal, "GET", "/api/v1/runs/{run}/journal", Role::viewer, "application/x-ndjson",
          "Journal entries, one JSON object per line. Query: after (entry number, default 0)."},
    Route{RouteId::events, "GET", "/api/v1/runs/{run}/events", Role::viewer, "text/event-stream",
          "Journal entries as server-sent events while they are written; goes on after Last-Event-ID."},
    Route{RouteId::page, "GET", "/runs/{run}", Role::viewer, "text/html; charset=utf-8", "The report as a page."},
};

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

void write_parameters(report::JsonWriter& out, std::string_view pattern) {
  out.key("parameters");
  out.begin_array();
  for (const std::string& segment : split(pattern, '/')) {
    if (!is_parameter(segment)) continue;
    out.begin_object();
    out.field("name", segment.substr(1, segment.size() - 2));
    out.field("in", "path");
    out.field("required", true);
    out.key("schema");
    out.begin_object();
    out.field("type", "string");
    out.end_object();
    out.end_object();
  }
  out.end_array();
}

void write_answer(report::JsonWriter& out, std::string_view status, std::string_view description, std::string_view content_type) {
  out.key(status);
  out.begin_object();
  out.field("description", description);
  out.key("content");
  out.begin_object();
  out.key(content_type);
  out.begin_object();
  out.end_object();
  out.end_object();
  out.end_object();
}

void write_operation(report::JsonWriter& out, const Route& route) {
  out.begin_object();
  out.field("summary", route.summary);
  write_parameters(out, route.pattern);
  out.key("security");
  out.begin_array();
  if (route.needed) {
    out.begin_object();
    out.key("token");
    out.begin_array();
    out.value(to_string(*route.needed));
    out.end_array();
    out.end_object();
  }
  out.end_array();
  out.key("responses");
  out.begin_object();
  write_answer(out, "200", "as asked for", route.produces);
  if (route.needed) write_answer(out, "401", "no token, or one that is of no use", "application/problem+json");
  if (route.needed) write_answer(out, "403", "the token's role does not reach", "application/problem+json");
  if (route.pattern.find('{') != std::string_view::npos)
    write_answer(out, "404", "no such run, or none this token may see", "application/problem+json");
  out.end_object();
  out.end_object();
}

}  // namespace

std::span<const Route> all_routes() {
  return routes;
}

RouteMatch match_route(std::string_view method, std::string_view path) {
  RouteMatch match;
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

std::string openapi_document(std::string_view version) {
  report::JsonWriter out;
  out.begin_object();
  out.field("openapi", "3.1.0");
  out.key("info");
  out.begin_object();
  out.field("title", "Tamarack");
  out.field("version", version);
  out.end_object();
  out.key("paths");
  out.begin_object();
  for (const Route& route : routes) {
    out.key(route.pattern);
    out.begin_object();
    out.key("get");
    write_operation(out, route);
    out.end_object();
  }
  out.end_object();
  out.key("components");
  out.begin_object();
  out.key("securitySchemes");
  out.begin_object();
  out.key("token");
  out.begin_object();
  out.field("type", "http");
  out.field("scheme", "bearer");
  out.field("description", "tamarack token create");
  out.end_object();
  out.end_object();
  out.end_object();
  out.end_object();
  return std::move(out).take();
}

}  // namespace tamarack::coordinator
