#include "io/event_stream.h"

#include <gtest/gtest.h>

namespace tamarack::io {
namespace {

std::string read(std::string_view bytes, std::size_t piece) {
  EventStream stream;
  std::string seen;
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    EXPECT_TRUE(stream.feed(bytes.substr(at, piece),
                            [&](const StreamEvent& event) { seen += "[" + event.id + "|" + event.event + "|" + event.data + "]"; }));
  return seen;
}

class EventStreamInPieces : public testing::TestWithParam<std::size_t> {};

TEST_P(EventStreamInPieces, EventsAreTheSameHoweverTheyAreCut) {
  EXPECT_EQ(read("id: 1\nevent: a\ndata: x\n\nid: 2\ndata: y\ndata: z\n\n", GetParam()), "[1|a|x][2||y\nz]");
  EXPECT_EQ(read(": keep alive\n\ndata:no space\r\n\r\ndata:  two\r\r", GetParam()), "[||no space][|| two]");
  EXPECT_EQ(read("event: end\ndata: {}\n\n", GetParam()), "[|end|{}]");
  EXPECT_EQ(read("id: 7\n\ndata: x\n\n", GetParam()), "[7||x]") << "an id alone is remembered and is no event";
  EXPECT_EQ(read("data: half", GetParam()), "");
}

INSTANTIATE_TEST_SUITE_P(Sizes, EventStreamInPieces, testing::Values(1U, 2U, 3U, 7U, 1000U));

}  // namespace
}  // namespace tamarack::io
