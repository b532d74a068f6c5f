#include "io/http_server.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "io/http_test_server.h"
#include "io/raw_peer.h"

namespace tamarack::io {
namespace {

class HttpServerTest : public testing::Test {
 protected:
  void listen(HttpServerOptions options = {}) { ASSERT_EQ(world_.listen(std::move(options)), ""); }
  void during(const std::function<void()>& talk) { EXPECT_TRUE(world_.during(talk)) << "the test hangs"; }
  int port() const { return world_.port(); }
  // Sends the bytes on one connection and reads all that comes until the server ends it.
  std::string said_to(const std::string& bytes) {
    std::string answer;
    during([&] {
      RawPeer peer(port());
      EXPECT_TRUE(peer.send(bytes));
      answer = peer.read_all();
    });
    return answer;
  }
  static std::string status_of(const std::string& answer) { return answer.substr(0, std::min<std::size_t>(12, answer.find('\r'))); }
  static std::string body_of(const std::string& answer) { return answer.substr(std::min(answer.size(), answer.find("\r\n\r\n") + 4)); }

  TestServer world_;
};

const std::string close_after = "Host: x\r\nConnection: close\r\n";

TEST_F(HttpServerTest, AnswersAndCloses) {
  listen();
  const std::string answer = said_to("POST /a%20b?x=1 HTTP/1.1\r\n" + close_after + "Content-Length: 5\r\n\r\nhello");
  EXPECT_EQ(status_of(answer), "HTTP/1.1 200");
  EXPECT_EQ(body_of(answer), "/a b:hello");
  for (const char* field : {"\r\nDate: ", "\r\nContent-Length: 10\r\n", "\r\nConnection: close\r\n", "\r\nContent-Type: text/plain\r\n"})
    EXPECT_NE(answer.find(field), std::string::npos) << field << answer;
}

TEST_F(HttpServerTest, KeepsTheConnectionAndAnswersPipelinedRequestsInOrder) {
  listen();
  during([&] {
    RawPeer peer(port());
    peer.send(
        "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nPOST /2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /3 "
        "HT");
    EXPECT_EQ(body_of(peer.read_until("/1:")), "/1:");
    EXPECT_EQ(body_of(peer.read_until("/2:abc")), "/2:abc");
    peer.send("TP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(body_of(peer.read_until("/3:")), "/3:");
    peer.send("HEAD /head HTTP/1.1\r\n" + close_after + "\r\n");
    const std::string head = peer.read_all();
    EXPECT_NE(head.find("Content-Length: 6"), std::string::npos);
    EXPECT_EQ(body_of(head), "") << "an answer to HEAD has a length but no body";
  });
  EXPECT_EQ(join(world_.asked_, ","), "GET /1,POST /2,GET /3,HEAD /head");
}

TEST_F(HttpServerTest, RefusesWhatItCannotReadWithAProblemDocument) {
  listen();
  const std::pair<std::string, std::string> refused[] = {
      {"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400"},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: "
       "x\r\n\r\n",
       "HTTP/1.1 400"},
      {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n",
       "HTTP/1.1 400"},
      {"GET / HTTP/3.0\r\nHost: x\r\n\r\n", "HTTP/1.1 505"},
      {"GET / HTTP/1.1\r\n" + close_after + "X: " + std::string(20'000, 'a') + "\r\n\r\n", "HTTP/1.1 431"},
      {"GET /../etc/passwd HTTP/1.1\r\n" + close_after + "\r\n", "HTTP/1.1 400"},
      {"GET /%2e%2E/etc/passwd HTTP/1.1\r\n" + close_after + "\r\n", "HTTP/1.1 400"},
      {"GET /a%00 HTTP/1.1\r\n" + close_after + "\r\n", "HTTP/1.1 400"},
      {"GET /a%4 HTTP/1.1\r\n" + close_after + "\r\n", "HTTP/1.1 400"},
      {"CONNECT host:443 HTTP/1.1\r\n" + close_after + "\r\n", "HTTP/1.1 400"},
      {"GET / HTTP/1.1\r\n" + close_after + "Expect: miracles\r\n\r\n", "HTTP/1.1 417"},
      {"POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nhello world", "HTTP/1.1 413"},
      {"POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n", "HTTP/1.1 413"},
      {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 400"},
      {"\x16\x03\x01 this is TLS", "HTTP/1.1 400"},
  };
  for (const auto& [bytes, status] : refused) {
    const std::string answer = said_to(bytes);
    EXPECT_EQ(status_of(answer), status) << bytes.substr(0, 100);
    EXPECT_NE(answer.find("Content-Type: application/problem+json"), std::string::npos) << answer;
    EXPECT_NE(body_of(answer).find(fmt::format(R"("status":{})", status.substr(9))), std::string::npos) << answer;
    EXPECT_EQ(body_of(answer).find("\r\n"), std::string::npos) << "nothing behind it is answered";
  }
  EXPECT_TRUE(world_.asked_.empty()) << join(world_.asked_, ",");
}

TEST_F(HttpServerTest, ABadPathDoesNotEndAGoodConnection) {
  listen();
  const std::string both = said_to("GET /%zz HTTP/1.1\r\nHost: x\r\n\r\nGET /next HTTP/1.1\r\n" + close_after + "\r\n");
  EXPECT_EQ(status_of(both), "HTTP/1.1 400");
  EXPECT_NE(both.find("/next:"), std::string::npos);
}

TEST_F(HttpServerTest, AdmitsBeforeTheBodyComes) {
  listen();
  during([&] {
    RawPeer refused(port());
    refused.send("POST /a HTTP/1.1\r\nHost: x\r\nX-Refuse: 1\r\nExpect: 100-continue\r\nContent-Length: 1000000\r\n\r\n");
    EXPECT_EQ(status_of(refused.read_all()), "HTTP/1.1 401") << "no byte of the body was asked for";
    RawPeer admitted(port());
    admitted.send("POST /a HTTP/1.1\r\n" + close_after + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_EQ(admitted.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    admitted.send("ok");
    EXPECT_EQ(body_of(admitted.read_all()), "/a:ok");
    RawPeer stubborn(port());  // sends it all the same, and must see the answer instead of a reset
    stubborn.send("POST /a HTTP/1.1\r\nHost: x\r\nX-Refuse: 1\r\nContent-Length: 300000\r\n\r\n" + std::string(300'000, 'x'));
    EXPECT_EQ(status_of(stubborn.read_all()), "HTTP/1.1 401");
  });
  EXPECT_EQ(join(world_.asked_, ","), "POST /a");
}

TEST_F(HttpServerTest, AHalfClosedPeerStillGetsItsAnswer) {
  listen();
  world_.on_waiting_ = [&] { world_.loop_.post([&] { std::exchange(world_.waiting_, nullptr)->answer({.body = "late"}); }); };
  during([&] {
    RawPeer peer(port());
    peer.send("GET /waiting HTTP/1.1\r\nHost: x\r\n\r\n");
    peer.end_sending();
    EXPECT_EQ(body_of(peer.read_all()), "late");
  });
}

TEST_F(HttpServerTest, AForgottenRequestIsA500AndALostPeerIsForgotten) {
  listen();
  EXPECT_EQ(status_of(said_to("GET /forgotten HTTP/1.1\r\n" + close_after + "\r\n")), "HTTP/1.1 500");
  world_.on_waiting_ = [&] { world_.server_.reset(); };
  during([&] {
    RawPeer peer(port());
    peer.send("GET /waiting HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(peer.ended());
  });
  world_.waiting_->answer({.body = "nobody hears it"});
}

TEST_F(HttpServerTest, SlowPeersAreClosed) {
  listen({.head_timeout = Millis{100}, .idle_timeout = Millis{200}, .stall_timeout = Millis{150}});
  during([&] {
    RawPeer silent(port());
    EXPECT_TRUE(silent.ended()) << "not a byte";
    RawPeer slow_head(port());
    slow_head.send("GET / HT");
    EXPECT_EQ(status_of(slow_head.read_all()), "HTTP/1.1 408");
    RawPeer slow_body(port());
    slow_body.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe");
    EXPECT_EQ(status_of(slow_body.read_all()), "HTTP/1.1 408");
    RawPeer idle(port());
    idle.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(body_of(idle.read_until("/1:")), "/1:");
    EXPECT_TRUE(idle.ended()) << "no second request";
  });
  during([&] { world_.wait_until([&] { return world_.server_->counts().connections == 0; }); });
  EXPECT_EQ(world_.server_->counts().timed_out, 4U);
}

TEST_F(HttpServerTest, TurnsAwayWhatIsTooMuch) {
  listen({.connections_max = 2});
  during([&] {
    RawPeer first(port());
    RawPeer second(port());
    first.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(status_of(first.read_until("/1:")), "HTTP/1.1 200");
    second.send("GET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(status_of(second.read_until("/2:")), "HTTP/1.1 200");
    RawPeer third(port());
    const std::string answer = third.read_all();
    EXPECT_EQ(status_of(answer), "HTTP/1.1 503");
    EXPECT_NE(answer.find("Retry-After: 1"), std::string::npos);
    second.send("GET /end HTTP/1.1\r\n" + close_after + "\r\n");
    (void)second.read_all();
  });
  during([&] {  // its place is free again
    RawPeer fourth(port());
    fourth.send("GET /4 HTTP/1.1\r\n" + close_after + "\r\n");
    EXPECT_EQ(status_of(fourth.read_all()), "HTTP/1.1 200");
  });
  EXPECT_EQ(world_.server_->counts().turned_away, 1U);
}

TEST_F(HttpServerTest, OnePeerCannotTakeAllPlaces) {
  listen({.connections_per_peer_max = 1});
  during([&] {
    RawPeer first(port());
    first.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(status_of(first.read_until("/1:")), "HTTP/1.1 200");
    EXPECT_EQ(status_of(RawPeer(port()).read_all()), "HTTP/1.1 503");
  });
}

// ---- files

TEST_F(HttpServerTest, AnUploadGoesOnWhereItWasCut) {
  listen();
  const std::string content = std::string(700'000, 'a') + std::string(800'000, 'b');
  during([&] {
    {
      RawPeer cut(port());
      cut.send("PUT /upload/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1500000\r\n\r\n" + content.substr(0, 700'000));
      cut.end_sending();
      EXPECT_EQ(cut.read_all(), "") << "half an upload is not answered";
    }
    EXPECT_EQ(read_file(world_.folder_ + "/x")->size(), 700'000U) << "what came is kept";
    RawPeer too_far(port());
    too_far.send("PUT /upload/x?offset=800000 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nb");
    EXPECT_EQ(status_of(too_far.read_all()), "HTTP/1.1 409");
    RawPeer rest(port());
    rest.send("PUT /upload/x?offset=700000 HTTP/1.1\r\n" + close_after + "Content-Length: 800000\r\n\r\n" + content.substr(700'000));
    EXPECT_EQ(body_of(rest.read_all()), "800000 bytes");
    RawPeer empty(port());
    empty.send("PUT /upload/empty HTTP/1.1\r\n" + close_after + "Content-Length: 0\r\n\r\n");
    EXPECT_EQ(body_of(empty.read_all()), "0 bytes");
    RawPeer nowhere(port());
    nowhere.send("PUT /upload/no/such/folder HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nb");
    const std::string answer = nowhere.read_all();
    EXPECT_EQ(status_of(answer), "HTTP/1.1 500");
    EXPECT_EQ(answer.find(world_.folder_), std::string::npos) << "no path of ours is told";
  });
  EXPECT_EQ(*read_file(world_.folder_ + "/x"), content);
  EXPECT_EQ(*read_file(world_.folder_ + "/empty"), "");
}

TEST_F(HttpServerTest, SendsFilesWholeInPartsAndNotAgain) {
  listen();
  ASSERT_TRUE(write_file(world_.folder_ + "/f", "0123456789"));
  ASSERT_TRUE(write_file(world_.folder_ + "/empty", ""));
  const auto get = [&](const std::string& path, const std::string& fields, const std::string& method = "GET") {
    return said_to(method + " /file/" + path + " HTTP/1.1\r\n" + close_after + fields + "\r\n");
  };
  const std::string whole = get("f", "");
  EXPECT_EQ(body_of(whole), "0123456789");
  EXPECT_NE(whole.find("X-Kind: file\r\n"), std::string::npos);
  const std::size_t at = whole.find("ETag: ") + 6;
  const std::string etag = whole.substr(at, whole.find("\r\n", at) - at);
  const std::string part = get("f", "Range: bytes=2-4\r\n");
  EXPECT_EQ(status_of(part) + body_of(part), "HTTP/1.1 206234");
  EXPECT_NE(part.find("Content-Range: bytes 2-4/10\r\n"), std::string::npos) << part;
  EXPECT_EQ(body_of(get("f", "Range: bytes=8-\r\nIf-Range: " + etag + "\r\n")), "89");
  EXPECT_EQ(body_of(get("f", "Range: bytes=8-\r\nIf-Range: \"old\"\r\n")), "0123456789");
  const std::string beyond = get("f", "Range: bytes=10-\r\n");
  EXPECT_EQ(status_of(beyond), "HTTP/1.1 416");
  EXPECT_NE(beyond.find("Content-Range: bytes */10\r\n"), std::string::npos);
  const std::string known = get("f", "If-None-Match: \"x\", " + etag + "\r\n");
  EXPECT_EQ(status_of(known) + body_of(known), "HTTP/1.1 304");
  const std::string head = get("f", "", "HEAD");
  EXPECT_NE(head.find("Content-Length: 10\r\n"), std::string::npos);
  EXPECT_EQ(body_of(head), "");
  EXPECT_EQ(body_of(get("empty", "")), "");
  EXPECT_EQ(status_of(get("missing", "")), "HTTP/1.1 404");
  EXPECT_EQ(status_of(get("", "")), "HTTP/1.1 404") << "a folder is no file";
}

TEST_F(HttpServerTest, ASlowDownloadHoldsNobodyUp) {
  listen({.stall_timeout = Millis{300}});
  ASSERT_TRUE(write_file(world_.folder_ + "/big", std::string(8'000'000, 'x')));
  during([&] {
    RawPeer slow(port(), 4096);
    slow.send("GET /file/big HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(status_of(slow.read_until("\r\n\r\n")), "HTTP/1.1 200");
    RawPeer quick(port());
    quick.send("GET /file/big HTTP/1.1\r\n" + close_after + "\r\n");
    EXPECT_EQ(body_of(quick.read_all()).size(), 8'000'000U);
    world_.wait_until([&] { return world_.server_->counts().timed_out == 1; });
    EXPECT_LT(slow.read_all().size(), 8'000'000U) << "who takes nothing for so long is cut";
  });
}

// ---- stopping

TEST_F(HttpServerTest, StopsPolitely) {
  listen();
  bool stopped = false;
  world_.on_waiting_ = [&] {
    world_.server_->stop(Millis{10'000}, [&] { stopped = true; });
    world_.loop_.post([&] {
      EXPECT_FALSE(stopped) << "an answer is still under way";
      std::exchange(world_.waiting_, nullptr)->answer({.body = "done"});
    });
  };
  during([&] {
    RawPeer idle(port());
    idle.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
    (void)idle.read_until("/1:");
    RawPeer feed(port());
    feed.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    (void)feed.read_until("\r\n\r\n");
    RawPeer busy(port());
    busy.send("GET /waiting HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string answer = busy.read_all();
    EXPECT_EQ(body_of(answer), "done");
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
    EXPECT_TRUE(idle.ended());
    EXPECT_EQ(feed.read_all(), "0\r\n\r\n") << "the feed is ended, not cut";
    EXPECT_FALSE(RawPeer(port()).connected());
  });
  Timer patience = world_.loop_.after(Millis{10'000}, [&] { world_.loop_.stop(); });
  if (!stopped)
    world_.server_->stop(Millis{10'000}, [&] {
      stopped = true;
      world_.loop_.stop();
    });
  if (!stopped) world_.loop_.run();
  EXPECT_TRUE(stopped);
  EXPECT_TRUE(world_.feed_closed_);
}

TEST_F(HttpServerTest, StopsWithinItsGrace) {
  listen();
  world_.on_waiting_ = [&] { world_.server_->stop(Millis{50}, [&] { world_.loop_.stop(); }); };
  during([&] {
    RawPeer busy(port());
    busy.send("GET /waiting HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(busy.ended());
  });
}

TEST_F(HttpServerTest, SaysWhyItCannotListen) {
  listen();
  TestServer second;
  EXPECT_NE(second.listen({.port = port()}).find("Address already in use"), std::string::npos);
  EXPECT_NE(second.listen({.host = "no such host!"}).find("cannot listen on 'no such host!'"), std::string::npos);
  EXPECT_NE(second.listen({.tls_cert = "/no/cert.pem", .tls_key = "/no/key.pem"}).find("/no/cert.pem"), std::string::npos);
}

}  // namespace
}  // namespace tamarack::io
