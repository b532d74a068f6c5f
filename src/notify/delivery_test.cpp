#include "notify/delivery.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace tamarack::notify {
namespace {

Delivery example() {
  return {.id = "github/acme/shop.evt_1.0002",
          .event_id = "evt_1",
          .target = "github/acme/shop",
          .path = "/repos/acme/shop/check-runs",
          .content_type = "application/json",
          .body = "{\"name\":\"ü \\\"x\\\"\"}",
          .remember = "acme/shop/r-1",
          .create_members = "\"head_sha\":\"0\",",
          .created = from_ms(1'800'000'000'000),
          .next = from_ms(1'800'000'005'000),
          .attempts = 3};
}

TEST(Delivery, is_the_same_after_a_restart) {
  const auto read = read_delivery(to_json(example()));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, example());
  EXPECT_EQ(*read_remembered(to_json(Remembered{"a/b/r-1", "4711"})), (Remembered{"a/b/r-1", "4711"}));
}

TEST(Delivery, refuses_what_is_none) {
  const std::string good = to_json(example());
  EXPECT_EQ(read_delivery("").error().message, "expected a stored delivery");
  EXPECT_FALSE(read_delivery(to_json(Remembered{"a", "b"})));
  EXPECT_FALSE(read_remembered(good));
  EXPECT_FALSE(read_remembered(R"({"kind":"remembered","name":"","value":"x"})"));
  EXPECT_EQ(read_delivery(R"({"kind":"delivery","id":"a","target":"b","attempts":-1,"created_ms":1,"next_ms":2})").error().message,
            "a stored delivery has no usable 'attempts'");
  EXPECT_EQ(read_delivery(R"({"kind":"delivery","id":7,"target":"b","attempts":1,"created_ms":1,"next_ms":2})").error().code,
            ErrorCode::corrupt);
}

RC_GTEST_PROP(Delivery, survives_any_damage, (std::size_t at, char byte)) {
  std::string text = to_json(example());
  text[at % text.size()] = byte;
  (void)read_delivery(text).has_value();
  (void)read_delivery(std::string_view(text).substr(0, at % text.size())).has_value();
}

}  // namespace
}  // namespace tamarack::notify
