// From what a client sent to who it is. What the caller may then do is decided per object by domain::decide_access; a caller that comes out
// of here with a token has proved that it knows the secret, and nothing more: the token may be revoked or expired.
// A connection that stays open (WebSocket, event stream) has to ask again from time to time, or it outlives its token.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "domain/access.h"
#include "domain/token_text.h"
#include "store/access_store.h"

namespace tamarack::coordinator {

// The value of an Authorization header, empty if there was none: `Bearer tmk_…`, the scheme in any case. Reads the store with every call,
// so a revocation counts from the next request on, and notes the use of the token (to the minute). An error is the store's: answer 500,
// never let through. Neither errors nor problems repeat what was sent.
Result<domain::Caller> authenticate(store::AccessStore& access, std::string_view authorization, Instant now);

// The same for a token alone, as it comes out of a cookie or a message.
Result<domain::Caller> authenticate_token(store::AccessStore& access, std::string_view token, Instant now);

// A new token with its secret from the system's random source, stored; the text is shown once and kept nowhere. Of `wanted`, id, hashes
// and previous_until are overwritten. Project, role, label, created and expires are taken as they are.
struct IssuedToken {
  domain::Token token;
  std::string text;  // tmk_<id>_<secret>
};
Result<IssuedToken> issue_token(store::AccessStore& access, domain::Token wanted);

inline constexpr Millis token_grace_max{30LL * 86'400'000};  // of a secret that was changed

// A new secret for a token; the present one is accepted before `previous_until`. Errors: `not_found`; `conflict` when the token is revoked
// or has expired at `now`.
Result<IssuedToken> reissue_token(store::AccessStore& access, const domain::TokenId& id, Instant previous_until, Instant now);

// The key that signs URLs; made at the first call.
Result<std::string> signing_key(store::AccessStore& access);

}  // namespace tamarack::coordinator
