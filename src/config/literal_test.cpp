#include "config/literal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace tamarack::config {
namespace {

TEST(Duration, is_read_as_people_write_it) {
  EXPECT_EQ(parse_duration("500ms"), Millis{500});
  EXPECT_EQ(parse_duration("30s"), Millis{30'000});
  EXPECT_EQ(parse_duration("2m"), Millis{120'000});
  EXPECT_EQ(parse_duration("1h30m"), Millis{5'400'000});
  EXPECT_EQ(parse_duration("1h2m3s4ms"), Millis{3'723'004});
  EXPECT_EQ(parse_duration("3d12h"), Millis{302'400'000});
  EXPECT_EQ(parse_duration("0s"), Millis{0});
}

TEST(Duration, has_one_way_to_be_written) {
  for (const char* text : {"", "30", "s", "-1s", "+1s", "1.5s", " 1s", "1s ", "1 s", "5s2m", "1h1h", "1S", "1sec", "12h3d", "1msx",
                           "9999999999s", "1e3s", "٣s"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

RC_GTEST_PROP(Duration, is_written_so_that_it_is_read_back, ()) {
  const Millis duration{*rc::gen::inRange<std::int64_t>(0, 1'000'000'000)};
  RC_ASSERT(parse_duration(write_duration(duration)) == duration);
}

TEST(Size, is_in_powers_of_a_thousand) {
  EXPECT_EQ(parse_size("2GB"), 2'000'000'000);
  EXPECT_EQ(parse_size("500MB"), 500'000'000);
  EXPECT_EQ(parse_size("1TB"), 1'000'000'000'000);
  EXPECT_EQ(parse_size("7KB"), 7'000);
  EXPECT_EQ(parse_size("0B"), 0);
  for (const char* text : {"", "2", "2G", "2GiB", "2gb", "2 GB", "-2GB", "2.5GB", "GB", "999999999TB"})
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
  EXPECT_EQ(write_size(2'000'000'000), "2GB");
  EXPECT_EQ(write_size(1'500), "1500B");
}

TEST(Date, is_a_day_of_the_calendar) {
  EXPECT_TRUE(is_date("2027-01-31"));
  EXPECT_TRUE(is_date("2028-02-29"));
  for (const char* text :
       {"", "2027-02-29", "2027-13-01", "2027-00-10", "2027-1-31", "31.01.2027", "2027-01-31T10:00", "2027/01/31", "+027-01-31"})
    EXPECT_FALSE(is_date(text)) << text;
}

}  // namespace
}  // namespace tamarack::config
