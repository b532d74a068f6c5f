// Any bytes as a stream of server-sent events, cut anywhere: the same events as in one piece, never a crash.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "io/event_stream.h"

namespace {

std::string read(std::string_view text, std::size_t piece) {
  tamarack::io::EventStream stream;
  std::string seen;
  for (std::size_t at = 0; at < text.size(); at += piece)
    (void)stream
        .feed(text.substr(at, piece),
              [&](const tamarack::io::StreamEvent& event) { seen += event.id + '\0' + event.event + '\0' + event.data + '\0'; })
        .has_value();
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string whole = read(text, size);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, 1 + std::size_t{data[0]}})
    if (read(text, piece) != whole) __builtin_trap();
  return 0;
}
