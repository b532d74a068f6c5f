#include "coordinator/request_checks.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "domain/access.h"

namespace tamarack::coordinator {
namespace {

constexpr std::size_t line_bytes_max = 2'000;

bool is_plain_line(const std::string& text) {
  return text.size() <= line_bytes_max &&
         std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
}

// A relative path that leads nowhere else.
bool stays_inside(const std::string& path) {
  const std::vector<std::string> segments = split(path, '/');
  return !path.empty() && path.size() <= line_bytes_max && !path.starts_with('/') && path.find('\0') == std::string::npos &&
         std::none_of(segments.begin(), segments.end(), [](const std::string& segment) { return segment == ".."; });
}

}  // namespace

Result<> check_request(const wire::RunRequest& request) {
  std::vector<std::string> problems = domain::problems_of(request.plan);
  for (std::string& problem : problems) problem.insert(0, "/plan");
  // It becomes a part of paths, here and on other machines.
  if (!request.run_id.value.starts_with("r-") || !is_plain_name(request.run_id.value))
    problems.push_back(fmt::format("/run_id: expected 'r-…', got '{}'", request.run_id.value));
  if (request.project.empty() || request.project.size() > domain::project_bytes_max) problems.emplace_back("/project: expected a name");
  if (request.workspace.empty()) problems.emplace_back("/workspace: expected the SHA-256 of a manifest");
  if (!stays_inside(request.config)) problems.emplace_back("/config: expected the path of the configuration below the workspace's root");
  for (const auto& [field, text] : {std::pair{"/branch", &request.branch},
                                    {"/commit", &request.commit},
                                    {"/identity", &request.identity},
                                    {"/command", &request.command}})
    if (!is_plain_line(*text)) problems.push_back(fmt::format("{}: expected one line of at most {} bytes", field, line_bytes_max));
  if (request.workers_max < 0) problems.emplace_back("/workers_max: expected 0 or more");
  if (request.ci_attempt < 0) problems.emplace_back("/ci_attempt: expected 0 or more");
  if (request.pull_request < 0) problems.emplace_back("/pull_request: expected 0 or more");
  // Others get to see it as a link.
  const bool is_link = request.ci_url.starts_with("https://") || request.ci_url.starts_with("http://");
  if (!request.ci_url.empty() && (!is_link || !is_plain_line(request.ci_url)))
    problems.push_back(fmt::format("/ci_url: expected an http(s) address of at most {} bytes", line_bytes_max));
  if (!is_plain_line(request.suite_dir)) problems.push_back(fmt::format("/suite_dir: expected a path of at most {} bytes", line_bytes_max));
  if (problems.empty()) return {};
  return make_error(ErrorCode::invalid_argument, join(problems, "; "));
}

Result<> check_empty_wish(std::string_view body) {
  if (trim(body).empty()) return {};
  if (const auto wish = wire::decode<wire::EmptyWish>(body); !wish)
    return make_error(ErrorCode::invalid_argument, "the body must be empty or a JSON object: " + wish.error().message);
  return {};
}

bool is_json_type(std::string_view content_type) {
  const std::string type = lower(trim(content_type.substr(0, content_type.find(';'))));
  return type == "application/json" || type.ends_with("+json");
}

}  // namespace tamarack::coordinator
