// Any bytes as the manifest of a workspace: a manifest or a named complaint, never a crash. What is accepted can be unpacked below a folder
// without leaving it, and means the same after it was written and read again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.h"
#include "wire/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto manifest = tamarack::wire::decode_manifest(text);
  if (!manifest) {
    if (manifest.error().message.empty()) __builtin_trap();
    return 0;
  }
  for (const auto& entry : manifest->entries) {
    if (entry.path.empty() || entry.path.starts_with('/') || entry.target.starts_with('/') || entry.size < 0) __builtin_trap();
    for (const std::string& segment : tamarack::split(entry.path, '/'))
      if (segment.empty() || segment == "." || segment == "..") __builtin_trap();
  }
  const auto again = tamarack::wire::decode_manifest(tamarack::wire::encode_manifest(*manifest));
  if (!again || tamarack::domain::manifest_id(*again) != tamarack::domain::manifest_id(*manifest)) __builtin_trap();
  return 0;
}
