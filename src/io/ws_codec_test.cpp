#include "io/ws_codec.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <span>

namespace tamarack::io {
namespace {

using Side = WsDecoder::Side;
constexpr std::array<std::uint8_t, 4> mask = {1, 2, 3, 0xFF};

std::string frame(int first_byte, const std::string& payload, std::optional<std::array<std::uint8_t, 4>> with = mask) {
  std::string bytes = ws_frame(WsOpcode::text, payload, with);
  bytes[0] = static_cast<char>(first_byte);
  return bytes;
}

// What a decoder makes of the bytes, cut into the given pieces: "text:hello ping: close:1000:bye !1002".
std::string heard(Side side, const std::vector<std::string>& pieces, std::size_t message_max = 1000) {
  WsDecoder decoder(side, message_max);
  std::string story;
  const auto tell = [&](const WsMessage& message) {
    static constexpr const char* names[] = {"", "text", "binary", "", "", "", "", "", "close", "ping", "pong"};
    story += fmt::format("{}:{}{} ", names[static_cast<int>(message.opcode)],
                         message.close_code == 0 ? "" : std::to_string(message.close_code) + ":", message.payload);
  };
  for (const std::string& piece : pieces) decoder.feed(piece, tell);
  if (decoder.failed()) story += fmt::format("!{}", decoder.failure().close_code);
  return story;
}
std::string server_hears(const std::string& bytes) {
  return heard(Side::server, {bytes});
}

TEST(WsCodec, AcceptsAsTheRfcSays) {
  EXPECT_EQ(ws_accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_TRUE(is_ws_key("dGhlIHNhbXBsZSBub25jZQ=="));
  for (const char* bad : {"", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=!", "dGhl HNhbXBsZSBub25jZQ=="})
    EXPECT_FALSE(is_ws_key(bad)) << bad;
}

TEST(WsCodec, TheBytesOfTheRfc) {
  EXPECT_EQ(ws_frame(WsOpcode::text, "Hello"), "\x81\x05Hello");
  EXPECT_EQ(ws_frame(WsOpcode::text, "Hello", std::array<std::uint8_t, 4>{0x37, 0xfa, 0x21, 0x3d}),
            "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
  EXPECT_EQ(ws_close_frame(ws_normal, ""), std::string("\x88\x02\x03\xe8", 4));
  EXPECT_EQ(ws_frame(WsOpcode::binary, std::string(256, 'x')).substr(0, 4), std::string("\x82\x7e\x01\x00", 4));
  EXPECT_EQ(ws_frame(WsOpcode::binary, std::string(65536, 'x')).substr(0, 10), std::string("\x82\x7f\0\0\0\0\0\x01\0\0", 10));
  EXPECT_EQ(ws_close_frame(ws_normal, std::string(122, 'x') + "ä").size(), 2U + 2 + 122) << "a reason is cut between characters";
}

TEST(WsCodec, HearsMessagesAndControlsBetweenFragments) {
  EXPECT_EQ(server_hears(frame(0x81, "hello")), "text:hello ");
  EXPECT_EQ(server_hears(frame(0x01, "he") + frame(0x89, "now") + frame(0x00, "ll") + frame(0x80, "o")), "ping:now text:hello ");
  EXPECT_EQ(server_hears(frame(0x01, "\xe2\x82") + frame(0x80, "\xac")), "text:€ ") << "a character in two fragments";
  EXPECT_EQ(server_hears(frame(0x82, "\xff")), "binary:\xff ");
  EXPECT_EQ(server_hears(frame(0x81, "")), "text: ");
  EXPECT_EQ(server_hears(frame(0x88, "") + frame(0x81, "late")), "close:1005: ") << "nothing counts behind a close";
  EXPECT_EQ(server_hears(frame(0x88, std::string("\x03\xe8") + "bye")), "close:1000:bye ");
  EXPECT_EQ(heard(Side::client, {ws_frame(WsOpcode::text, "a") + ws_frame(WsOpcode::pong, "b")}), "text:a pong:b ");
}

TEST(WsCodec, RefusesWithTheRightCode) {
  const std::pair<const char*, std::string> protocol_errors[] = {
      {"unmasked client", server_hears(ws_frame(WsOpcode::text, "a"))},
      {"masked server", heard(Side::client, {ws_frame(WsOpcode::text, "a", mask)})},
      {"reserved bit", server_hears(frame(0xC1, "a"))},
      {"opcode 3", server_hears(frame(0x83, "a"))},
      {"opcode 11", server_hears(frame(0x8B, "a"))},
      {"fragmented ping", server_hears(frame(0x09, "a"))},
      {"long ping", server_hears(frame(0x89, std::string(126, 'a')))},
      {"continuation of nothing", server_hears(frame(0x80, "a"))},
      {"half a close code", server_hears(frame(0x88, "a"))},
      {"close code 1005", server_hears(frame(0x88, std::string("\x03\xed")))},
      {"close code 999", server_hears(frame(0x88, std::string("\x03\xe7")))},
      {"length not in its shortest form", server_hears(std::string("\x81\xfe\x00\x01", 4) + std::string(5, 'a'))},
      {"length with the highest bit", server_hears(std::string("\x81\xff\x80\0\0\0\0\0\0\0", 10) + std::string(4, 'a'))},
  };
  for (const auto& [what, outcome] : protocol_errors) EXPECT_EQ(outcome, "!1002") << what;
  EXPECT_EQ(server_hears(frame(0x01, "a") + frame(0x81, "b")), "!1002") << "a message inside of another";
  EXPECT_EQ(server_hears(frame(0x81, "\xff")), "!1007");
  EXPECT_EQ(server_hears(frame(0x81, "\xe2\x82")), "!1007") << "half a character at the end";
  EXPECT_EQ(server_hears(frame(0x01, "\xed\xa0\x80")), "!1007") << "a surrogate, before the message ends";
  EXPECT_EQ(server_hears(frame(0x88, std::string("\x03\xe8\xff"))), "!1007");
  EXPECT_EQ(heard(Side::server, {frame(0x81, "12345")}, 5), "text:12345 ");
  EXPECT_EQ(heard(Side::server, {frame(0x81, "123456").substr(0, 6)}, 5), "!1009") << "before its bytes have come";
  EXPECT_EQ(heard(Side::server, {frame(0x01, "123"), frame(0x80, "456")}, 5), "!1009");
}

RC_GTEST_PROP(WsCodecProperty, WhatIsSentIsHeardHoweverItIsCut, (const std::vector<std::string>& messages, bool from_client)) {
  std::string bytes;
  std::string expected;
  for (const std::string& message : std::span(messages).first(std::min<std::size_t>(messages.size(), 4))) {
    const std::string padded = message + std::string(*rc::gen::element<std::size_t>(0, 120, 200, 70'000), '.');
    bytes += ws_frame(WsOpcode::binary, padded, from_client ? std::optional(mask) : std::nullopt);
    expected += "binary:" + padded + " ";
  }
  std::vector<std::string> pieces;
  for (std::string_view rest = bytes; !rest.empty();) {
    const auto length = static_cast<std::size_t>(*rc::gen::element(1, 2, 5, 14, 1000, 66'000));
    pieces.emplace_back(rest.substr(0, length));
    rest.remove_prefix(std::min(length, rest.size()));
  }
  RC_ASSERT(heard(from_client ? Side::server : Side::client, pieces, 1 << 20) == expected);
}

RC_GTEST_PROP(WsCodecProperty, AnyCutOfAnyBytesGivesTheSameResult, (const std::vector<std::uint8_t>& noise)) {
  std::string bytes = frame(0x01, "h\xc3") + frame(0x89, "p") + frame(0x80, "\xa4!") + frame(0x81, "x");
  for (std::size_t i = 0; i + 1 < noise.size(); i += 2) bytes[noise[i] % bytes.size()] = static_cast<char>(noise[i + 1]);
  std::vector<std::string> single;
  for (const char byte : bytes) single.emplace_back(1, byte);
  RC_ASSERT(heard(Side::server, single) == server_hears(bytes));
}

}  // namespace
}  // namespace tamarack::io
