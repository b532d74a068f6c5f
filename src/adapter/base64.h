// Base64 (RFC 4648, section 4) of inline attachments.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tamarack::adapter {

// The bytes, or nothing when the text is not complete, padded base64. Line breaks and the URL alphabet are refused.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace tamarack::adapter
