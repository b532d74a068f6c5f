#include "coordinator/flow_scope.h"

#include <fmt/format.h>

#include "base/text.h"

namespace tamarack::coordinator {

std::string scoped(std::string_view project, std::string_view name) {
  std::string text;
  for (const char c : project)
    if (c == '/' || c == '%')
      text += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    else
      text += c;
  text += '/';
  text += name;
  return text;
}

std::optional<ScopedName> unscoped(std::string_view text) {
  const std::size_t end = text.find('/');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string project = replace_all(replace_all(std::string(text.substr(0, end)), "%2F", "/"), "%25", "%");
  return ScopedName{.project = project, .name = std::string(text.substr(end + 1))};
}

std::string shown_name(std::string_view text) {
  auto known = unscoped(text);
  return known ? std::move(known->name) : std::string(text);
}

void put_into_project(flow::WaitSpec& spec, std::string_view project) {
  spec.owner = scoped(project, spec.owner);
  for (flow::Condition& condition : spec.conditions) {
    if (condition.source != flow::SourceKind::signal) continue;
    if (condition.name.empty()) condition.name = condition.target;
    condition.target = scoped(project, condition.target);
  }
}

Result<std::string> project_of_new(const domain::Caller& caller, std::string_view wished) {
  const std::string own = caller.token ? caller.token->project : std::string(domain::all_projects);
  if (domain::is_open_caller(caller) || wished.empty()) return own;
  if (wished.size() > domain::project_bytes_max || trim(wished) != wished)
    return make_error(ErrorCode::invalid_argument, "project: expected a name of at most 200 bytes");
  if (caller.token && !domain::reaches_project(*caller.token, wished))
    return make_error(ErrorCode::not_found, fmt::format("there is no project '{}'", wished), "the token is for another one");
  return std::string(wished);
}

}  // namespace tamarack::coordinator
