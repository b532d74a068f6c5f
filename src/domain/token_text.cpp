#include "domain/token_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "base/text.h"

namespace tamarack::domain {
namespace {

constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::size_t id_bytes = token_random_bytes - 32;

// The bytes as one number, most significant byte first, in the first `base` digits; `size` of them, the least significant last. What does
// not fit is dropped: 8 bytes hold more than ten digits of an id.
std::string in_base(std::string_view bytes, unsigned base, std::size_t size) {
  std::vector<unsigned> number;
  for (const char byte : bytes) number.push_back(static_cast<unsigned char>(byte));
  std::string text(size, digits[0]);
  for (std::size_t at = size; at-- > 0;) {
    unsigned rest = 0;
    for (unsigned& byte : number) {
      const unsigned value = rest << 8 | byte;
      byte = value / base;
      rest = value % base;
    }
    text[at] = digits[rest];
  }
  return text;
}

bool is_written_in(std::string_view text, std::size_t base) {
  return std::all_of(text.begin(), text.end(), [&](char one) { return digits.substr(0, base).find(one) != std::string_view::npos; });
}

Error not_a_token(std::string message) {
  return make_error(ErrorCode::invalid_argument, std::move(message),
                    "pass the whole line that `tamarack token create` printed; a lost secret cannot be shown again, `tamarack token "
                    "rotate` makes a new one");
}

}  // namespace

TokenText make_token_text(std::string_view random) {
  CHECK(random.size() == token_random_bytes, "{} bytes", random.size());
  return {TokenId{in_base(random.substr(0, id_bytes), 36, token_id_chars)}, make_token_secret(random.substr(id_bytes))};
}

std::string make_token_secret(std::string_view random) {
  CHECK(random.size() == 32, "{} bytes", random.size());
  return in_base(random, 62, token_secret_chars);
}

std::string write_token(const TokenText& token) {
  return fmt::format("{}{}_{}", token_prefix, token.id.value, token.secret);
}

bool is_token_id(std::string_view text) {
  return text.size() == token_id_chars && is_written_in(text, 36);
}

Result<TokenText> parse_token(std::string_view text) {
  text = trim(text);
  constexpr std::size_t size = token_prefix.size() + token_id_chars + 1 + token_secret_chars;
  if (text.empty()) return not_a_token("the token is empty");
  if (!text.starts_with(token_prefix)) return not_a_token(fmt::format("the token does not begin with '{}'", token_prefix));
  if (text.size() != size) return not_a_token(fmt::format("the token must have {} characters, got {}", size, text.size()));
  const std::string_view id = text.substr(token_prefix.size(), token_id_chars);
  const std::string_view secret = text.substr(size - token_secret_chars);
  if (!is_token_id(id) || text[token_prefix.size() + token_id_chars] != '_' || !is_written_in(secret, 62))
    return not_a_token(fmt::format("the token must be '{}', {} digits and lower-case letters, '_', and {} digits and letters", token_prefix,
                                   token_id_chars, token_secret_chars));
  return TokenText{TokenId{std::string(id)}, std::string(secret)};
}

}  // namespace tamarack::domain
