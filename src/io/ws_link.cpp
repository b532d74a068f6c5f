#include "io/ws_link.h"

#include <chrono>
#include <deque>

#include "base/text.h"
#include "io/crypto.h"

namespace tamarack::io {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr Millis goodbye_max{5000};              // how long the peer may take to answer a close
constexpr std::size_t kept_bytes_max = 1 << 20;  // messages nobody receives yet; beyond it reading pauses

class Socket final : public WsSocket, public std::enable_shared_from_this<Socket> {
 public:
  Socket(Loop& loop, std::shared_ptr<Stream> stream, WsLinkOptions options)
      : loop_(loop), stream_(std::move(stream)), options_(std::move(options)), decoder_(options_.side, options_.message_max) {}

  void start(std::string first_bytes) {
    heard_ = std::chrono::steady_clock::now();
    arm_ping();
    if (first_bytes.empty()) return read();
    loop_.post([self = shared_from_this(), bytes = std::move(first_bytes)] { self->take(bytes); });
  }

  void send(const std::string& text) {
    if (state_ != State::open) return;
    const std::size_t backlog = stream_->unsent();
    stream_->write(frame(WsOpcode::text, is_valid_utf8(text) ? text : to_valid_utf8(text)));
    // What had piled up before this message decides: one that is larger than the limit by itself still gets through.
    if (backlog <= options_.outgoing_max) return;
    state_ = State::closing;
    loop_.post([self = shared_from_this()] { self->cut(); });
  }

  void receive_with(std::function<void(std::string)> callback) {
    on_message_ = callback ? std::make_shared<std::function<void(std::string)>>(std::move(callback)) : nullptr;
    if (on_message_ && !kept_.empty()) loop_.post([self = shared_from_this()] { self->deliver_kept(); });
  }
  void close_with(Callback callback) {
    on_close_ = std::move(callback);
    if (state_ == State::closed) tell_close();
  }
  void abandon() {
    abandoned_ = true;
    on_message_ = nullptr;
    on_close_ = nullptr;
    kept_.clear();
    kept_bytes_ = 0;
    end(ws_normal, "");
    if (paused_) read();
  }

  void end(int close_code, std::string_view reason) override {
    if (state_ != State::open) return;
    state_ = State::closing;
    const bool client = options_.side == WsDecoder::Side::client;
    stream_->write(ws_close_frame(close_code, reason, client ? std::optional(mask()) : std::nullopt));
    goodbye_ = loop_.after(goodbye_max, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->cut();
    });
  }

  void cut() override {
    if (state_ == State::closed) return;
    state_ = State::closed;
    ping_.cancel();
    goodbye_.cancel();
    stream_->close();
    options_.seat.reset();
    tell_close();
  }

 private:
  enum class State { open, closing, closed };

  static std::array<std::uint8_t, 4> mask() {
    const std::string random = random_bytes(4);
    std::array<std::uint8_t, 4> bytes{};
    std::copy(random.begin(), random.end(), bytes.begin());
    return bytes;
  }
  std::string frame(WsOpcode opcode, std::string_view payload) const {
    return ws_frame(opcode, payload, options_.side == WsDecoder::Side::client ? std::optional(mask()) : std::nullopt);
  }

  void read() {
    paused_ = false;
    stream_->read([self = shared_from_this()](Result<std::string_view> bytes) {
      if (!bytes || bytes->empty()) return self->cut();
      self->take(*bytes);
    });
  }

  void take(std::string_view bytes) {
    if (state_ == State::closed) return;
    heard_ = std::chrono::steady_clock::now();
    if (!decoder_.failed()) decoder_.feed(bytes, [this](WsMessage message) { on_frame(std::move(message)); });
    if (state_ == State::closed) return;
    if (decoder_.failed() && !complained_) {  // say why, then read on until the peer has seen it and leaves
      complained_ = true;
      end(decoder_.failure().close_code, decoder_.failure().reason);
      stream_->finish([] {});
    }
    paused_ = kept_bytes_ > kept_bytes_max;
    if (!paused_) read();
  }

  void on_frame(WsMessage message) {
    switch (message.opcode) {
      case WsOpcode::ping:
        if (state_ == State::open && stream_->unsent() <= options_.outgoing_max) stream_->write(frame(WsOpcode::pong, message.payload));
        return;
      case WsOpcode::close:
        end(message.close_code == ws_no_status ? ws_normal : message.close_code, "");
        return stream_->finish([self = shared_from_this()] { self->cut(); });
      case WsOpcode::text:
      case WsOpcode::binary:
        if (state_ == State::open) deliver(std::move(message.payload));
        return;
      default:
        return;
    }
  }

  void deliver(std::string text) {
    if (abandoned_) return;
    if (on_message_ && kept_.empty()) {
      const auto callback = on_message_;  // the receiver may destroy the link, and itself with it
      return (*callback)(std::move(text));
    }
    kept_bytes_ += text.size();
    kept_.push_back(std::move(text));
  }

  void deliver_kept() {
    while (on_message_ && !kept_.empty()) {
      const auto callback = on_message_;
      std::string text = std::move(kept_.front());
      kept_.pop_front();
      kept_bytes_ -= text.size();
      (*callback)(std::move(text));
    }
    if (kept_.empty() && closed_untold_) tell_close();
    if (paused_ && kept_bytes_ <= kept_bytes_max && state_ != State::closed) {
      heard_ = std::chrono::steady_clock::now();
      read();
    }
  }

  // After the last message, on a turn of its own.
  void tell_close() {
    if (abandoned_) return;
    loop_.post([self = shared_from_this()] {
      self->closed_untold_ = true;
      if (self->on_message_ && !self->kept_.empty()) return;  // deliver_kept() comes back to it
      self->closed_untold_ = false;
      if (const Callback callback = std::exchange(self->on_close_, nullptr)) callback();
    });
  }

  void arm_ping() {
    ping_ = loop_.after(options_.ping_interval, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self || self->state_ == State::closed) return;
      if (!self->paused_ && std::chrono::steady_clock::now() - self->heard_ > 2 * self->options_.ping_interval) return self->cut();
      if (self->state_ == State::open) self->stream_->write(self->frame(WsOpcode::ping, ""));
      self->arm_ping();
    });
  }

  Loop& loop_;
  std::shared_ptr<Stream> stream_;
  WsLinkOptions options_;
  WsDecoder decoder_;
  State state_ = State::open;
  bool complained_ = false;
  bool paused_ = false;
  bool abandoned_ = false;
  bool closed_untold_ = false;
  std::shared_ptr<std::function<void(std::string)>> on_message_;
  Callback on_close_;
  std::deque<std::string> kept_;
  std::size_t kept_bytes_ = 0;
  SteadyTime heard_;
  Timer ping_;
  Timer goodbye_;
};

class WsLink final : public Link {
 public:
  explicit WsLink(std::shared_ptr<Socket> socket) : socket_(std::move(socket)) {}
  ~WsLink() override { socket_->abandon(); }
  WsLink(const WsLink&) = delete;
  WsLink& operator=(const WsLink&) = delete;
  void send(std::string text) override { socket_->send(text); }
  void on_message(std::function<void(std::string)> callback) override { socket_->receive_with(std::move(callback)); }
  void on_close(Callback callback) override { socket_->close_with(std::move(callback)); }

 private:
  std::shared_ptr<Socket> socket_;
};

}  // namespace

WsEnds make_ws_link(Loop& loop, std::shared_ptr<Stream> stream, WsLinkOptions options, std::string_view first_bytes) {
  auto socket = std::make_shared<Socket>(loop, std::move(stream), std::move(options));
  socket->start(std::string(first_bytes));
  return {.link = std::make_unique<WsLink>(socket), .socket = socket};
}

}  // namespace tamarack::io
