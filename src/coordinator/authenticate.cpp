#include "coordinator/authenticate.h"

#include <fmt/format.h>

#include "base/text.h"
#include "io/crypto.h"
#include "io/signed_url.h"

namespace tamarack::coordinator {
namespace {

// One answer for an id that does not exist and for a secret that is wrong: the difference is nobody's business.
constexpr const char* unknown_token = "the token is not known here";

domain::Caller nobody(std::string problem) {
  return {.token = std::nullopt, .problem = std::move(problem)};
}

}  // namespace

Result<domain::Caller> authenticate(store::AccessStore& access, std::string_view authorization, Instant now) {
  authorization = trim(authorization);
  if (authorization.empty()) return domain::Caller{};
  constexpr std::string_view scheme = "bearer ";
  if (!starts_with_ignoring_case(authorization, scheme)) return nobody("the Authorization header must be 'Bearer' and a token");
  return authenticate_token(access, authorization.substr(scheme.size()), now);
}

Result<domain::Caller> authenticate_token(store::AccessStore& access, std::string_view token, Instant now) {
  const auto parsed = domain::parse_token(token);
  if (!parsed) return nobody(parsed.error().message);
  const std::string hash = io::sha256_text(parsed->secret);
  auto found = TRY(access.find_token(parsed->id));
  if (!found || !domain::accepts_secret(*found, hash, now)) return nobody(unknown_token);
  if (!domain::why_unusable(*found, now) && domain::needs_touch(*found, now)) TRY_VOID(access.touch_token(found->id, now));
  found->secret_hash = hash;  // of the secret that was shown, in its time of grace the one before
  return domain::Caller{.token = std::move(found), .problem = {}};
}

Result<IssuedToken> issue_token(store::AccessStore& access, domain::Token wanted) {
  const domain::TokenText text = domain::make_token_text(io::random_bytes(domain::token_random_bytes));
  wanted.id = text.id;
  wanted.secret_hash = io::sha256_text(text.secret);
  wanted.previous_hash.clear();
  wanted.previous_until.reset();
  TRY_VOID(access.add_token(wanted));
  return IssuedToken{std::move(wanted), domain::write_token(text)};
}

Result<IssuedToken> reissue_token(store::AccessStore& access, const domain::TokenId& id, Instant previous_until, Instant now) {
  const auto present = TRY(access.find_token(id));
  if (!present) return make_error(ErrorCode::not_found, fmt::format("there is no token '{}'", id.value));
  if (const auto problem = domain::why_unusable(*present, now)) return make_error(ErrorCode::conflict, *problem);
  const std::string secret = domain::make_token_secret(io::random_bytes(32));
  TRY_VOID(access.rotate_token(id, io::sha256_text(secret), previous_until));
  const auto rotated = TRY(access.find_token(id));
  if (!rotated) return make_error(ErrorCode::not_found, fmt::format("there is no token '{}' any more", id.value));
  return IssuedToken{*rotated, domain::write_token({id, secret})};
}

Result<std::string> signing_key(store::AccessStore& access) {
  return access.server_key(std::string(io::signing_key_name), io::new_signing_key());
}

}  // namespace tamarack::coordinator
