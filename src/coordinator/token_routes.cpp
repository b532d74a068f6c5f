#include "coordinator/token_routes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "coordinator/answers.h"
#include "coordinator/authenticate.h"
#include "report/json_writer.h"

namespace tamarack::coordinator {
namespace {

constexpr std::int64_t days_max = 3650;
constexpr std::int64_t day_ms = 24 * 3600'000;

std::string cookie(std::string_view value, bool tls, std::string_view more) {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict{}{}", session_cookie, value, tls ? "; Secure" : "", more);
}

// Until when the secret before the last rotation opens something; none when it opens nothing any more.
std::optional<Instant> previous_ends(const domain::Token& token, Instant now) {
  if (!token.previous_until || *token.previous_until <= now || domain::why_unusable(token, now)) return std::nullopt;
  return token.expires ? std::min(*token.previous_until, *token.expires) : *token.previous_until;
}

void write(report::JsonWriter& out, const domain::Token& token, Instant now) {
  const auto instant = [&](std::string_view name, const std::optional<Instant>& at) {
    if (at) out.field(name, iso8601(*at));
  };
  out.begin_object();
  out.field("id", token.id.value);
  out.field("name", token.label);
  out.field("project", token.project);
  out.field("role", to_string(token.role));
  out.field("created_at", iso8601(token.created));
  instant("expires_at", token.expires);
  instant("last_used_at", token.last_used);
  instant("previous_ends_at", previous_ends(token, now));
  out.field("revoked", token.revoked.has_value());
  out.end_object();
}

// Every wrong field of what was asked for.
Result<domain::Token> token_of(const wire::TokenWish& wish, Instant now) {
  std::vector<std::string> problems;
  const auto role = domain::parse_role(wish.role);
  if (!role) problems.push_back(fmt::format("/role: expected viewer, runner or admin, got '{}'", wish.role));
  if (trim(wish.project).empty() || wish.project.size() > domain::project_bytes_max)
    problems.emplace_back("/project: expected a name, or '*' for all projects");
  if (wish.name.size() > domain::label_bytes_max) problems.push_back(fmt::format("/name: at most {} bytes", domain::label_bytes_max));
  if (wish.days < 0 || wish.days > days_max) problems.push_back(fmt::format("/days: expected 0 (never expires) to {}", days_max));
  if (!problems.empty()) return make_error(ErrorCode::invalid_argument, join(problems, "; "));
  domain::Token token{.project = std::string(trim(wish.project)), .role = *role, .label = std::string(trim(wish.name)), .created = now};
  if (wish.days > 0) token.expires = now + Millis{wish.days * day_ms};
  return token;
}

}  // namespace

std::string token_in_cookie(std::string_view cookie_field) {
  for (const std::string& one : split(cookie_field, ';')) {
    const std::string_view pair = trim(one);
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == session_cookie) return std::string(pair.substr(equals + 1));
  }
  return {};
}

void TokenRoutes::handle(const Call& call) {
  switch (call.route->id) {
    case RouteId::session_open:
      return open_session(call);
    case RouteId::session:
      return show_session(call);
    case RouteId::session_close:
      return close_session(call);
    case RouteId::token_create:
      return create(call);
    case RouteId::token_rotate:
      return rotate(call);
    case RouteId::token_revoke:
      return revoke(call);
    default:
      return list(call);
  }
}

void TokenRoutes::open_session(const Call& call) {
  const auto wish = wire::decode<wire::SessionWish>(call.request.body);
  if (!wish) return call.exchange->answer(trouble(wish.error()));
  const auto caller = authenticate_token(parts_.stores.access, trim(wish->token), parts_.clock.now());
  if (!caller) return call.exchange->answer(trouble(caller.error()));
  const auto why_not = caller->token ? domain::why_unusable(*caller->token, parts_.clock.now()) : std::optional(caller->problem);
  if (why_not) return call.exchange->answer(unauthenticated(*why_not));
  io::Answer answer = no_content();
  answer.fields.emplace_back("Set-Cookie", cookie(trim(wish->token), !parts_.settings.http.tls_cert.empty(), ""));
  call.exchange->answer(answer);
}

void TokenRoutes::show_session(const Call& call) {
  const bool open = parts_.settings.open;
  report::JsonWriter out;
  out.begin_object();
  out.field("role", to_string(call.caller.token ? call.caller.token->role : domain::Role::admin));
  out.field("project", call.caller.token ? call.caller.token->project : std::string(domain::all_projects));
  out.field("name", call.caller.token ? call.caller.token->label : std::string{});
  out.field("open", open);
  out.end_object();
  call.exchange->answer(json_answer(std::move(out).take()));
}

void TokenRoutes::close_session(const Call& call) {
  io::Answer answer = no_content();
  answer.fields.emplace_back("Set-Cookie", cookie("", !parts_.settings.http.tls_cert.empty(), "; Max-Age=0"));
  call.exchange->answer(answer);
}

void TokenRoutes::list(const Call& call) {
  const auto tokens = parts_.stores.access.list_tokens(std::nullopt);
  if (!tokens) return call.exchange->answer(trouble(tokens.error()));
  report::JsonWriter out;
  out.begin_object();
  out.key("tokens");
  out.begin_array();
  for (const domain::Token& token : *tokens)
    if (call.reaches(token.project)) write(out, token, parts_.clock.now());
  out.end_array();
  out.end_object();
  call.exchange->answer(json_answer(std::move(out).take()));
}

void TokenRoutes::create(const Call& call) {
  const auto wish = wire::decode<wire::TokenWish>(call.request.body);
  if (!wish) return call.exchange->answer(trouble(wish.error()));
  const auto wanted = token_of(*wish, parts_.clock.now());
  if (!wanted) return call.exchange->answer(trouble(wanted.error()));
  // Nobody hands out more than he has.
  if (!call.reaches(wanted->project)) return call.exchange->answer(io::problem(403, "/project: the token is for another project"));
  const auto issued = issue_token(parts_.stores.access, *wanted);
  if (!issued) return call.exchange->answer(trouble(issued.error()));
  report::JsonWriter out;
  out.begin_object();
  out.field("id", issued->token.id.value);
  out.field("token", issued->text);
  out.end_object();
  call.exchange->answer(json_answer(std::move(out).take(), 201));
}

std::optional<domain::Token> TokenRoutes::named_token(const Call& call) {
  const domain::TokenId id{call.parameter("token")};
  auto token = parts_.stores.access.find_token(id);
  if (!token)
    call.exchange->answer(trouble(token.error()));
  else if (!*token || !call.reaches((*token)->project))
    call.exchange->answer(io::problem(404, fmt::format("there is no token '{}'", id.value)));
  else
    return std::move(*token);
  return std::nullopt;
}

// Whoever may make such a token may change its secret; who has neither made nor seen the old one learns nothing of it.
void TokenRoutes::rotate(const Call& call) {
  const auto wish = wire::decode<wire::RotateWish>(call.request.body);
  if (!wish) return call.exchange->answer(trouble(wish.error()));
  if (wish->grace_ms < 0 || wish->grace_ms > token_grace_max.count())
    return call.exchange->answer(io::problem(
        400, fmt::format("/grace_ms: expected 0 (the old secret is void at once) to {}, got {}", token_grace_max.count(), wish->grace_ms)));
  const auto token = named_token(call);
  if (!token) return;
  const Instant now = parts_.clock.now();
  const auto issued = reissue_token(parts_.stores.access, token->id, now + Millis{wish->grace_ms}, now);
  if (!issued) return call.exchange->answer(trouble(issued.error()));
  report::JsonWriter out;
  out.begin_object();
  out.field("id", issued->token.id.value);
  out.field("token", issued->text);
  if (const auto ends = previous_ends(issued->token, now)) out.field("previous_ends_at", iso8601(*ends));
  out.end_object();
  call.exchange->answer(json_answer(std::move(out).take()));
}

void TokenRoutes::revoke(const Call& call) {
  const auto token = named_token(call);
  if (!token) return;
  const auto revoked = parts_.stores.access.revoke_token(token->id, parts_.clock.now());
  call.exchange->answer(revoked ? no_content() : trouble(revoked.error()));
}

}  // namespace tamarack::coordinator
