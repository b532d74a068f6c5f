// Tokens and keys of the store of tests and simulations.
#pragma once

#include <map>

#include "store/access_store.h"

namespace tamarack::store {

class MemoryAccess final : public AccessStore {
 public:
  Result<> add_token(const domain::Token& token) override;
  Result<std::optional<domain::Token>> find_token(const domain::TokenId& id) override;
  Result<std::vector<domain::Token>> list_tokens(const std::optional<std::string>& project) override;
  Result<> revoke_token(const domain::TokenId& id, Instant at) override;
  Result<> rotate_token(const domain::TokenId& id, const std::string& secret_hash, Instant previous_until) override;
  Result<> touch_token(const domain::TokenId& id, Instant at) override;
  Result<std::string> server_key(const std::string& name, const std::string& fresh) override;

 private:
  Result<domain::Token*> existing(const domain::TokenId& id);

  std::map<domain::TokenId, domain::Token> tokens_;
  std::map<std::string, std::string> keys_;
};

}  // namespace tamarack::store
