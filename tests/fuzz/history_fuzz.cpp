// Any bytes as the history that a server answers: a value or a named complaint, never a crash. What was understood means the same after it
// was written and read again, and can be planned with: no negative duration, nothing without an outcome that has one.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wire/history.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto history = tamarack::wire::decode_history({reinterpret_cast<const char*>(data), size});
  if (!history) {
    if (history.error().message.empty()) __builtin_trap();
    return 0;
  }
  for (const auto& [test, known] : history->tests)
    for (const auto& timing : known.timings)
      if (timing.duration < tamarack::Millis{0} || !tamarack::domain::has_run(timing.outcome)) __builtin_trap();
  const std::string written = tamarack::wire::encode_history(*history);
  const auto again = tamarack::wire::decode_history(written);
  if (!again || tamarack::wire::encode_history(*again) != written) __builtin_trap();
  return 0;
}
