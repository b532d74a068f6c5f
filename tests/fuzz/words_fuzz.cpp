// Command lines and placeholders as people write them: words or a named complaint, never a crash.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "adapter/words.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto words = tamarack::adapter::split_words(text);
  if (!words && words.error().message.empty()) __builtin_trap();
  const auto program = tamarack::adapter::program_words(text, {"default"});
  if (program && program->empty()) __builtin_trap();
  return 0;
}
