#include "io/ws_codec.h"

#include <openssl/evp.h>

#include <algorithm>

#include "base/text.h"

namespace tamarack::io {
namespace {

constexpr std::size_t control_payload_max = 125;

bool is_close_code(int code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

// How many bytes at the end may be the beginning of one character that goes on in the next fragment.
std::size_t open_tail(std::string_view text) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xC0) == 0x80) continue;
    const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

}  // namespace

std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const void* from = bytes.data();
  void* to = text.data();
  const int length =
      EVP_EncodeBlock(static_cast<unsigned char*>(to), static_cast<const unsigned char*>(from), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::string ws_accept_key(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha1(), nullptr);
  return base64(std::string(digest.begin(), digest.begin() + length));
}

bool is_ws_key(std::string_view key) {
  const auto letter = [](char one) {
    return (one >= 'A' && one <= 'Z') || (one >= 'a' && one <= 'z') || (one >= '0' && one <= '9') || one == '+' || one == '/';
  };
  return key.size() == 24 && key.ends_with("==") && std::all_of(key.begin(), key.end() - 2, letter);
}

std::string ws_frame(WsOpcode opcode, std::string_view payload, std::optional<std::array<std::uint8_t, 4>> mask) {
  std::string frame;
  frame.reserve(payload.size() + 14);
  const auto byte = [&frame](std::uint64_t value) { frame += static_cast<char>(value & 0xFF); };
  const std::uint64_t masked = mask ? 0x80 : 0;
  byte(0x80U | static_cast<std::uint8_t>(opcode));
  if (payload.size() < 126) {
    byte(masked | payload.size());
  } else if (payload.size() < 65536) {
    byte(masked | 126);
    byte(payload.size() >> 8);
    byte(payload.size());
  } else {
    byte(masked | 127);
    for (int shift = 56; shift >= 0; shift -= 8) byte(payload.size() >> shift);
  }
  if (!mask) return frame += payload;
  for (const std::uint8_t one : *mask) byte(one);
  for (std::size_t at = 0; at < payload.size(); ++at) byte(static_cast<unsigned char>(payload[at]) ^ mask->at(at % 4));
  return frame;
}

std::string ws_close_frame(int code, std::string_view reason, std::optional<std::array<std::uint8_t, 4>> mask) {
  std::string payload;
  if (code != ws_no_status) {
    payload += static_cast<char>(code >> 8);
    payload += static_cast<char>(code & 0xFF);
    reason = reason.substr(0, control_payload_max - 2);
    payload += reason.substr(0, reason.size() - open_tail(reason));
  }
  return ws_frame(WsOpcode::close, payload, mask);
}

void WsDecoder::feed(std::string_view bytes, const std::function<void(WsMessage)>& on_message) {
  while (!failure_ && !closed_) {
    if (!in_payload_) {
      const std::size_t take = std::min(header_bytes_needed(), bytes.size());
      header_ += bytes.substr(0, take);
      bytes.remove_prefix(take);
      if (header_bytes_needed() > 0) {
        if (bytes.empty()) return;
        continue;
      }
      if (!read_header()) return;
    }
    const std::size_t take = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    take_payload(bytes.substr(0, take));
    bytes.remove_prefix(take);
    if (failure_ || left_ > 0) return;
    in_payload_ = false;
    finish_frame(on_message);
    if (bytes.empty()) return;
  }
}

std::size_t WsDecoder::header_bytes_needed() const {
  if (header_.size() < 2) return 2 - header_.size();
  const auto second = static_cast<unsigned char>(header_[1]);
  const std::size_t length = (second & 0x7FU) == 127 ? 8 : (second & 0x7FU) == 126 ? 2 : 0;
  return 2 + length + ((second & 0x80U) != 0 ? 4 : 0) - header_.size();
}

bool WsDecoder::read_header() {
  const auto byte = [this](std::size_t at) { return static_cast<unsigned char>(header_[at]); };
  const bool masked = (byte(1) & 0x80U) != 0;
  if ((byte(0) & 0x70U) != 0) {
    fail(ws_protocol_error, "a reserved bit is set");
    return false;
  }
  if (masked != (side_ == Side::server)) {
    fail(ws_protocol_error, masked ? "a server must not mask its frames" : "a client must mask its frames");
    return false;
  }
  left_ = byte(1) & 0x7FU;
  std::size_t at = 2;
  if (left_ >= 126) {
    const std::size_t width = left_ == 126 ? 2 : 8;
    const std::uint64_t smallest = left_ == 126 ? 126 : 65536;
    left_ = 0;
    for (std::size_t i = 0; i < width; ++i) left_ = left_ << 8 | byte(at++);
    if (left_ < smallest || left_ >> 63 != 0) {
      fail(ws_protocol_error, "the length of a frame is not written in its shortest form");
      return false;
    }
  }
  for (std::size_t i = 0; masked && i < 4; ++i) mask_.at(i) = byte(at++);
  mask_at_ = 0;
  if (!accept_opcode((byte(0) & 0x80U) != 0, byte(0) & 0x0FU)) return false;
  header_.clear();
  in_payload_ = true;
  return true;
}

bool WsDecoder::accept_opcode(bool final, std::uint8_t opcode) {
  final_ = final;
  opcode_ = opcode;
  control_ = opcode >= 8;
  if (opcode > 10 || (opcode > 2 && opcode < 8)) {
    fail(ws_protocol_error, "an unknown opcode");
  } else if (control_) {
    if (!final || left_ > control_payload_max) fail(ws_protocol_error, "a control frame is fragmented or too long");
    control_payload_.clear();
  } else if ((opcode == 0) != message_opcode_.has_value()) {
    fail(ws_protocol_error, opcode == 0 ? "a continuation of nothing" : "a new message inside of another");
  } else if (left_ > message_max_ - message_.size()) {
    fail(ws_too_big, "the message is too long");
  } else if (opcode != 0) {
    message_opcode_ = static_cast<WsOpcode>(opcode);
  }
  return !failure_;
}

void WsDecoder::take_payload(std::string_view piece) {
  std::string& target = control_ ? control_payload_ : message_;
  const std::size_t start = target.size();
  target += piece;
  if (side_ == Side::server) {
    for (std::size_t at = start; at < target.size(); ++at)
      target[at] = static_cast<char>(static_cast<unsigned char>(target[at]) ^ mask_[mask_at_++ % 4]);
  }
  left_ -= piece.size();
  if (!control_ && message_opcode_ == WsOpcode::text && !check_text(false)) fail(ws_bad_text, "a text message is not UTF-8");
}

// Bad text is refused as soon as it is there and not only at the end of a long message; a character cut in two waits for its rest.
bool WsDecoder::check_text(bool at_end) {
  const std::string_view unchecked = std::string_view(message_).substr(text_checked_);
  const std::string_view whole = unchecked.substr(0, unchecked.size() - (at_end ? 0 : open_tail(unchecked)));
  if (!is_valid_utf8(whole)) return false;
  text_checked_ += whole.size();
  return true;
}

void WsDecoder::finish_frame(const std::function<void(WsMessage)>& on_message) {
  if (control_) return finish_control(on_message);
  if (!final_) return;
  const WsOpcode opcode = *message_opcode_;
  if (opcode == WsOpcode::text && !check_text(true)) return fail(ws_bad_text, "a text message is not UTF-8");
  message_opcode_.reset();
  text_checked_ = 0;
  std::string payload = std::move(message_);
  message_ = {};
  on_message({.opcode = opcode, .payload = std::move(payload)});
}

void WsDecoder::finish_control(const std::function<void(WsMessage)>& on_message) {
  WsMessage message{.opcode = static_cast<WsOpcode>(opcode_), .payload = std::move(control_payload_)};
  control_payload_ = {};
  if (message.opcode == WsOpcode::close) {
    if (message.payload.size() == 1) return fail(ws_protocol_error, "a close frame with half a code");
    message.close_code = ws_no_status;
    if (!message.payload.empty()) {
      message.close_code = static_cast<unsigned char>(message.payload[0]) << 8 | static_cast<unsigned char>(message.payload[1]);
      message.payload.erase(0, 2);
      if (!is_close_code(message.close_code)) return fail(ws_protocol_error, "a close code that must not be sent");
      if (!is_valid_utf8(message.payload)) return fail(ws_bad_text, "the reason of a close is not UTF-8");
    }
    closed_ = true;
  }
  on_message(std::move(message));
}

}  // namespace tamarack::io
