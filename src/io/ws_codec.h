// RFC 6455 without I/O: messages into frames, bytes into messages. Control frames may stand between the fragments of a message. It refuses
// extensions, wrong masking, overlong messages and text that is not UTF-8, and names the close code for it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tamarack::io {

enum class WsOpcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

inline constexpr int ws_normal = 1000;
inline constexpr int ws_going_away = 1001;
inline constexpr int ws_protocol_error = 1002;
inline constexpr int ws_no_status = 1005;  // never sent: the close frame was empty
inline constexpr int ws_bad_text = 1007;
inline constexpr int ws_policy = 1008;
inline constexpr int ws_too_big = 1009;

// A whole message as one frame. A client passes its mask, a server none.
std::string ws_frame(WsOpcode opcode, std::string_view payload, std::optional<std::array<std::uint8_t, 4>> mask = std::nullopt);
std::string ws_close_frame(int code, std::string_view reason, std::optional<std::array<std::uint8_t, 4>> mask = std::nullopt);

// The value of Sec-WebSocket-Accept for a Sec-WebSocket-Key.
std::string ws_accept_key(std::string_view key);
// 16 bytes in base64, as a key must be.
bool is_ws_key(std::string_view key);
std::string base64(std::string_view bytes);

struct WsMessage {
  WsOpcode opcode = WsOpcode::text;  // text, binary, close, ping or pong
  std::string payload;
  int close_code = 0;  // of a close; the payload is its reason then
};
struct WsFailure {
  int close_code = 0;
  std::string reason;
};

class WsDecoder {
 public:
  enum class Side { server, client };  // who decodes: a server demands masked frames, a client refuses them
  WsDecoder(Side side, std::size_t message_max) : side_(side), message_max_(message_max) {}

  // Calls back once per complete message or control frame. After a failure or a close it ignores everything.
  void feed(std::string_view bytes, const std::function<void(WsMessage)>& on_message);
  bool failed() const { return failure_.has_value(); }
  const WsFailure& failure() const { return *failure_; }
  bool closed() const { return closed_; }

 private:
  std::size_t header_bytes_needed() const;
  bool read_header();
  bool accept_opcode(bool final, std::uint8_t opcode);
  void take_payload(std::string_view piece);
  void finish_frame(const std::function<void(WsMessage)>& on_message);
  void finish_control(const std::function<void(WsMessage)>& on_message);
  bool check_text(bool at_end);
  void fail(int code, std::string reason) { failure_ = WsFailure{.close_code = code, .reason = std::move(reason)}; }

  Side side_;
  std::size_t message_max_;
  std::string header_;
  bool in_payload_ = false;
  bool final_ = false;
  bool control_ = false;
  std::uint8_t opcode_ = 0;
  std::uint64_t left_ = 0;
  std::uint64_t mask_at_ = 0;
  std::array<unsigned char, 4> mask_{};
  std::optional<WsOpcode> message_opcode_;  // of the message under way
  std::string message_;
  std::size_t text_checked_ = 0;
  std::string control_payload_;
  bool closed_ = false;
  std::optional<WsFailure> failure_;
};

}  // namespace tamarack::io
