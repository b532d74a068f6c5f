// Opens a WebSocket as a client.
#include <fmt/format.h>

#include "base/text.h"
#include "io/crypto.h"
#include "io/http_client.h"
#include "io/http_parser.h"
#include "io/stream.h"
#include "io/ws_link.h"

namespace tamarack::io {
namespace {

constexpr std::size_t refusal_bytes_max = 300;

class Opening : public std::enable_shared_from_this<Opening> {
 public:
  Opening(Loop& loop, WebSocketRequest request, HttpUrl url, std::function<void(Result<std::unique_ptr<Link>>)> done)
      : loop_(loop), request_(std::move(request)), url_(std::move(url)), done_(std::move(done)) {}

  void start() {
    Dial dial{.host = url_.host, .port = url_.port, .timeout = request_.timeout};
    if (url_.tls) {
      Result<std::shared_ptr<TlsContext>> tls = TlsContext::for_client(request_.ca_file);
      if (!tls) return loop_.post([self = shared_from_this(), error = tls.error()] { self->fail(error); });
      dial.tls = std::move(*tls);
    }
    deadline_ = loop_.after(request_.timeout, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->fail(too_late(self->request_.timeout));
    });
    connect_stream(loop_, std::move(dial), [self = shared_from_this()](Result<std::shared_ptr<Stream>> stream) {
      if (!self->done_) {
        if (stream) (*stream)->close();
        return;
      }
      if (!stream) return self->fail(stream.error());
      self->stream_ = std::move(*stream);
      self->shake_hands();
    });
  }

 private:
  static Error too_late(Millis timeout) {
    return make_error(ErrorCode::unavailable, fmt::format("the server did not open the WebSocket within {}", human_duration(timeout)));
  }

  void shake_hands() {
    key_ = base64(random_bytes(16));
    std::string head = fmt::format("GET {} HTTP/1.1\r\n", url_.target);
    append_field(head, "Host", url_.authority);
    append_field(head, "User-Agent", "tamarack");
    append_field(head, "Upgrade", "websocket");
    append_field(head, "Connection", "Upgrade");
    append_field(head, "Sec-WebSocket-Version", "13");
    append_field(head, "Sec-WebSocket-Key", key_);
    for (const auto& [name, value] : request_.fields) append_field(head, name, value);
    stream_->write(head + "\r\n");
    read();
  }

  void read() {
    stream_->read([self = shared_from_this()](Result<std::string_view> bytes) {
      if (!self->done_) return;
      if (!bytes) return self->fail(bytes.error());
      if (!bytes->empty()) return self->take(*bytes);
      self->parser_.end();
      if (self->parser_.head_done()) return self->refused();
      self->fail(make_error(ErrorCode::unavailable, "the connection ended before the server had answered"));
    });
  }

  void take(std::string_view bytes) {
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

  void fail(Error error) { end(std::move(error).in(fmt::format("cannot open {}", request_.url))); }
  void end(Result<std::unique_ptr<Link>> result) {
    const auto done = std::exchange(done_, nullptr);
    if (!done) return;
    deadline_.cancel();
    if (stream_) stream_->close();
    done(std::move(result));
  }

  Loop& loop_;
  WebSocketRequest request_;
  HttpUrl url_;
  std::function<void(Result<std::unique_ptr<Link>>)> done_;
  std::shared_ptr<Stream> stream_;
  std::string key_;
  HttpParser parser_{HttpParser::Kind::answer};
  std::string refusal_;
  Timer deadline_;
};

}  // namespace

void connect_websocket(Loop& loop, WebSocketRequest request, std::function<void(Result<std::unique_ptr<Link>>)> done) {
  Result<HttpUrl> url = parse_http_url(request.url);
  if (!url) return loop.post([done = std::move(done), error = url.error()] { done(error); });
  std::make_shared<Opening>(loop, std::move(request), std::move(*url), std::move(done))->start();
}

}  // namespace tamarack::io
