#include "probe/resp.h"

#include <gtest/gtest.h>

namespace tamarack::probe {
namespace {

std::string shown(const RedisReply& reply) {
  switch (reply.kind) {
    case RedisReply::Kind::nil:
      return "nil";
    case RedisReply::Kind::text:
      return "'" + reply.text + "'";
    case RedisReply::Kind::error:
      return "!" + reply.text;
    case RedisReply::Kind::integer:
      return std::to_string(reply.number);
    case RedisReply::Kind::array:
      break;
  }
  std::string out = "[";
  for (const RedisReply& item : reply.items) out += (out.size() > 1 ? " " : "") + shown(item);
  return out + "]";
}

class RespInPieces : public testing::TestWithParam<std::size_t> {};

TEST_P(RespInPieces, AnswersAreTheSameHoweverTheyAreCut) {
  const std::string bytes = "+OK\r\n$3\r\na\r\n\r\n*3\r\n:7\r\n$-1\r\n*2\r\n$1\r\nx\r\n-ERR no\r\n*0\r\n*-1\r\n";
  RespReader reader;
  std::string seen;
  for (std::size_t at = 0; at < bytes.size(); at += GetParam()) {
    const auto replies = reader.feed(std::string_view(bytes).substr(at, GetParam()));
    ASSERT_TRUE(replies) << replies.error().message;
    for (const RedisReply& reply : *replies) seen += shown(reply) + ";";
  }
  EXPECT_EQ(seen, "'OK';'a\r\n';[7 nil ['x' !ERR no]];[];nil;");
}
INSTANTIATE_TEST_SUITE_P(Sizes, RespInPieces, testing::Values(1, 2, 3, 7, 1000));

TEST(Resp, WhatIsNoneOrTooLargeIsRefused) {
  EXPECT_EQ(RespReader().feed("HTTP/1.1 200 OK\r\n").error().code, ErrorCode::unavailable);
  EXPECT_EQ(RespReader().feed("*99999999\r\n").error().code, ErrorCode::limit_exceeded);
  EXPECT_EQ(RespReader().feed("*2\r\n*-7\r\n").error().code, ErrorCode::unavailable);
  RespReader reader;
  EXPECT_TRUE(reader.feed("$999999999\r\n"));
  EXPECT_EQ(reader.feed(std::string(9 << 20, 'x')).error().code, ErrorCode::limit_exceeded);
}

TEST(Resp, ACommandIsItsWords) {
  EXPECT_EQ(resp_command({"GET", "a b\r\n"}), "*2\r\n$3\r\nGET\r\n$5\r\na b\r\n\r\n");
}

}  // namespace
}  // namespace tamarack::probe
