// Any bytes as what a crash has left of an agent's spool: messages in order and without gaps that lie where they are said to lie, or
// nothing.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "wire/message.h"
#include "wire/outbox_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tamarack::wire;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  SpooledMessages found;
  // In two files, cut where the bytes say.
  const std::size_t cut = size == 0 ? 0 : data[0] % (size + 1);
  read_spooled(text.substr(0, cut), 1, found);
  read_spooled(text.substr(cut), 2, found);
  std::int64_t last = found.acknowledged;
  for (const SpooledMessage& one : found.messages) {
    const std::string_view file = one.file == 1 ? text.substr(0, cut) : text.substr(cut);
    const auto message = decode_from_agent(file.substr(one.at, one.bytes));
    if (one.seq != ++last || !message || message->seq != one.seq) __builtin_trap();
  }
  for (const std::string& sha256 : read_owed(text))
    if (sha256.size() != 64) __builtin_trap();
  if (const auto head = decode_spool_head(text)) {
    const auto again = decode_spool_head(encode(*head));
    if (!again || encode(*again) != encode(*head)) __builtin_trap();
  }
  return 0;
}
