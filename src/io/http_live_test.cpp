// Server-sent events and WebSockets, seen from a raw socket.
#include <gtest/gtest.h>

#include "base/text.h"
#include "io/http_test_server.h"
#include "io/raw_peer.h"
#include "io/ws_codec.h"

namespace tamarack::io {
namespace {

class HttpLiveTest : public testing::Test {
 protected:
  void listen(HttpServerOptions options = {}) { ASSERT_EQ(world_.listen(std::move(options)), ""); }
  void during(const std::function<void()>& talk) { EXPECT_TRUE(world_.during(talk)) << "the test hangs"; }
  int port() const { return world_.port(); }
  static std::string handshake(const std::string& without = "") {
    std::string text =
        "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    return without.empty() ? text : replace_all(text, without, "X: y");
  }
  static std::string masked(WsOpcode opcode, std::string_view payload) {
    return ws_frame(opcode, payload, std::array<std::uint8_t, 4>{1, 2, 3, 4});
  }

  TestServer world_;
};

TEST_F(HttpLiveTest, FeedsEvents) {
  listen({.feed_keep_alive = Millis{60}});
  world_.on_feed_ = [&] {
    world_.feed_->send("1", "run", "{\"a\":\n1}");
    world_.feed_->send("", "", "plain");
    world_.feed_->send("2\n3", "x\r\ny", "");
  };
  during([&] {
    RawPeer peer(port());
    peer.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string head = peer.read_until("\r\n\r\n");
    EXPECT_NE(head.find("Content-Type: text/event-stream"), std::string::npos);
    EXPECT_NE(head.find("Cache-Control: no-store"), std::string::npos);
    EXPECT_EQ(peer.read_until("1}\n\n\r\n"), "27\r\nid: 1\nevent: run\ndata: {\"a\":\ndata: 1}\n\n\r\n");
    EXPECT_EQ(peer.read_until("plain\n\n\r\n"), "d\r\ndata: plain\n\n\r\n");
    EXPECT_EQ(peer.read_until("data: \n\n\r\n"), "19\r\nid: 23\nevent: xy\ndata: \n\n\r\n") << "a value cannot add a line";
    EXPECT_EQ(peer.read_until(":\n\n\r\n"), "3\r\n:\n\n\r\n") << "a comment keeps it alive";
  });
}

TEST_F(HttpLiveTest, AFeedEndsWithItsOwnerAndWithItsReader) {
  listen();
  world_.on_feed_ = [&] { world_.loop_.post([&] { world_.feed_.reset(); }); };
  during([&] {
    RawPeer peer(port());
    peer.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    (void)peer.read_until("\r\n\r\n");
    EXPECT_EQ(peer.read_all(), "0\r\n\r\n");
  });
  world_.on_feed_ = nullptr;
  during([&] {
    {
      RawPeer leaving(port());
      leaving.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
      (void)leaving.read_until("\r\n\r\n");
    }
    world_.wait_until([&] { return world_.feed_closed_; });
  });
  EXPECT_FALSE(world_.feed_->open());
  EXPECT_EQ(world_.server_->counts().feeds, 0U);
  world_.feed_->send("1", "", "to nobody");
}

TEST_F(HttpLiveTest, ASlowReaderOfEventsIsCut) {
  listen({.feed_outgoing_max = 100'000});
  int sent = 0;
  std::function<void()> more = [&] {
    world_.feed_->send("", "", std::string(10'000, 'x'));
    ++sent;
    if (world_.feed_->open() && sent < 5000) world_.loop_.post(more);
  };
  world_.on_feed_ = [&] { world_.loop_.post(more); };
  during([&] {
    RawPeer peer(port(), 4096);
    peer.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    world_.wait_until([&] { return world_.feed_closed_; });
    EXPECT_LT(peer.read_all().size(), 50'000'000U);
  });
  EXPECT_LT(sent, 5000);
  EXPECT_EQ(world_.server_->counts().connections, 0U);
}

TEST_F(HttpLiveTest, AWebSocketAnswers) {
  listen();
  during([&] {
    RawPeer peer(port());
    peer.send(handshake() + masked(WsOpcode::text, "early"));
    const std::string head = peer.read_until("\r\n\r\n");
    EXPECT_EQ(head.substr(0, 12), "HTTP/1.1 101");
    EXPECT_NE(head.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), std::string::npos);
    EXPECT_EQ(peer.read_bytes(10), ws_frame(WsOpcode::text, "re:early"));
    const std::string text = masked(WsOpcode::text, "slowly");
    for (const char byte : text) peer.send(std::string_view(&byte, 1));
    EXPECT_EQ(peer.read_bytes(11), ws_frame(WsOpcode::text, "re:slowly"));
    peer.send(masked(WsOpcode::ping, "p"));
    EXPECT_EQ(peer.read_bytes(3), ws_frame(WsOpcode::pong, "p"));
    peer.send(masked(WsOpcode::close, std::string("\x03\xe8") + "bye"));
    EXPECT_EQ(peer.read_all(), ws_close_frame(ws_normal, ""));
    world_.wait_until([&] { return world_.link_closed_; });
  });
  EXPECT_EQ(world_.heard_, "early;slowly;");
  EXPECT_EQ(world_.server_->counts().websockets, 0U);
  EXPECT_EQ(world_.server_->counts().connections, 0U);
}

TEST_F(HttpLiveTest, BadFramesAreToldWhy) {
  listen();
  const std::pair<std::string, int> bad[] = {
      {ws_frame(WsOpcode::text, "unmasked"), ws_protocol_error},
      {masked(WsOpcode::text, "\xff"), ws_bad_text},
      {masked(WsOpcode::text, std::string(1001, 'x')), ws_too_big},
      {"\x83\x80\x01\x02\x03\x04", ws_protocol_error},
  };
  for (const auto& one : bad) {
    world_.link_closed_ = false;
    during([&] {
      const int code = one.second;
      RawPeer peer(port());
      peer.send(handshake() + one.first);
      EXPECT_EQ(peer.read_until("\r\n\r\n").substr(0, 12), "HTTP/1.1 101");
      const std::string close = peer.read_all();
      ASSERT_GE(close.size(), 4U) << code;
      EXPECT_EQ(static_cast<unsigned char>(close[2]) * 256 + static_cast<unsigned char>(close[3]), code);
      peer.end_sending();
      world_.wait_until([&] { return world_.link_closed_; });
    });
    EXPECT_EQ(world_.heard_, "");
  }
}

TEST_F(HttpLiveTest, HandshakesMustBeProper) {
  listen();
  const auto refused = [&](const std::string& request) {
    std::string status;
    during([&] {
      RawPeer peer(port());
      peer.send(request);
      peer.end_sending();
      status = peer.read_all().substr(9, 3);
    });
    return status;
  };
  EXPECT_EQ(refused(handshake("Upgrade: websocket")), "426");
  EXPECT_EQ(refused(handshake("Sec-WebSocket-Version: 13")), "426");
  EXPECT_EQ(refused(handshake("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")), "400");
  EXPECT_EQ(refused(handshake("Connection: keep-alive, Upgrade")), "400");
  EXPECT_EQ(refused(replace_all(handshake(), "GET", "POST")), "400");
  EXPECT_EQ(world_.link_, nullptr);
}

TEST_F(HttpLiveTest, ASilentWebSocketIsCutAndATalkingOneIsNot) {
  listen({.ping_interval = Millis{40}});
  during([&] {
    RawPeer alive(port());
    alive.send(handshake());
    (void)alive.read_until("\r\n\r\n");
    for (int i = 0; i < 5; ++i) {
      EXPECT_EQ(alive.read_bytes(2), ws_frame(WsOpcode::ping, ""));
      alive.send(masked(WsOpcode::pong, ""));
    }
    EXPECT_LT(alive.read_all().size(), 10U) << "no pong any more: cut after two more pings or three";
    world_.wait_until([&] { return world_.link_closed_; });
  });
}

TEST_F(HttpLiveTest, ASlowReaderOfAWebSocketIsCut) {
  listen({.websocket_outgoing_max = 100'000});
  int sent = 0;
  std::function<void()> more = [&] {
    world_.link_->send(std::string(10'000, 'x'));
    if (!world_.link_closed_ && ++sent < 5000) world_.loop_.post(more);
  };
  world_.on_link_ = [&] { world_.loop_.post(more); };
  during([&] {
    RawPeer peer(port(), 4096);
    peer.send(handshake());
    world_.wait_until([&] { return world_.link_closed_; });
  });
  EXPECT_LT(sent, 5000);
}

TEST_F(HttpLiveTest, ADroppedLinkSaysGoodbye) {
  listen();
  world_.on_link_ = [&] {
    world_.link_->send("last words");
    world_.loop_.post([&] { world_.link_.reset(); });
  };
  during([&] {
    RawPeer peer(port());
    peer.send(handshake());
    (void)peer.read_until("\r\n\r\n");
    EXPECT_EQ(peer.read_bytes(16), ws_frame(WsOpcode::text, "last words") + ws_close_frame(ws_normal, ""));
    peer.send(masked(WsOpcode::close, "\x03\xe8"));
    EXPECT_TRUE(peer.ended());
    world_.wait_until([&] { return world_.server_->counts().connections == 0; });
  });
  EXPECT_FALSE(world_.link_closed_) << "who drops it is not called";
}

TEST_F(HttpLiveTest, AStoppingServerEndsWebSockets) {
  listen();
  bool stopped = false;
  world_.on_link_ = [&] { world_.loop_.post([&] { world_.server_->stop(Millis{10'000}, [&] { stopped = true; }); }); };
  during([&] {
    RawPeer peer(port());
    peer.send(handshake());
    (void)peer.read_until("\r\n\r\n");
    EXPECT_EQ(peer.read_bytes(20), ws_close_frame(ws_going_away, "the server stops"));
    peer.send(masked(WsOpcode::close, "\x03\xe9"));
    EXPECT_TRUE(peer.ended());
    world_.wait_until([&] { return stopped; });
  });
  EXPECT_TRUE(world_.link_closed_);
}

}  // namespace
}  // namespace tamarack::io
