#include "cli/token_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "base/text.h"
#include "cli/data_folder.h"
#include "cli/minute.h"
#include "cli/outputs.h"
#include "coordinator/authenticate.h"
#include "domain/access.h"
#include "domain/token_text.h"
#include "report/json_writer.h"

namespace tamarack::cli {
namespace {

int fail(const Error& error) {
  complain(error);
  return exit_code_of(error.code);
}

void say(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
}

int end_with(const Result<>& result) {
  return result ? 0 : fail(result.error());
}

std::string state_of(const domain::Token& token, Instant now) {
  if (token.revoked) return "revoked";
  return domain::why_unusable(token, now) ? "expired" : "active";
}

std::string scope_of(const domain::Token& token) {
  if (token.project == domain::all_projects) return fmt::format("{} of all projects", to_string(token.role));
  return fmt::format("{} of the project '{}'", to_string(token.role), token.project);
}

// Names go into lists, headers and logs.
Result<> check_name(const std::string& what, const std::string& text, std::size_t bytes_max) {
  const bool has_control = std::any_of(text.begin(), text.end(), [](unsigned char one) { return one < 0x20 || one == 0x7f; });
  if (has_control || !is_valid_utf8(text))
    return make_error(ErrorCode::invalid_argument, fmt::format("the {} must be plain text without control characters", what),
                      "leave out line ends and tabs");
  if (text.size() > bytes_max)
    return make_error(ErrorCode::invalid_argument, fmt::format("the {} must have at most {} bytes, got {}", what, bytes_max, text.size()),
                      "pass a shorter one");
  return {};
}

Result<domain::Role> role_named(const std::string& text) {
  if (const auto role = domain::parse_role(text)) return *role;
  std::vector<std::string> names;
  for (const domain::Role role : domain::all_roles) names.emplace_back(to_string(role));
  const auto meant = closest(text, names);
  return make_error(ErrorCode::invalid_argument, fmt::format("there is no role '{}'", text),
                    meant
                        ? fmt::format("did you mean --role {}?", *meant)
                        : std::string("pass --role viewer (reads), runner (starts runs, joins agents) or admin (manages tokens as well)"));
}

Result<domain::Token> wanted_token(const TokenCreateOptions& options, Instant now) {
  if (trim(options.project).empty())
    return make_error(ErrorCode::invalid_argument, "the project is empty", "pass --project NAME, or --project '*' for all projects");
  TRY_VOID(check_name("project", options.project, domain::project_bytes_max));
  TRY_VOID(check_name("label", options.label, domain::label_bytes_max));
  if (options.expires && (*options.expires < token_life_min || *options.expires > token_life_max))
    return make_error(ErrorCode::invalid_argument, "a token must live one minute to ten years",
                      "pass for example --expires 90d, or leave it out for a token that never expires");
  domain::Token token{
      .project = options.project, .role = TRY(role_named(options.role)), .label = std::string(trim(options.label)), .created = now};
  if (options.expires) token.expires = now + *options.expires;
  return token;
}

// A typing mistake in a project's name makes a token that opens nothing; nothing forbids to make the token before the first run, though.
void mention_similar_project(store::Store& store, const std::string& project) {
  constexpr int runs_looked_at = 1000;
  if (project == domain::all_projects) return;
  const auto runs = store.runs(runs_looked_at);
  if (!runs) return;
  std::vector<std::string> known;
  for (const store::RunRow& run : *runs) known.push_back(run.project);
  if (std::find(known.begin(), known.end(), project) != known.end()) return;
  if (const auto meant = closest(project, known))
    say(fmt::format("note: no run of '{}' is recorded here; did you mean '{}'?", project, *meant));
}

Result<> print_secret(const std::string& text) {
  const bool printed = std::printf("%s\n", text.c_str()) > 0 && std::fflush(stdout) == 0;
  if (!printed)
    return make_error(ErrorCode::io, "the token could not be written to standard output",
                      "see that the disk is not full and rotate again; the old secret is in its time of grace");
  return {};
}

// An id, or a whole token out of which the id is taken; the secret of one is never repeated.
Result<domain::TokenId> id_from(const std::string& text) {
  if (domain::is_token_id(text)) return domain::TokenId{text};
  if (const auto token = domain::parse_token(text)) return token->id;
  const std::string hint = "`tamarack token list` shows the ids";
  if (text.starts_with(domain::token_prefix)) return make_error(ErrorCode::invalid_argument, "this is only a part of a token", hint);
  return make_error(ErrorCode::invalid_argument, fmt::format("a token's id has {} digits and lower-case letters", domain::token_id_chars),
                    hint);
}

Error unknown_id(store::AccessStore& access, const domain::TokenId& id) {
  std::vector<std::string> known;
  if (const auto tokens = access.list_tokens(std::nullopt))
    for (const domain::Token& token : *tokens) known.push_back(token.id.value);
  const auto meant = closest(id.value, known);
  return make_error(ErrorCode::not_found, fmt::format("there is no token '{}'", id.value),
                    meant ? fmt::format("did you mean '{}'?", *meant) : std::string("`tamarack token list` shows the ids"));
}

Result<> create(const TokenCreateOptions& options, const Clock& clock) {
  const domain::Token wanted = TRY(wanted_token(options, clock.now()));
  const DataFolder folder = TRY(open_data_folder(options.data_dir, IfMissing::create));
  if (folder.is_new) say(fmt::format("note: '{}' was no data folder yet and is one now", folder.path));
  if (folder.others_can_read) say(fmt::format("note: other users of this machine can read '{}'; `chmod 700` keeps them out", folder.path));
  mention_similar_project(*folder.store, wanted.project);
  const coordinator::IssuedToken issued = TRY(coordinator::issue_token(folder.store->access(), wanted));
  if (const auto printed = print_secret(issued.text); !printed) {
    // Nobody has seen it, so nobody is to have it.
    TRY_VOID(folder.store->access().revoke_token(issued.token.id, clock.now()));
    return make_error(printed.error().code, printed.error().message,
                      "the token was revoked; see that the disk is not full and make another");
  }
  say(fmt::format("created token {}: {}, {}", issued.token.id.value, scope_of(issued.token),
                  issued.token.expires ? "expires " + minute_of(*issued.token.expires) + " UTC" : std::string("never expires")));
  say("it is shown this once: keep it in a file or a secret store that only its user can read");
  return {};
}

Result<> revoke(const TokenRevokeOptions& options, const Clock& clock) {
  const domain::TokenId id = TRY(id_from(options.id));
  const DataFolder folder = TRY(open_data_folder(options.data_dir, IfMissing::refuse));
  store::AccessStore& access = folder.store->access();
  const auto token = TRY(access.find_token(id));
  if (!token) return unknown_id(access, id);
  TRY_VOID(access.revoke_token(id, clock.now()));
  if (token->revoked)
    say(fmt::format("token {} was revoked already, on {} UTC", id.value, minute_of(*token->revoked)));
  else
    say(fmt::format("revoked token {}: {}", id.value, scope_of(*token)));
  return {};
}

Result<> rotate(const TokenRotateOptions& options, const Clock& clock) {
  const domain::TokenId id = TRY(id_from(options.id));
  if (options.grace < Millis{0} || options.grace > coordinator::token_grace_max)
    return make_error(ErrorCode::invalid_argument, "the old secret may stay valid for 0 seconds to 30 days", "pass for example --grace 1h");
  const DataFolder folder = TRY(open_data_folder(options.data_dir, IfMissing::refuse));
  store::AccessStore& access = folder.store->access();
  if (!TRY(access.find_token(id))) return unknown_id(access, id);
  const Instant now = clock.now();
  auto issued = coordinator::reissue_token(access, id, now + options.grace, now);
  if (!issued && issued.error().code == ErrorCode::conflict) {
    Error error = std::move(issued).error();
    if (error.hint.empty()) error.hint = "`tamarack token create` makes another";
    return error;
  }
  if (!issued) return std::move(issued).error();
  // When it cannot be printed the old secret is still good for a while, and the rotation can be done again.
  TRY_VOID(print_secret(issued->text));
  say(fmt::format("token {} has a new secret, shown this once; the old one {}", id.value,
                  options.grace > Millis{0} ? "is valid until " + minute_of(now + options.grace) + " UTC" : std::string("is void")));
  return {};
}

void print_json(const domain::Token& token, Instant now) {
  report::JsonWriter json;
  json.begin_object();
  json.field("id", token.id.value);
  json.field("project", token.project);
  json.field("role", to_string(token.role));
  json.field("label", token.label);
  json.field("state", state_of(token, now));
  json.field("created_at", iso8601(token.created));
  if (token.expires) json.field("expires_at", iso8601(*token.expires));
  if (token.revoked) json.field("revoked_at", iso8601(*token.revoked));
  if (token.last_used) json.field("last_used_at", iso8601(*token.last_used));
  json.end_object();
  std::printf("%s\n", std::move(json).take().c_str());
}

void print_table(const std::vector<domain::Token>& tokens, Instant now) {
  std::size_t project_width = 7;
  for (const domain::Token& token : tokens) project_width = std::max(project_width, token.project.size());
  const auto line = [&](std::string_view id, std::string_view role, std::string_view project, std::string_view state,
                        std::string_view expires, std::string_view used, std::string_view label) {
    std::string text =
        fmt::format("{:<10}  {:<6}  {:<{}}  {:<7}  {:<16}  {:<16}  {}", id, role, project, project_width, state, expires, used, label);
    while (text.ends_with(' ')) text.pop_back();
    std::printf("%s\n", text.c_str());
  };
  line("id", "role", "project", "state", "expires (UTC)", "last used", "label");
  for (const domain::Token& token : tokens)
    line(token.id.value, to_string(token.role), token.project, state_of(token, now), token.expires ? minute_of(*token.expires) : "never",
         token.last_used ? minute_of(*token.last_used) : "never", token.label);
}

Result<> list(const TokenListOptions& options, const Clock& clock) {
  const DataFolder folder = TRY(open_data_folder(options.data_dir, IfMissing::refuse));
  const std::optional<std::string> project = options.project.empty() ? std::optional<std::string>{} : options.project;
  const std::vector<domain::Token> tokens = TRY(folder.store->access().list_tokens(project));
  const Instant now = clock.now();
  if (options.json)
    for (const domain::Token& token : tokens) print_json(token, now);
  else if (tokens.empty())
    say(project ? fmt::format("there is no token of the project '{}'", *project) : std::string("there is no token yet"));
  else
    print_table(tokens, now);
  return {};
}

}  // namespace

int token_create_command(const TokenCreateOptions& options, const Clock& clock) {
  return end_with(create(options, clock));
}

int token_list_command(const TokenListOptions& options, const Clock& clock) {
  return end_with(list(options, clock));
}

int token_revoke_command(const TokenRevokeOptions& options, const Clock& clock) {
  return end_with(revoke(options, clock));
}

int token_rotate_command(const TokenRotateOptions& options, const Clock& clock) {
  return end_with(rotate(options, clock));
}

}  // namespace tamarack::cli
