// Any bytes as a message between coordinator and agent: a message or a named complaint, never a crash. What was understood means the same
// after it was written and read again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "wire/message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto from_agent = tamarack::wire::decode_from_agent(text);
  if (from_agent) {
    const std::string written = tamarack::wire::encode(*from_agent);
    const auto again = tamarack::wire::decode_from_agent(written);
    if (!again || tamarack::wire::encode(*again) != written) __builtin_trap();
  } else if (from_agent.error().message.empty()) {
    __builtin_trap();
  }
  const auto to_agent = tamarack::wire::decode_to_agent(text);
  if (to_agent) {
    const std::string written = tamarack::wire::encode(*to_agent);
    const auto again = tamarack::wire::decode_to_agent(written);
    if (!again || tamarack::wire::encode(*again) != written) __builtin_trap();
  } else if (to_agent.error().message.empty()) {
    __builtin_trap();
  }
  return 0;
}
