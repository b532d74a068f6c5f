#include "io/http_client.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/text.h"
#include "io/http_test_server.h"
#include "io/stream.h"

namespace tamarack::io {
namespace {

class HttpClientTest : public testing::Test {
 protected:
  void listen(HttpServerOptions options = {}) {
    options.sweep_interval = Millis{20};
    ASSERT_EQ(world_.listen(std::move(options)), "");
  }
  // With a certificate for "localhost" that is valid for a day.
  void listen_tls() {
    const std::string command = fmt::format(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost "
        "-addext subjectAltName=DNS:localhost -keyout {0}/key.pem -out {0}/cert.pem 2>/dev/null",
        world_.folder_);
    ASSERT_EQ(std::system(command.c_str()), 0);
    listen({.tls_cert = world_.folder_ + "/cert.pem", .tls_key = world_.folder_ + "/key.pem"});
  }
  std::string url(const std::string& path, const std::string& start = "http://127.0.0.1") const {
    return fmt::format("{}:{}{}", start, world_.server_->port(), path);
  }
  void run_until(const std::function<bool()>& holds) {
    EXPECT_TRUE(world_.during([&] { world_.wait_until(holds); })) << "the test hangs";
  }
  Result<ClientAnswer> call(ClientRequest request) {
    std::optional<Result<ClientAnswer>> result;
    http_call(world_.loop_, std::move(request), [&](Result<ClientAnswer> answer) { result = std::move(answer); });
    EXPECT_FALSE(result) << "never from inside";
    run_until([&] { return result.has_value(); });
    return std::move(*result);
  }
  std::string error_of(ClientRequest request) {
    const Result<ClientAnswer> answer = call(std::move(request));
    return answer ? fmt::format("no error but status {}", answer->status) : answer.error().message;
  }
  Result<std::unique_ptr<Link>> open(WebSocketRequest request) {
    std::optional<Result<std::unique_ptr<Link>>> result;
    connect_websocket(world_.loop_, std::move(request), [&](Result<std::unique_ptr<Link>> link) { result = std::move(link); });
    run_until([&] { return result.has_value(); });
    return std::move(*result);
  }

  TestServer world_;
};

TEST_F(HttpClientTest, AsksAndIsAnswered) {
  listen();
  const auto answer = call({.method = "POST", .url = url("/a%20b?x=1"), .body = "hello"});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "/a b:hello");
  EXPECT_EQ(answer->field("content-type"), "text/plain");
  EXPECT_EQ(call({.url = url("/x"), .fields = {{"X-Refuse", "1"}}})->status, 401) << "any status is an answer";
  const auto head = call({.method = "HEAD", .url = url("/head")});
  EXPECT_EQ(head->field("Content-Length"), "6");
  EXPECT_EQ(head->body, "");
  EXPECT_EQ(call({.url = url("/events"), .silence_timeout = Millis{100}}).error().code, ErrorCode::unavailable);
}

TEST_F(HttpClientTest, SaysWhatWentWrong) {
  listen();
  EXPECT_NE(error_of({.url = "nonsense"}).find("'nonsense' is not a usable URL"), std::string::npos);
  EXPECT_EQ(error_of({.url = url("/waiting"), .silence_timeout = Millis{60}}),
            fmt::format("GET {}: nothing moved within 60 ms", url("/waiting")));
  EXPECT_NE(error_of({.url = url("/waiting"), .total_timeout = Millis{60}}).find("no complete answer within 60 ms"), std::string::npos);
  const auto large = call({.method = "POST", .url = url("/x"), .body = std::string(1000, 'x'), .body_max = 500});
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::limit_exceeded);
  EXPECT_NE(error_of({.method = "PUT", .url = url("/x"), .body_file = "/no/such/file"}).find("/no/such/file"), std::string::npos);
  const std::string gone = url("/x");
  world_.server_->stop(Millis{0}, [] {});
  EXPECT_NE(error_of({.url = gone}).find("Connection refused"), std::string::npos);
}

TEST_F(HttpClientTest, RefusesWhatIsNoAnswer) {
  listen();
  std::string says;
  auto liar = Listener::listen(world_.loop_, "127.0.0.1", 0, nullptr, [&](const std::shared_ptr<Stream>& stream) {
    stream->write(says);
    stream->finish([stream] {});
    stream->read([stream](const Result<std::string_view>&) {});
  });
  ASSERT_TRUE(liar);
  const std::string there = fmt::format("http://127.0.0.1:{}/", (*liar)->port());
  for (const char* text : {"SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "",
                           "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"}) {
    says = text;
    const auto answer = call({.url = there});
    ASSERT_FALSE(answer) << text;
    EXPECT_EQ(answer.error().code, ErrorCode::unavailable) << text;
  }
  says = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nto the end";
  EXPECT_EQ(call({.url = there})->body, "to the end");
}

TEST_F(HttpClientTest, SendsAFileFromAnOffset) {
  listen();
  const std::string content = std::string(1'000'000, 'a') + std::string(500'000, 'b');
  ASSERT_TRUE(write_file(world_.folder_ + "/from", content));
  ASSERT_TRUE(write_file(world_.folder_ + "/to", content.substr(0, 900'000)));
  const auto answer =
      call({.method = "PUT", .url = url("/upload/to?offset=900000"), .body_file = world_.folder_ + "/from", .body_offset = 900'000});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "600000 bytes");
  EXPECT_EQ(*read_file(world_.folder_ + "/to"), content);
  EXPECT_FALSE(call({.method = "PUT", .url = url("/upload/to"), .body_file = world_.folder_ + "/from", .body_offset = 2'000'000}));
}

TEST_F(HttpClientTest, HearsARefusalWhileItIsStillSending) {
  listen();
  ASSERT_TRUE(write_file(world_.folder_ + "/big", std::string(8'000'000, 'x')));
  const auto answer =
      call({.method = "PUT", .url = url("/upload/to"), .fields = {{"X-Refuse", "1"}}, .body_file = world_.folder_ + "/big"});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 401);
  EXPECT_FALSE(exists(world_.folder_ + "/to"));
}

TEST_F(HttpClientTest, SavesAFileAndGoesOnWhereItStopped) {
  listen();
  const std::string content = std::string(1'000'000, 'a') + std::string(500'000, 'b');
  ASSERT_TRUE(write_file(world_.folder_ + "/f", content));
  const std::string to = world_.folder_ + "/saved";
  EXPECT_EQ(call({.url = url("/file/f"), .save_file = to})->saved_bytes, 1'500'000U);
  EXPECT_EQ(*read_file(to), content);
  ASSERT_TRUE(write_file(to, content.substr(0, 400'000) + "torn"));
  const auto rest = call({.url = url("/file/f"), .save_file = to, .save_offset = 400'000});
  ASSERT_TRUE(rest) << rest.error().message;
  EXPECT_EQ(rest->status, 206);
  EXPECT_EQ(rest->saved_bytes, 1'100'000U);
  EXPECT_EQ(*read_file(to), content);
  EXPECT_EQ(call({.url = url("/no-ranges"), .save_file = to, .save_offset = 400'000})->status, 200);
  EXPECT_EQ(*read_file(to), "/no-ranges:") << "a server without ranges sends it whole";
  const auto missing = call({.url = url("/file/missing"), .save_file = world_.folder_ + "/none"});
  EXPECT_EQ(missing->status, 404);
  EXPECT_NE(missing->body.find("there is no such file"), std::string::npos);
  EXPECT_FALSE(exists(world_.folder_ + "/none"));
  EXPECT_EQ(call({.url = url("/file/f"), .save_file = to, .save_max = 1000}).error().code, ErrorCode::limit_exceeded);
}

// ---- TLS

TEST_F(HttpClientTest, SpeaksTlsAndChecksWhomItTalksTo) {
  listen_tls();
  const std::string ca = world_.folder_ + "/cert.pem";
  const auto good = call({.method = "POST", .url = url("/a", "https://localhost"), .body = std::string(200'000, 'x'), .ca_file = ca});
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->body.size(), 200'003U);
  EXPECT_NE(error_of({.url = url("/a", "https://localhost")}).find("the certificate was refused: self-signed certificate"),
            std::string::npos);
  EXPECT_NE(error_of({.url = url("/a", "https://127.0.0.1"), .ca_file = ca}).find("IP address mismatch"), std::string::npos);
  EXPECT_FALSE(call({.url = url("/a"), .silence_timeout = Millis{2000}})) << "plain HTTP to a TLS port";
  const auto unusable = call({.url = url("/a", "https://localhost"), .ca_file = world_.folder_ + "/missing.pem"});
  ASSERT_FALSE(unusable);
  EXPECT_EQ(unusable.error().code, ErrorCode::invalid_config);
  EXPECT_EQ(join(world_.asked_, ","), "POST /a");
}

TEST_F(HttpClientTest, MovesFilesAndMessagesOverTls) {
  listen_tls();
  const std::string ca = world_.folder_ + "/cert.pem";
  const std::string content(5'000'000, 'z');
  ASSERT_TRUE(write_file(world_.folder_ + "/f", content));
  EXPECT_EQ(
      call({.method = "PUT", .url = url("/upload/copy", "https://localhost"), .body_file = world_.folder_ + "/f", .ca_file = ca})->status,
      201);
  EXPECT_EQ(*read_file(world_.folder_ + "/copy"), content);
  EXPECT_EQ(call({.url = url("/file/f", "https://localhost"), .save_file = world_.folder_ + "/back", .ca_file = ca})->status, 200);
  EXPECT_EQ(*read_file(world_.folder_ + "/back"), content);
  auto link = open({.url = url("/ws", "wss://localhost"), .ca_file = ca});
  ASSERT_TRUE(link) << link.error().message;
  std::string heard;
  (*link)->on_message([&](const std::string& text) { heard += text; });
  (*link)->send("hi");
  run_until([&] { return heard == "re:hi"; });
}

// ---- WebSocket

TEST_F(HttpClientTest, ALinkKeepsOrderAndWhatCameBeforeItsReceiver) {
  listen();
  world_.on_link_ = [&] {
    world_.link_->send("a");
    world_.link_->send("b");
  };
  auto link = open({.url = url("/ws", "ws://127.0.0.1")});
  ASSERT_TRUE(link) << link.error().message;
  (*link)->send("1");
  run_until([&] { return world_.heard_ == "1;"; });
  std::string heard;
  bool sending = false;
  (*link)->on_message([&](const std::string& text) {
    EXPECT_FALSE(sending) << "never from inside send";
    heard += text + ";";
    sending = true;
    if (text == "a") (*link)->send("2");
    sending = false;
  });
  EXPECT_EQ(heard, "") << "on a later turn";
  run_until([&] { return heard == "a;b;re:1;re:2;"; });
  bool closed = false;
  (*link)->on_close([&] { closed = true; });
  world_.link_.reset();
  run_until([&] { return closed; });
  (*link)->send("to nobody");
}

TEST_F(HttpClientTest, AServerHearsThatALinkIsGone) {
  listen();
  auto link = open({.url = url("/ws")});
  ASSERT_TRUE(link) << link.error().message;
  (*link)->send("last");
  link->reset();
  run_until([&] { return world_.link_closed_; });
  EXPECT_EQ(world_.heard_, "last;");
}

TEST_F(HttpClientTest, TextThatIsNotUtf8IsRepairedAndTooLongOnesEndTheLink) {
  listen();
  auto link = open({.url = url("/ws")});
  ASSERT_TRUE(link);
  (*link)->send("a\xff");
  run_until([&] { return !world_.heard_.empty(); });
  EXPECT_EQ(world_.heard_, "a\xef\xbf\xbd;");
  bool closed = false;
  (*link)->on_close([&] { closed = true; });
  (*link)->send(std::string(1001, 'x'));
  run_until([&] { return closed && world_.link_closed_; });
}

TEST_F(HttpClientTest, ARefusedLinkSaysStatusAndReason) {
  listen();
  const auto refused = open({.url = url("/ws"), .fields = {{"X-Refuse", "1"}}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(refused.error().message.find("the server answered 401 Unauthorized instead of opening a WebSocket: {"), std::string::npos);
  EXPECT_NE(refused.error().message.find("who are you?"), std::string::npos);
  EXPECT_NE(open({.url = url("/hello")}).error().message.find("200 OK"), std::string::npos);
  EXPECT_EQ(open({.url = url("/file/none")}).error().code, ErrorCode::not_found);
  EXPECT_EQ(open({.url = url("/forgotten")}).error().code, ErrorCode::unavailable);
  const auto late = open({.url = url("/waiting"), .timeout = Millis{50}});
  ASSERT_FALSE(late);
  EXPECT_NE(late.error().message.find("within 50 ms"), std::string::npos);
}

TEST_F(HttpClientTest, AWaitingCallGoesAwayWithItsLoop) {
  listen();
  bool called = false;
  {
    Loop loop;
    http_call(loop, {.url = url("/waiting")}, [&](const Result<ClientAnswer>&) { called = true; });
    connect_websocket(loop, {.url = url("/waiting")}, [&](const Result<std::unique_ptr<Link>>&) { called = true; });
    Timer end = loop.after(Millis{30}, [&] { loop.stop(); });
    loop.run();
  }
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace tamarack::io
