// How a connection answers: bodies, files, event feeds, WebSockets.
#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"
#include "io/http_connection.h"
#include "io/ws_feed.h"

namespace tamarack::io {
namespace {
constexpr std::size_t watcher_message_max = 4096;  // nothing of what a watcher says is read
}

// ---- server-sent events
class Feed final : public EventFeed, public std::enable_shared_from_this<Feed> {
 public:
  // Without a connection it is closed from the start.
  Feed(Loop& loop, std::weak_ptr<ServerCore> core, std::weak_ptr<HttpConnection> connection)
      : loop_(loop), core_(std::move(core)), connection_(std::move(connection)), open_(!connection_.expired()) {
    if (open_) count(+1);
  }
  ~Feed() override {
    if (!open_) return;
    count(-1);
    open_ = false;
    if (const auto connection = connection_.lock()) connection->end_feed();
  }
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  void send(std::string_view id, std::string_view event, std::string_view data) override {
    const auto connection = connection_.lock();
    if (!open_ || !connection) return;
    std::string text;
    add_line(text, "id: ", id);
    add_line(text, "event: ", event);
    for (const std::string& line : split(replace_all(replace_all(std::string(data), "\r\n", "\n"), "\r", "\n"), '\n'))
      text += "data: " + line + "\n";
    connection->send_event(text + "\n");
  }
  bool open() const override { return open_; }
  void end() override {
    if (const auto connection = connection_.lock(); open_ && connection) connection->end_feed();
  }
  void on_close(Callback callback) override {
    on_close_ = std::move(callback);
    if (!open_) tell();
  }

  void closed() {
    if (!std::exchange(open_, false)) return;
    count(-1);
    tell();
  }

 private:
  static void add_line(std::string& text, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    text += name;
    for (const char letter : value)
      if (letter != '\r' && letter != '\n' && letter != '\0') text += letter;
    text += '\n';
  }
  void tell() {
    if (!on_close_) return;
    loop_.post([weak = weak_from_this()] {
      const auto self = weak.lock();
      if (const Callback callback = self ? std::exchange(self->on_close_, nullptr) : Callback{}) callback();
    });
  }

  void count(int by) {
    if (const auto core = core_.lock()) core->counts.feeds += static_cast<std::size_t>(by);
  }

  Loop& loop_;
  std::weak_ptr<ServerCore> core_;  // weak: the handler, which the core holds, often holds feeds
  std::weak_ptr<HttpConnection> connection_;
  bool open_;
  Callback on_close_;
};

std::shared_ptr<EventFeed> HttpConnection::begin_events(Fields fields) {
  if (phase_ != Phase::handling || asked_.head_only) {
    if (phase_ == Phase::handling) answer({.fields = std::move(fields)});
    return std::make_shared<Feed>(core_->loop, core_, std::weak_ptr<HttpConnection>{});
  }
  if (!field_of(asked_.fields, "Upgrade").empty()) {
    auto link = accept_websocket(watcher_message_max, std::move(fields));
    if (link) return make_ws_feed(core_->loop, std::move(*link));
    return std::make_shared<Feed>(core_->loop, core_, std::weak_ptr<HttpConnection>{});
  }
  auto feed = std::make_shared<Feed>(core_->loop, core_, weak_from_this());
  asked_.keep_alive = false;
  leftover_ = {};
  fields.emplace_back("Content-Type", "text/event-stream");
  if (field_of(fields, "Cache-Control").empty()) fields.emplace_back("Cache-Control", "no-store");
  fields.emplace_back("X-Accel-Buffering", "no");  // nginx would hold events back
  if (!asked_.http_1_0) fields.emplace_back("Transfer-Encoding", "chunked");
  enter(Phase::feed);
  last_event_ = since_;
  feed_ = feed;
  stream_->write(head_text(200, fields, std::nullopt), [self = shared_from_this()](const Result<>& written) {
    if (!written) self->cut();
  });
  read_more();
  return feed;
}

void HttpConnection::send_event(std::string_view event) {
  if (phase_ != Phase::feed) return;
  last_event_ = core_->clock.now();
  const auto on_written = [self = shared_from_this()](const Result<>& written) {
    if (!written) self->cut();
  };
  const std::size_t backlog = stream_->unsent();
  stream_->write(asked_.http_1_0 ? std::string(event) : fmt::format("{:x}\r\n{}\r\n", event.size(), event), on_written);
  // What had piled up before this event decides: one that is larger than the limit by itself still gets through.
  if (backlog <= core_->options.feed_outgoing_max) return;
  ++core_->counts.timed_out;
  cut();
}

void HttpConnection::end_feed() {
  if (phase_ != Phase::feed) return;
  if (!asked_.http_1_0) stream_->write("0\r\n\r\n");
  if (const auto feed = feed_.lock()) feed->closed();
  linger();
}

void HttpConnection::cut() {
  if (phase_ == Phase::gone) return;
  phase_ = Phase::gone;
  const auto self = shared_from_this();
  stream_->close();
  seat_.reset();
  sink_.reset();
  core_->connections.erase(this);
  if (const auto feed = feed_.lock()) feed->closed();
}

// ---- files
void HttpConnection::send_file(FileAnswer file) {
  if (phase_ != Phase::handling) return;
  const std::string path = file.path;
  FileSource::open(core_->loop, path, [self = shared_from_this(), file = std::move(file)](Result<std::shared_ptr<FileSource>> source) {
    if (self->phase_ != Phase::handling) return;
    if (source) return self->send_opened(file, *source);
    const bool missing = source.error().code == ErrorCode::not_found;
    self->answer(problem(missing ? 404 : 500, missing ? "there is no such file" : "the file cannot be read"));
  });
}

void HttpConnection::send_opened(const FileAnswer& file, const std::shared_ptr<FileSource>& source) {
  const std::string etag = file.etag.empty() ? source->tag() : file.etag;
  Fields fields = file.fields;
  fields.emplace_back("ETag", etag);
  fields.emplace_back("Accept-Ranges", "bytes");
  const std::string_view known = field_of(asked_.fields, "If-None-Match");
  if (asked_.get && !known.empty() && (trim(known) == "*" || has_token(replace_all(std::string(known), "W/", ""), etag)))
    return answer({.status = 304, .fields = std::move(fields)});
  const std::string_view only_if = field_of(asked_.fields, "If-Range");
  RangeChoice choice;
  if (asked_.get && (only_if.empty() || only_if == etag)) choice = choose_range(field_of(asked_.fields, "Range"), source->size());
  if (choice.kind == RangeKind::unsatisfiable) {
    Answer refused = problem(416, fmt::format("the file has {} bytes", source->size()));
    refused.fields.emplace_back("Content-Range", fmt::format("bytes */{}", source->size()));
    return answer(refused);
  }
  const ByteRange range = choice.kind == RangeKind::part ? choice.range : ByteRange{.first = 0, .length = source->size()};
  fields.emplace_back("Content-Type", file.content_type);
  if (choice.kind == RangeKind::part)
    fields.emplace_back("Content-Range", fmt::format("bytes {}-{}/{}", range.first, range.first + range.length - 1, source->size()));
  write_answer(choice.kind == RangeKind::part ? 206 : 200, fields, {}, range.length, [this, source, range] {
    if (asked_.head_only) return answered();
    pump(source, range.first, range.length);
  });
}

// One piece is read, sent, and only then the next one is read: a slow peer costs one piece of memory.
void HttpConnection::pump(const std::shared_ptr<FileSource>& source, std::uint64_t offset, std::uint64_t left) {
  if (phase_ != Phase::answering) return;
  if (left == 0) return answered();
  const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(left, file_piece_max));
  source->read(offset, length, [self = shared_from_this(), source, offset, left, length](Result<std::string> piece) {
    if (self->phase_ != Phase::answering) return;
    if (!piece) return self->cut();  // the promised length cannot be kept: a cut tells the peer so
    self->stream_->write(std::move(*piece), [self, source, offset, left, length](const Result<>& written) {
      if (!written) return self->cut();
      self->pump(source, offset + length, left - length);
    });
  });
}

// ---- WebSocket
bool RequestHead::wants_websocket() const {
  return has_token(field("Connection"), "upgrade") && has_token(field("Upgrade"), "websocket");
}

std::optional<std::string_view> RequestHead::parameter(std::string_view name) const {
  for (const auto& [key, value] : query)
    if (key == name) return value;
  return std::nullopt;
}

Result<> HttpConnection::check_handshake() const {
  const auto wrong = [](std::string message) { return make_error(ErrorCode::invalid_argument, std::move(message)); };
  const auto field = [this](std::string_view name) { return field_of(asked_.fields, name); };
  if (!asked_.get || asked_.head_only || asked_.http_1_0) return wrong("a WebSocket begins with an HTTP/1.1 GET");
  if (!has_token(field("Connection"), "upgrade") || !has_token(field("Upgrade"), "websocket"))
    return wrong("this address speaks WebSocket only: Upgrade and Connection are missing");
  if (!is_ws_key(field("Sec-WebSocket-Key"))) return wrong("Sec-WebSocket-Key must be 16 bytes in base64");
  return {};
}

Result<std::unique_ptr<Link>> HttpConnection::accept_websocket(std::size_t message_max, Fields fields) {
  if (phase_ != Phase::handling) return make_error(ErrorCode::unavailable, "the peer has left");
  const bool other_version = field_of(asked_.fields, "Sec-WebSocket-Version") != "13";
  if (const Result<> proper = check_handshake(); !proper || other_version) {
    const bool upgrade_missing = proper ? other_version : field_of(asked_.fields, "Upgrade").empty();
    const std::string detail = proper ? "the WebSocket version must be 13" : proper.error().message;
    Answer refused = problem(upgrade_missing ? 426 : 400, detail);
    if (upgrade_missing) refused.fields.insert(refused.fields.end(), {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}});
    answer(refused);
    return make_error(ErrorCode::invalid_argument, detail);
  }
  fields.emplace_back("Upgrade", "websocket");
  fields.emplace_back("Connection", "Upgrade");
  fields.emplace_back("Sec-WebSocket-Accept", ws_accept_key(field_of(asked_.fields, "Sec-WebSocket-Key")));
  stream_->write(head_text(101, fields, std::nullopt));
  seat_->websocket = true;
  ++core_->counts.websockets;
  phase_ = Phase::gone;
  const auto self = shared_from_this();
  core_->connections.erase(this);
  WsEnds ends = make_ws_link(core_->loop, stream_,
                             {.side = WsDecoder::Side::server,
                              .message_max = message_max,
                              .outgoing_max = core_->options.websocket_outgoing_max,
                              .ping_interval = core_->options.ping_interval,
                              .seat = std::move(seat_)},
                             leftover_);
  core_->websockets.push_back(ends.socket);
  return std::move(ends.link);
}

// ---- the exchange
Exchange::~Exchange() {
  if (!answered_) answer(problem(500, "the request was not answered"));
}

void Exchange::on_gone(Callback callback) {
  const auto connection = connection_.lock();
  if (connection && !answered_) connection->watch_peer(std::move(callback));
}

void Exchange::answer(const Answer& answer) {
  CHECK(!std::exchange(answered_, true), "a second answer");
  if (const auto connection = connection_.lock()) connection->answer(answer);
}

void Exchange::send_file(FileAnswer file) {
  CHECK(!std::exchange(answered_, true), "a second answer");
  if (const auto connection = connection_.lock()) connection->send_file(std::move(file));
}

std::shared_ptr<EventFeed> Exchange::begin_events(Fields fields) {
  CHECK(!std::exchange(answered_, true), "a second answer");
  if (const auto connection = connection_.lock()) return connection->begin_events(std::move(fields));
  return std::make_shared<Feed>(loop_, std::weak_ptr<ServerCore>{}, std::weak_ptr<HttpConnection>{});
}

Result<std::unique_ptr<Link>> Exchange::accept_websocket(std::size_t message_max, Fields fields) {
  CHECK(!std::exchange(answered_, true), "a second answer");
  const auto connection = connection_.lock();
  if (!connection) return make_error(ErrorCode::unavailable, "the peer has left");
  return connection->accept_websocket(message_max, std::move(fields));
}

}  // namespace tamarack::io
