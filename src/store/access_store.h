// The part of the store that remembers who may do what: tokens (hashes of their secrets, never the secrets) and the server's own keys.
// It only remembers; what a token may do is decided in domain/access.h. Held to tests/contract like the rest of the store.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "domain/access.h"

namespace tamarack::store {

class AccessStore {
 public:
  virtual ~AccessStore() = default;

  // Every call is durable when it returns. `already_exists` when there is a token of this id, `not_found` when there is none.
  virtual Result<> add_token(const domain::Token& token) = 0;
  virtual Result<std::optional<domain::Token>> find_token(const domain::TokenId& id) = 0;
  // Bound to exactly this project (all_projects is one of its own), or all; oldest first. Revoked and expired ones stay in the list.
  virtual Result<std::vector<domain::Token>> list_tokens(const std::optional<std::string>& project) = 0;
  // A second revocation changes nothing: the first instant stays.
  virtual Result<> revoke_token(const domain::TokenId& id, Instant at) = 0;
  // `secret_hash` becomes the secret; the present one becomes the previous one, accepted before `previous_until`. A still earlier one ends
  // here. `conflict` when the token was revoked.
  virtual Result<> rotate_token(const domain::TokenId& id, const std::string& secret_hash, Instant previous_until) = 0;
  // Notes that the token was used; written at most once per last_used_resolution, and never back in time. An unknown id is no error: the
  // token may have gone in the meantime. Does not wait: while somebody else writes nothing is noted, and a later use will be.
  virtual Result<> touch_token(const domain::TokenId& id, Instant at) = 0;

  // A key that the server makes for itself, such as the one that signs URLs: the one that is stored under this name, else `fresh`, which is
  // stored before it is returned. Of several processes that ask at once, all get the same one.
  virtual Result<std::string> server_key(const std::string& name, const std::string& fresh) = 0;
};

}  // namespace tamarack::store
