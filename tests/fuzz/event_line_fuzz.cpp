// Any bytes as a event line of a shim: a value or a named complaint, never a crash.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "adapter/event_line.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = tamarack::adapter::parse_event_line(text);
  if (!line && line.error().message.empty()) __builtin_trap();
  return 0;
}
