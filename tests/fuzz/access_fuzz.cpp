// What strangers send before anybody knows them: tokens and signed URLs. And the masker, on any text in any pieces.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/masker.h"
#include "base/text.h"
#include "domain/token_text.h"
#include "io/signed_url.h"

namespace {

using namespace tamarack;

void check_token(std::string_view text) {
  const auto token = domain::parse_token(text);
  if (token && domain::write_token(*token) != trim(text)) __builtin_trap();
  if (!token && (token.error().message.empty() || token.error().hint.empty())) __builtin_trap();
}

void check_url(std::string_view text) {
  constexpr std::string_view key = "key";
  const Instant now = from_ms(1'000);
  const std::string genuine = io::sign_path("/a", from_ms(2'000), key);
  const bool is_ok = io::verify_path("/a", text, key, now) == io::SignatureCheck::ok;
  if (is_ok && !text.starts_with("expires=")) __builtin_trap();
  if (io::verify_path(text, genuine, key, now) == io::SignatureCheck::ok && text != "/a") __builtin_trap();
}

// The first line holds the secrets, separated by commas; its first byte says how long the pieces are.
void check_masker(std::string_view text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const Masker masker(split(text.substr(0, end), ','));
  const std::string_view rest = text.substr(end);
  const std::size_t piece = 1 + (text.empty() ? 0 : static_cast<unsigned char>(text[0]) % 16);
  Masker::Stream stream(masker);
  std::string out;
  for (std::size_t at = 0; at < rest.size(); at += piece) out += stream.push(rest.substr(at, piece));
  out += stream.finish();
  if (out != masker.mask(rest)) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_token(text);
  check_url(text);
  check_masker(text);
  return 0;
}
