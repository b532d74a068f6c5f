// SHA-256 (FIPS 180-4) of bytes in memory, for identities that pure rooms make from texts. Slower than the machine's own instructions:
// whole files are hashed by the shells with OpenSSL.
#pragma once

#include <string>
#include <string_view>

namespace tamarack {

// 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

// Exactly 64 lower-case hexadecimal digits, and so safe as the name of a file.
bool is_sha256(std::string_view text);

}  // namespace tamarack
