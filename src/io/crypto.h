// The few things of OpenSSL that tokens and signed URLs need: random bytes, SHA-256, HMAC-SHA256. Bytes in, text out; nothing is kept.
// Whole files are hashed in artifact/disk; identities that pure rooms make, with base/sha256.h.
#pragma once

#include <string>
#include <string_view>

namespace tamarack::io {

// From the system's random source, fit for secrets. A machine that has none is no place to make secrets: the process ends.
std::string random_bytes(std::size_t count);

// SHA-256 as 64 lower-case hexadecimal digits.
std::string sha256_text(std::string_view bytes);

// HMAC-SHA256 (RFC 2104) as 64 lower-case hexadecimal digits.
std::string hmac_sha256_text(std::string_view key, std::string_view message);

}  // namespace tamarack::io
