#include "domain/capture.h"

#include <gtest/gtest.h>

namespace tamarack::domain {
namespace {

TEST(Capture, NamesAreThoseOfPlacesAndVariables) {
  for (const char* good : {"job_id", "_", "A9", "x"}) EXPECT_TRUE(is_capture_name(good)) << good;
  for (const char* bad : {"", "9a", "job-id", "job id", "é", "a.b", "a="}) EXPECT_FALSE(is_capture_name(bad)) << bad;
  EXPECT_TRUE(is_capture_name(std::string(capture_name_bytes_max, 'a')));
  EXPECT_FALSE(is_capture_name(std::string(capture_name_bytes_max + 1, 'a')));
}

TEST(Capture, TheLastOfANameCounts) {
  std::vector<Capture> captures;
  put_capture(captures, {"a", "1"});
  put_capture(captures, {"b", "2"});
  put_capture(captures, {"a", "3"});
  EXPECT_EQ(captures, (std::vector<Capture>{{"a", "3"}, {"b", "2"}}));
}

TEST(Capture, TypesAreTold) {
  EXPECT_TRUE(is_of_type("\"x\"", "string"));
  EXPECT_TRUE(is_of_type(" 1.5e3", "number"));
  EXPECT_TRUE(is_of_type("-7", "integer"));
  EXPECT_FALSE(is_of_type("1.0", "integer"));
  EXPECT_FALSE(is_of_type("1e3", "integer"));
  EXPECT_TRUE(is_of_type("false", "boolean"));
  EXPECT_TRUE(is_of_type("{}", "object"));
  EXPECT_TRUE(is_of_type("[]", "array"));
  EXPECT_FALSE(is_of_type("17", "string"));
  EXPECT_FALSE(is_of_type("\"17\"", "number"));
  for (const char* type : {"any", "string", "number", "object"}) {
    EXPECT_FALSE(is_of_type("null", type)) << type;
    EXPECT_FALSE(is_of_type("\"\"", type)) << type;
    EXPECT_TRUE(is_capture_type(type));
  }
  EXPECT_FALSE(is_capture_type("text"));
}

}  // namespace
}  // namespace tamarack::domain
