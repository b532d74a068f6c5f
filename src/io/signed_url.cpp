#include "io/signed_url.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/secret.h"
#include "base/text.h"
#include "io/crypto.h"

namespace tamarack::io {
namespace {

constexpr std::string_view expires_key = "expires=";
constexpr std::string_view signature_key = "&signature=";
constexpr std::int64_t seconds_max = 253'402'300'799;  // the last second of the year 9999

std::string query_text(std::string_view path, std::int64_t seconds, std::string_view key) {
  const std::string canonical = fmt::format("tamarack-signed-url-1\n{}\n{}", path, seconds);
  return fmt::format("{}{}{}{}", expires_key, seconds, signature_key, hmac_sha256_text(key, canonical));
}

bool can_be_signed(std::string_view path) {
  return path.starts_with('/') && path.find_first_of("?#\r\n") == std::string_view::npos;
}

}  // namespace

std::string new_signing_key() {
  return sha256_text(random_bytes(signing_key_bytes));
}

std::string sign_path(std::string_view path, Instant expires, std::string_view key) {
  const std::int64_t seconds = to_ms(expires) / 1000;
  CHECK(!key.empty());
  CHECK(can_be_signed(path), "'{}'", path);
  CHECK(seconds >= 0 && seconds <= seconds_max, "{}", seconds);
  return query_text(path, seconds, key);
}

SignatureCheck verify_path(std::string_view path, std::string_view query, std::string_view key, Instant now) {
  CHECK(!key.empty());
  if (!can_be_signed(path) || !query.starts_with(expires_key)) return SignatureCheck::forged;
  const std::size_t end = query.find('&');
  if (end == std::string_view::npos) return SignatureCheck::forged;
  const auto seconds = parse_integer(query.substr(expires_key.size(), end - expires_key.size()));
  if (!seconds || *seconds > seconds_max) return SignatureCheck::forged;
  // Written again and compared as a whole: a number spelled in another way, another order, or a further parameter is another text.
  if (!equal_in_constant_time(query, query_text(path, *seconds, key))) return SignatureCheck::forged;
  return to_ms(now) >= *seconds * 1000 ? SignatureCheck::expired : SignatureCheck::ok;
}

}  // namespace tamarack::io
