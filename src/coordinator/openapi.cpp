#include "coordinator/openapi.h"

#include <fmt/format.h>

#include <set>
#include <vector>

#include "base/text.h"
#include "coordinator/openapi_shapes.h"
#include "coordinator/routes.h"
#include "report/json_writer.h"

namespace tamarack::coordinator {
namespace {

constexpr std::string_view problem_document = "application/problem+json";

struct QueryParameter {
  std::string_view name;
  std::string_view type;
  std::string_view description;
};

constexpr QueryParameter limit_of_list{"limit", "integer", "1 to 1000, default 50"};
constexpr QueryParameter before_of_list{"before", "string", "`next` of the page before"};
constexpr QueryParameter text_of_list{"text", "string", "a part of the name, in either case"};
constexpr QueryParameter project_of_new{"project", "string", "for tokens of all projects: whose it is to be"};
constexpr QueryParameter after_entry{"after", "integer", "number of the last journal entry that is known, default 0"};

std::vector<QueryParameter> query_of(RouteId route) {
  switch (route) {
    case RouteId::runs:
      return {{"project", "string", "of this project only"},
              {"branch", "string", "exactly this one"},
              {"verdict", "string", "passed, failed, timed_out, incomplete, invalid, infrastructure, cancelled or running"},
              {"text", "string", "a part of id, headline, branch or commit"},
              limit_of_list,
              before_of_list};
    case RouteId::journal:
    case RouteId::events:
    case RouteId::live:
      return {after_entry};
    case RouteId::tests:
      return {text_of_list, {"sort", "string", "flaky, failures, slow, name or latest"}, limit_of_list, before_of_list};
    case RouteId::specs:
      return {text_of_list, limit_of_list, before_of_list};
    case RouteId::take_report:
      return {{"branch", "string", "what was tested"},
              {"commit", "string", "what was tested"},
              {"at", "string", "when the run started, ISO 8601, if the report does not say it"}};
    case RouteId::jobs:
      return {{"status", "string", "such as RUNNING"},
              {"kind", "string", "exactly this one"},
              {"project", "string", "of this project only"},
              limit_of_list,
              before_of_list};
    case RouteId::job_process:
      return {{"processor", "string", "who is to execute it"},
              {"kind", "string", "a label, default: the processor's name"},
              {"name", "string", "of the file, where the body is the file itself"},
              project_of_new};
    case RouteId::job_events:
      return {{"after", "integer", "number of the last event that is known, default 0"}};
    case RouteId::waits:
      return {{"owner", "string", "exactly this one"},
              {"open", "boolean", "true: only those that are not over"},
              {"project", "string", "of this project only"},
              limit_of_list,
              before_of_list};
    case RouteId::wait_park:
      return {{"base_url", "string", "put before addresses that begin with '/'"}, project_of_new};
    case RouteId::mailboxes:
      return {{"project", "string", "of this project only"}, limit_of_list, before_of_list};
    case RouteId::blob_put:
      return {{"offset", "integer", "where the bytes begin, default 0"}};
    case RouteId::blob_link:
      return {{"expires", "integer", "seconds since 1970"}, {"signature", "string", "made by the server"}};
    default:
      return {};
  }
}

std::string lower(std::string_view method) {
  std::string out;
  for (const char c : method) out += static_cast<char>(c - 'A' + 'a');
  return out;
}

void write_parameter(report::JsonWriter& out, std::string_view name, std::string_view in, std::string_view type,
                     std::string_view description) {
  out.begin_object();
  out.field("name", name);
  out.field("in", in);
  out.field("required", in == "path");
  if (!description.empty()) out.field("description", description);
  out.key("schema");
  out.begin_object();
  out.field("type", type);
  out.end_object();
  out.end_object();
}

void write_parameters(report::JsonWriter& out, const Route& route) {
  out.key("parameters");
  out.begin_array();
  for (const std::string& segment : split(route.pattern, '/'))
    if (segment.starts_with('{')) write_parameter(out, segment.substr(1, segment.size() - 2), "path", "string", {});
  for (const QueryParameter& one : query_of(route.id)) write_parameter(out, one.name, "query", one.type, one.description);
  out.end_array();
}

// `shape` is the name of one; empty: any.
void write_content(report::JsonWriter& out, std::string_view content_type, std::string_view shape) {
  out.key("content");
  out.begin_object();
  out.key(content_type);
  out.begin_object();
  out.key("schema");
  out.begin_object();
  if (!shape.empty()) out.field("$ref", fmt::format("#/components/schemas/{}", shape));
  out.end_object();
  out.end_object();
  out.end_object();
}

void write_body(report::JsonWriter& out, const Route& route) {
  if (route.method != "POST" && route.method != "PUT") return;
  out.key("requestBody");
  out.begin_object();
  if (route.body_max > 0) out.field("description", fmt::format("at most {} bytes", route.body_max));
  write_content(out, route.takes_json ? "application/json" : "application/octet-stream", request_shape(route.id));
  out.end_object();
}

void write_answer(report::JsonWriter& out, std::string_view status, std::string_view description, std::string_view content_type,
                  std::string_view shape) {
  out.key(status);
  out.begin_object();
  out.field("description", description);
  if (!content_type.empty()) write_content(out, content_type, shape);
  out.end_object();
}

void write_refusal(report::JsonWriter& out, std::string_view status, std::string_view description) {
  write_answer(out, status, description, problem_document, "Problem");
}

void write_answers(report::JsonWriter& out, const Route& route) {
  const bool has_body = route.method == "POST" || route.method == "PUT";
  out.key("responses");
  out.begin_object();
  if (answers_nothing(route.id))
    write_answer(out, "204", "done", {}, {});
  else
    write_answer(out, "2XX", "as asked for", route.produces, answer_shape(route.id));
  if (has_body || !query_of(route.id).empty()) write_refusal(out, "400", "names every field that is wrong");
  if (route.needed) write_refusal(out, "401", "no token, or one that is of no use");
  if (route.needed) write_refusal(out, "403", "the token's role does not reach");
  if (route.pattern.find('{') != std::string_view::npos) write_refusal(out, "404", "no such object, or none this token may see");
  if (has_body) write_refusal(out, "413", "the body is too large");
  write_refusal(out, "429", "too many requests; Retry-After says when to come back");
  out.end_object();
}

void write_operation(report::JsonWriter& out, const Route& route) {
  out.begin_object();
  out.field("summary", route.summary);
  write_parameters(out, route);
  write_body(out, route);
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
  write_answers(out, route);
  out.end_object();
}

void write_components(report::JsonWriter& out) {
  out.key("components");
  out.begin_object();
  out.key("schemas");
  out.begin_object();
  for (const auto& [name, schema] : openapi_shapes()) {
    out.key(name);
    out.raw(schema);
  }
  out.end_object();
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
}

}  // namespace

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
  std::set<std::string_view> written;
  for (const Route& first : all_routes()) {
    if (!written.insert(first.pattern).second) continue;
    out.key(first.pattern);
    out.begin_object();
    for (const Route& route : all_routes()) {
      if (route.pattern != first.pattern) continue;
      out.key(lower(route.method));
      write_operation(out, route);
    }
    out.end_object();
  }
  out.end_object();
  write_components(out);
  out.end_object();
  return std::move(out).take();
}

}  // namespace tamarack::coordinator
