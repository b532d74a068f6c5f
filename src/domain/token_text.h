// The text form of a token, `tmk_<id>_<secret>`: what a person copies and a client sends. Digits and letters only, so that a double click
// selects it as a whole and no shell, URL or header has to quote it; the prefix lets scanners of leaked secrets recognise it.
// Nothing here repeats a secret: errors say what is wrong with a text, never what it was.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "domain/access.h"

namespace tamarack::domain {

inline constexpr std::string_view token_prefix = "tmk_";
inline constexpr std::size_t token_id_chars = 10;      // 51 bits: enough to be found by, not meant to be guessed at
inline constexpr std::size_t token_secret_chars = 43;  // 256 bits in base 62
inline constexpr std::size_t token_random_bytes = 8 + 32;

struct TokenText {
  TokenId id;
  std::string secret;
  friend bool operator==(const TokenText&, const TokenText&) = default;
};

// `random` must be token_random_bytes of the system's random source: the first 8 make the id, the other 32 the secret.
TokenText make_token_text(std::string_view random);
// The same token with another secret, from 32 random bytes.
std::string make_token_secret(std::string_view random);

std::string write_token(const TokenText& token);
// White space around it is ignored, because tokens come out of files. Errors: `invalid_argument`.
Result<TokenText> parse_token(std::string_view text);

bool is_token_id(std::string_view text);

}  // namespace tamarack::domain
