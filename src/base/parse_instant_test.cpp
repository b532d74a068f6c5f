#include "base/parse_instant.h"

#include <gtest/gtest.h>

namespace tamarack {
namespace {

TEST(ParseInstant, ReadsWhatPeopleAndToolsWrite) {
  const auto read = [](std::string_view text) {
    const auto instant = parse_instant(text);
    return instant ? iso8601(*instant) : "none";
  };
  EXPECT_EQ(read("2026-11-20"), "2026-11-20T00:00:00.000Z");
  EXPECT_EQ(read("2026-11-20T10:24"), "2026-11-20T10:24:00.000Z");
  EXPECT_EQ(read("2026-11-20 10:24:18"), "2026-11-20T10:24:18.000Z");
  EXPECT_EQ(read("2026-11-20T10:24:18.250297"), "2026-11-20T10:24:18.250Z");
  EXPECT_EQ(read("2026-11-20T00:30:00+01:00"), "2026-11-19T23:30:00.000Z");
  EXPECT_EQ(read("2026-11-20T10:24:18.5-0330"), "2026-11-20T13:54:18.500Z");
  EXPECT_EQ(read("2028-02-29T10:24:18Z"), "2028-02-29T10:24:18.000Z");
  for (const char* wrong : {"", "now", "2026", "2026-13-01", "2027-02-29", "2026-11-20T", "2026-11-20T24:00", "2026-11-20T10:60",
                            "20-11-2026", "2026-11-20T10:24:18X", "2026-11-20T10:24:18.", "2026-11-20T10:24+1", "1969-12-31", "+026-11-20"})
    EXPECT_EQ(read(wrong), "none") << wrong;
}

}  // namespace
}  // namespace tamarack
