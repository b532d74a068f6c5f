#include "flow/json_path.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>

namespace tamarack::flow {
namespace {

std::string at(std::string_view json, std::string_view path) {
  const auto document = parse_document(json);
  const auto parsed = parse_json_path(path);
  if (!document || !parsed) return "unreadable";
  const auto* found = find(*document, *parsed);
  return found == nullptr ? "nothing" : boost::json::serialize(*found);
}

constexpr std::string_view body = R"({"status":"RUNNING","job id":7,"items":[{"id":1},{"id":2}],"a":{"b":[10,[20,30]]},"none":null})";

TEST(JsonPath, LeadsToOneValue) {
  EXPECT_EQ(at(body, "$.status"), "\"RUNNING\"");
  EXPECT_EQ(at(body, "status"), "\"RUNNING\"");
  EXPECT_EQ(at(body, "$['job id']"), "7");
  EXPECT_EQ(at(body, "$[\"job id\"]"), "7");
  EXPECT_EQ(at(body, "$.items[0].id"), "1");
  EXPECT_EQ(at(body, "$.items[-1].id"), "2");
  EXPECT_EQ(at(body, "$.a.b[1][0]"), "20");
  EXPECT_EQ(at(body, "$.none"), "null");
  EXPECT_EQ(at("[1,2]", "$[1]"), "2");
  EXPECT_EQ(at("\"text\"", "$"), "\"text\"");
}

TEST(JsonPath, OrToNothing) {
  for (const char* path : {"$.Status", "$.items[2]", "$.items[-3]", "$.items.id", "$.status.x", "$.status[0]", "$.none.x", "$[0]"})
    EXPECT_EQ(at(body, path), "nothing") << path;
}

TEST(JsonPath, WhatIsNoPathIsRefusedAtItsCharacter) {
  for (const char* path :
       {"", "$.", "$..status", "$.items[*]", "$.items[", "$['x", "$['x'", "$[1:2]", "$.a b", "$.items[?(@.id)]", "$[-0]", "$status"}) {
    const auto parsed = parse_json_path(path);
    ASSERT_FALSE(parsed) << path;
    EXPECT_NE(parsed.error().message.find("character"), std::string::npos) << parsed.error().message;
  }
  EXPECT_EQ(parse_json_path("$.items[x]").error().message, "JSON path '$.items[x]', character 9: expected an index or a name in quotes");
}

RC_GTEST_PROP(JsonPath, AnyTextIsReadOrRefused, (const std::string& text)) {
  const auto parsed = parse_json_path(text);
  if (parsed) RC_ASSERT(parsed->size() <= json_path_steps_max);
  (void)parse_document(text);
}

RC_GTEST_PROP(JsonPath, AnyNameIsReachedInQuotes, (std::string name)) {
  name.erase(std::remove_if(name.begin(), name.end(), [](char c) { return c == '\'' || static_cast<unsigned char>(c) >= 128; }),
             name.end());
  boost::json::object object;
  object["other"] = 1;
  object[name] = 2;
  const auto path = parse_json_path("$['" + name + "']");
  RC_ASSERT(path.has_value());
  const boost::json::value root(object);
  const auto* found = find(root, *path);
  RC_ASSERT(found != nullptr && *found == 2);
}

TEST(Document, DepthAndEncodingAreBounded) {
  EXPECT_FALSE(parse_document(std::string(100, '[') + std::string(100, ']')));
  EXPECT_FALSE(parse_document("<html>"));
  EXPECT_FALSE(parse_document("\"\xff\""));
  EXPECT_FALSE(parse_document(""));
}

}  // namespace
}  // namespace tamarack::flow
