// Who may do what on a server: roles, tokens, and the one decision every route asks for. Closed by default: nobody without a usable token
// may do anything. Pure: secrets come in as hashes, time as a value; nothing here knows HTTP, a header or a database.
//
//   caller                                       answer
//   no token, or one that is unknown             unauthenticated (401)
//   a token that was revoked or has expired      unauthenticated (401)
//   a token of another project, whatever role    forbidden (403)
//   a token whose role is lower than needed      forbidden (403)
//   everything else                              allowed
//
// Forbidden tells that the object exists. Where even that must not leak (an id that somebody may have guessed), the route looks the object
// up first and answers 404 in place of 403, with the same body as for an unknown id. Routes that carry the project's name in the path
// answer 403: the name is in the question. For the same reason no reason names a project other than the caller's own.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/time.h"

namespace tamarack::domain {

// Each may do what those before it may: viewers read; runners start, cancel and work for runs; admins manage tokens and settings.
enum class Role { viewer, runner, admin };
inline constexpr std::array all_roles{Role::viewer, Role::runner, Role::admin};

std::string_view to_string(Role role);
std::optional<Role> parse_role(std::string_view text);

using TokenId = TextId<struct TokenTag>;  // "k3v9q0x7ab": ten digits and lower-case letters; not secret

// As the project of a token: every project, and the server itself.
inline constexpr std::string_view all_projects = "*";
inline constexpr std::size_t project_bytes_max = 200;
inline constexpr std::size_t label_bytes_max = 200;

// A token as the server remembers it: never the secret.
struct Token {
  TokenId id;
  std::string project;  // a name, or all_projects
  Role role = Role::viewer;
  std::string label;  // what it is for, in a person's words
  Instant created;
  std::optional<Instant> expires;  // from this instant on it is of no use
  std::optional<Instant> revoked;
  std::optional<Instant> last_used;       // to the minute
  std::string secret_hash;                // SHA-256 of the secret, 64 hexadecimal digits
  std::string previous_hash;              // of the secret before the last rotation; empty if there was none
  std::optional<Instant> previous_until;  // the previous secret is accepted before this instant
  friend bool operator==(const Token&, const Token&) = default;
};

// Who asks: a token whose secret was checked, or nobody, with the reason.
struct Caller {
  std::optional<Token> token;
  std::string problem = "no token was sent";  // read when there is no token
};

// The caller of a server that was started with --open on a loopback address: may do everything. Its token is in no store.
Caller open_caller();
bool is_open_caller(const Caller& caller);

struct AccessRequest {
  Role needed = Role::admin;
  std::string_view project;  // of the object; empty or all_projects: the server itself, which only tokens for all projects reach
  Instant now;
};

enum class Access { allowed, unauthenticated, forbidden };
std::string_view to_string(Access access);

struct AccessDecision {
  Access access = Access::unauthenticated;
  std::string reason;  // for the person who asked; empty when allowed
};

AccessDecision decide_access(const Caller& caller, const AccessRequest& request);

// A list of objects of several projects needs no project of its own: ask with the caller's project, then show only what this lets through.
bool reaches_project(const Token& token, std::string_view project);

// Why the token is of no use at `now` ("the token was revoked on …"), or nothing when it is of use.
std::optional<std::string> why_unusable(const Token& token, Instant now);

// Is `presented_hash` that of the token's secret, or of the one before during its time of grace? In constant time.
bool accepts_secret(const Token& token, std::string_view presented_hash, Instant now);

// The instant of the last use is kept to the minute, so that a busy token does not write to the disk with every request.
inline constexpr Millis last_used_resolution{60'000};
bool needs_touch(const Token& token, Instant now);

}  // namespace tamarack::domain
