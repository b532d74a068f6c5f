// Opens a WebSocket as a client.
#include <fmt/format.h>

#include "base/text.h"
#include "io/client_connection.h"
#include "io/crypto.h"
#include "io/http_client.h"
#include "io/ws_link.h"

namespace tamarack::io {
namespace {

constexpr std::size_t refusal_bytes_max = 300;

class Opening final : public ClientConnection {
 public:
  Opening(Loop& loop, WebSocketRequest request, HttpUrl url, std::function<void(Result<std::unique_ptr<Link>>)> done)
      : ClientConnection(loop, std::move(url)), request_(std::move(request)), done_(std::move(done)) {}

  void start() {
    connect({.ca_file = request_.ca_file,
             .connect_timeout = request_.timeout,
             .deadline = request_.timeout,
             .too_late = "the server did not open the WebSocket"});
  }

 private:
  bool over() const override { return !done_; }

  void connected() override {
    key_ = base64(random_bytes(16));
    const Fields own{{"User-Agent", "tamarack"},
                     {"Upgrade", "websocket"},
                     {"Connection", "Upgrade"},
                     {"Sec-WebSocket-Version", "13"},
                     {"Sec-WebSocket-Key", key_}};
    stream_->write(request_head("GET", own, request_.fields) + "\r\n");
    read();
  }

  void ended() override {
    if (parser_.head_done()) return refused();
    fail(make_error(ErrorCode::unavailable, "the connection ended before the server had answered"));
  }

  void take(std::string_view bytes) override {
    while (!bytes.empty()) {
      const std::size_t room = refusal_bytes_max - refusal_.size();
      const auto sink = [&](std::string_view piece) { refusal_ += piece.substr(0, room); };
      bytes.remove_prefix(parser_.feed(bytes, sink));
      if (parser_.failed()) return fail(make_error(ErrorCode::unavailable, "the answer is not HTTP: " + parser_.failure().detail));
      if (!parser_.head_done()) continue;
      const int status = parser_.head().status;
      if (status == 101) return opened(bytes);
      if (status < 200) {
        parser_ = HttpParser(HttpParser::Kind::answer);
        continue;
      }
      if (parser_.done() || refusal_.size() == refusal_bytes_max) return refused();
    }
    read();
  }

  void opened(std::string_view first_bytes) {
    const Fields& fields = parser_.head().fields;
    const bool proper = has_token(field_of(fields, "Upgrade"), "websocket") && has_token(field_of(fields, "Connection"), "upgrade") &&
                        field_of(fields, "Sec-WebSocket-Accept") == ws_accept_key(key_) &&
                        field_of(fields, "Sec-WebSocket-Extensions").empty();
    if (!proper) return fail(make_error(ErrorCode::unavailable, "the server opened something, but not the WebSocket that was asked for"));
    WsEnds ends = make_ws_link(loop_, std::exchange(stream_, nullptr),
                               {.side = WsDecoder::Side::client,
                                .message_max = request_.message_max,
                                .outgoing_max = request_.outgoing_max,
                                .ping_interval = request_.ping_interval},
                               first_bytes);
    end(std::move(ends.link));
  }

  void refused() {
    const int status = parser_.head().status;
    fail(make_error(code_of_status(status), fmt::format("the server answered {} {} instead of opening a WebSocket: {}", status,
                                                        reason_of(status), to_valid_utf8(refusal_))));
  }

  void fail(Error error) override { end(std::move(error).in(fmt::format("cannot open {}", request_.url))); }
  void end(Result<std::unique_ptr<Link>> result) {
    const auto done = std::exchange(done_, nullptr);
    if (!done) return;
    hang_up();
    done(std::move(result));
  }

  WebSocketRequest request_;
  std::function<void(Result<std::unique_ptr<Link>>)> done_;
  std::string key_;
  std::string refusal_;
};

}  // namespace

void connect_websocket(Loop& loop, WebSocketRequest request, std::function<void(Result<std::unique_ptr<Link>>)> done) {
  Result<HttpUrl> url = parse_http_url(request.url);
  if (!url) return loop.post([done = std::move(done), error = url.error()] { done(error); });
  std::make_shared<Opening>(loop, std::move(request), std::move(*url), std::move(done))->start();
}

}  // namespace tamarack::io
