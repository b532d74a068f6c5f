// The part of the store that remembers webhooks: addresses at which somebody outside may leave signals. Of an address only the hash of its
// token is kept; the secret that its senders sign with is kept as it is, because signatures cannot be checked with less. It only
// remembers; who may call is decided in coordinator/hook_check.h. Held to tests/contract like the rest of the store.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace tamarack::store {

struct HookRow {
  std::string token_hash;  // SHA-256 of the token, 64 hexadecimal digits
  std::string project;     // who made it; domain::all_projects is one of its own
  std::string key;         // of the mailbox, as the board knows it
  std::string scheme;      // "hmac-sha256", "standard-webhooks", "none"
  std::string secret;      // empty with "none"
  std::string header;      // of hmac-sha256
  bool once = false;       // its key is for the signals of one wait
  Instant created;
  std::optional<Instant> expires;  // from this instant on it is gone
  friend bool operator==(const HookRow&, const HookRow&) = default;
};

class HookStore {
 public:
  virtual ~HookStore() = default;

  // Every call is durable when it returns. `already_exists` when there is one of this hash.
  virtual Result<> add_hook(const HookRow& hook) = 0;
  virtual Result<std::optional<HookRow>> find_hook(const std::string& token_hash) = 0;
  // Oldest first.
  virtual Result<std::vector<HookRow>> list_hooks() = 0;
  // `not_found` when there is none.
  virtual Result<> remove_hook(const std::string& token_hash) = 0;
};

}  // namespace tamarack::store
