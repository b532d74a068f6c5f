// Who am I, and who may what: sessions of browsers, tokens. Both read and write the access store on the loop: rows by key, nothing long.
#pragma once

#include <optional>
#include <string>

#include "coordinator/server_parts.h"

namespace tamarack::coordinator {

inline constexpr std::string_view session_cookie = "tamarack_session";

// The token in a Cookie header; empty when there is none.
std::string token_in_cookie(std::string_view cookie_field);

class TokenRoutes {
 public:
  explicit TokenRoutes(ServerParts& parts) : parts_(parts) {}
  void handle(const Call& call);

 private:
  void open_session(const Call& call);
  void show_session(const Call& call);
  void close_session(const Call& call);
  void list(const Call& call);
  void create(const Call& call);
  void rotate(const Call& call);
  void revoke(const Call& call);
  // The token the path names; answers 404 itself when this caller has none of that id.
  std::optional<domain::Token> named_token(const Call& call);

  ServerParts& parts_;
};

}  // namespace tamarack::coordinator
