#include "domain/access.h"

#include <fmt/format.h>

#include "base/secret.h"

namespace tamarack::domain {
namespace {

constexpr std::string_view open_id = "open";

std::string day_and_time(Instant instant) {
  return iso8601(instant).substr(0, 16).replace(10, 1, " ") + " UTC";
}

}  // namespace

std::string_view to_string(Role role) {
  switch (role) {
    case Role::viewer:
      return "viewer";
    case Role::runner:
      return "runner";
    case Role::admin:
      return "admin";
  }
  return "viewer";
}

std::optional<Role> parse_role(std::string_view text) {
  for (const Role role : all_roles)
    if (to_string(role) == text) return role;
  return std::nullopt;
}

std::string_view to_string(Access access) {
  switch (access) {
    case Access::allowed:
      return "allowed";
    case Access::unauthenticated:
      return "unauthenticated";
    case Access::forbidden:
      return "forbidden";
  }
  return "unauthenticated";
}

Caller open_caller() {
  return {.token =
              Token{.id = TokenId{std::string(open_id)}, .project = std::string(all_projects), .role = Role::admin, .label = "open server"},
          .problem = {}};
}

bool is_open_caller(const Caller& caller) {
  return caller.token && caller.token->id.value == open_id;
}

AccessDecision decide_access(const Caller& caller, const AccessRequest& request) {
  if (!caller.token) return {Access::unauthenticated, caller.problem};
  const Token& token = *caller.token;
  if (const auto problem = why_unusable(token, request.now)) return {Access::unauthenticated, *problem};
  if (!reaches_project(token, request.project)) {
    const bool asks_server = request.project.empty() || request.project == all_projects;
    return {Access::forbidden, fmt::format("the token is bound to the project '{}', and this belongs to {}", token.project,
                                           asks_server ? "the server" : "another project")};
  }
  if (token.role < request.needed)
    return {Access::forbidden,
            fmt::format("the token has the role '{}', and this needs '{}'", to_string(token.role), to_string(request.needed))};
  return {Access::allowed, {}};
}

bool reaches_project(const Token& token, std::string_view project) {
  if (token.project == all_projects) return true;
  // A token without a project is a broken row, and reaches nothing: least of all the server, whose project is written the same way.
  return !token.project.empty() && token.project == project;
}

std::optional<std::string> why_unusable(const Token& token, Instant now) {
  if (token.revoked) return fmt::format("the token was revoked on {}", day_and_time(*token.revoked));
  if (token.expires && now >= *token.expires) return fmt::format("the token expired on {}", day_and_time(*token.expires));
  return std::nullopt;
}

bool accepts_secret(const Token& token, std::string_view presented_hash, Instant now) {
  const bool is_current = !token.secret_hash.empty() && equal_in_constant_time(token.secret_hash, presented_hash);
  const bool in_grace = token.previous_until && now < *token.previous_until;
  const bool is_previous = !token.previous_hash.empty() && equal_in_constant_time(token.previous_hash, presented_hash);
  return is_current || (is_previous && in_grace);
}

bool needs_touch(const Token& token, Instant now) {
  return !token.last_used || now - *token.last_used >= last_used_resolution;
}

}  // namespace tamarack::domain
