#include "flow/discover.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace tamarack::flow {
namespace {

const Instant now = from_ms(1'795'256'658'000);  // 2026-11-21T10:24:18Z

TEST(Discover, AnOperationIsFoundByItself) {
  const HttpAnswer accepted{.status = 202, .retry_after = "5", .location = "/api/v1/jobs/j-1/status"};
  const auto found = discover(accepted, "http://app:8000/api/v1/process?x=1", now);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->status_url, "http://app:8000/api/v1/jobs/j-1/status");
  EXPECT_EQ(found->retry_after, Millis{5'000});
}

TEST(Discover, TheOperationGoesBeforeTheThingItMakes) {
  const HttpAnswer accepted{.status = 201, .location = "/things/1", .operation_location = "https://ops.example/operations/9"};
  EXPECT_EQ(discover(accepted, "https://app/things", now)->status_url, "https://ops.example/operations/9");
}

TEST(Discover, WhatAnnouncesNothingIsRefused) {
  EXPECT_FALSE(discover(HttpAnswer{.status = 202}, "http://app/x", now));
  EXPECT_FALSE(discover(HttpAnswer{.status = 200, .location = "/y"}, "http://app/x", now));
  EXPECT_FALSE(discover(HttpAnswer{.status = 202, .location = "file:///etc/passwd"}, "http://app/x", now));
  EXPECT_FALSE(discover(HttpAnswer{.status = 202, .location = "javascript:alert(1)"}, "http://app/x", now));
}

TEST(RetryAfter, SecondsOrADate) {
  EXPECT_EQ(parse_retry_after("120", now), Millis{120'000});
  EXPECT_EQ(parse_retry_after(" 0 ", now), Millis{0});
  EXPECT_EQ(parse_retry_after("Sat, 21 Nov 2026 10:25:18 GMT", now), Millis{60'000});
  EXPECT_EQ(parse_retry_after("Sat, 21 Nov 2026 10:00:00 GMT", now), Millis{0});
  EXPECT_EQ(parse_retry_after("999999999", now), Millis{86'400'000});
  for (const char* text : {"", "soon", "-1", "1.5", "Sat, 31 Feb 2026 10:00:00 GMT", "21 Nov 2026"})
    EXPECT_EQ(parse_retry_after(text, now), std::nullopt) << text;
}

TEST(ResolveUrl, AsTheStandardSays) {
  const auto resolved = [](std::string_view reference) { return resolve_url("http://a/b/c/d?q", reference).value_or("refused"); };
  EXPECT_EQ(resolved("g"), "http://a/b/c/g");
  EXPECT_EQ(resolved("./g/"), "http://a/b/c/g/");
  EXPECT_EQ(resolved("/g"), "http://a/g");
  EXPECT_EQ(resolved("//h/g"), "http://h/g");
  EXPECT_EQ(resolved("?y"), "http://a/b/c/d?y");
  EXPECT_EQ(resolved("g?y#s"), "http://a/b/c/g?y");
  EXPECT_EQ(resolved(""), "http://a/b/c/d?q");
  EXPECT_EQ(resolved("../g"), "http://a/b/g");
  EXPECT_EQ(resolved("../../../g"), "http://a/g");
  EXPECT_EQ(resolved("../"), "http://a/b/");
  EXPECT_EQ(resolved("."), "http://a/b/c/");
  EXPECT_EQ(resolved("https://x/y"), "https://x/y");
  EXPECT_EQ(resolved("jobs/7:status"), "http://a/b/c/jobs/7:status");
  EXPECT_EQ(resolved("ftp://x"), "refused");
  EXPECT_EQ(resolve_url("http://a", "x").value_or("refused"), "http://a/x");
  EXPECT_EQ(resolve_url("a/b", "x").value_or("refused"), "refused");
}

RC_GTEST_PROP(Discover, AnyHeaderIsFollowedOrRefused, (const std::string& location, const std::string& retry_after)) {
  const auto found = discover(HttpAnswer{.status = 202, .retry_after = retry_after, .location = location}, "http://app:1/a/b", now);
  if (found) RC_ASSERT(found->status_url.rfind("http", 0) == 0 || found->status_url.rfind("HTTP", 0) == 0 || found->status_url.size() > 7);
}

}  // namespace
}  // namespace tamarack::flow
