// WebSocket frames of a stranger: messages, or one close code, the same however the bytes are cut; and what we send is heard as it was
// sent.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.h"
#include "io/ws_codec.h"

namespace {

using tamarack::io::WsDecoder;
using tamarack::io::WsMessage;
using tamarack::io::WsOpcode;

constexpr std::size_t message_max = 1000;

std::string hear(WsDecoder::Side side, std::string_view bytes, std::size_t piece_max) {
  WsDecoder decoder(side, message_max);
  std::string story;
  const auto tell = [&](const WsMessage& message) {
    if (message.payload.size() > message_max) __builtin_trap();
    if (message.opcode == WsOpcode::text && !tamarack::is_valid_utf8(message.payload)) __builtin_trap();
    story += std::to_string(static_cast<int>(message.opcode)) + ':' + std::to_string(message.close_code) + ':' + message.payload + '\n';
  };
  while (!bytes.empty()) {
    decoder.feed(bytes.substr(0, piece_max), tell);
    bytes.remove_prefix(std::min(piece_max, bytes.size()));
  }
  if (decoder.failed()) story += '!' + std::to_string(decoder.failure().close_code);
  return story;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const bool server = data[0] % 2 == 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto side = server ? WsDecoder::Side::server : WsDecoder::Side::client;
  const std::string whole = hear(side, bytes, bytes.size() + 1);
  if (hear(side, bytes, 1) != whole || hear(side, bytes, data[1] % 61U + 1) != whole) __builtin_trap();

  const std::array<std::uint8_t, 4> mask = {data[0], data[1], 7, 0};
  const std::string sent = ws_frame(WsOpcode::binary, bytes.substr(0, message_max), server ? std::optional(mask) : std::nullopt);
  if (hear(side, sent, data[1] % 61U + 1) != "2:0:" + std::string(bytes.substr(0, message_max)) + '\n') __builtin_trap();
  return 0;
}
