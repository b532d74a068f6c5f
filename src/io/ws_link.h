// A Link over an upgraded connection, for both sides. It pings, answers pings, notices silence, and closes a connection whose peer reads
// too slowly, so that memory stays bounded.
#pragma once

#include <memory>
#include <string_view>

#include "io/link.h"
#include "io/stream.h"
#include "io/ws_codec.h"

namespace tamarack::io {

struct WsLinkOptions {
  WsDecoder::Side side = WsDecoder::Side::server;
  std::size_t message_max = 4 << 20;
  std::size_t outgoing_max = 16 << 20;  // unsent bytes; with more of them before a message the connection is cut
  Millis ping_interval{20'000};         // nothing heard for two of them: the peer is gone
  std::shared_ptr<void> seat;           // let go of when the connection is closed
};

class WsSocket {
 public:
  virtual ~WsSocket() = default;
  virtual void end(int close_code, std::string_view reason) = 0;  // politely; on_close follows when it is over
  virtual void cut() = 0;                                         // at once
};

struct WsEnds {
  std::unique_ptr<Link> link;
  std::weak_ptr<WsSocket> socket;
};
// `first_bytes`: what came behind the handshake already.
WsEnds make_ws_link(Loop& loop, std::shared_ptr<Stream> stream, WsLinkOptions options, std::string_view first_bytes);

}  // namespace tamarack::io
