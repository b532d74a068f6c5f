#include "store/memory/memory_access.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace tamarack::store {

Result<domain::Token*> MemoryAccess::existing(const domain::TokenId& id) {
  const auto found = tokens_.find(id);
  if (found == tokens_.end()) return make_error(ErrorCode::not_found, fmt::format("there is no token '{}'", id.value));
  return &found->second;
}

Result<> MemoryAccess::add_token(const domain::Token& token) {
  if (!tokens_.emplace(token.id, token).second)
    return make_error(ErrorCode::already_exists, fmt::format("there is a token '{}' already", token.id.value));
  return {};
}

Result<std::optional<domain::Token>> MemoryAccess::find_token(const domain::TokenId& id) {
  const auto found = tokens_.find(id);
  return found == tokens_.end() ? std::optional<domain::Token>{} : std::optional<domain::Token>{found->second};
}

Result<std::vector<domain::Token>> MemoryAccess::list_tokens(const std::optional<std::string>& project) {
  std::vector<domain::Token> found;
  for (const auto& [id, token] : tokens_)
    if (!project || token.project == *project) found.push_back(token);
  std::sort(found.begin(), found.end(),
            [](const domain::Token& a, const domain::Token& b) { return std::tie(a.created, a.id) < std::tie(b.created, b.id); });
  return found;
}

Result<> MemoryAccess::revoke_token(const domain::TokenId& id, Instant at) {
  domain::Token* token = TRY(existing(id));
  if (!token->revoked) token->revoked = at;
  return {};
}

Result<> MemoryAccess::rotate_token(const domain::TokenId& id, const std::string& secret_hash, Instant previous_until) {
  domain::Token* token = TRY(existing(id));
  if (token->revoked) return make_error(ErrorCode::conflict, fmt::format("the token '{}' was revoked", id.value));
  token->previous_hash = token->secret_hash;
  token->previous_until = previous_until;
  token->secret_hash = secret_hash;
  return {};
}

Result<> MemoryAccess::touch_token(const domain::TokenId& id, Instant at) {
  const auto found = tokens_.find(id);
  if (found != tokens_.end() && domain::needs_touch(found->second, at)) found->second.last_used = at;
  return {};
}

Result<std::string> MemoryAccess::server_key(const std::string& name, const std::string& fresh) {
  return keys_.emplace(name, fresh).first->second;
}

}  // namespace tamarack::store
