// Tokens over HTTP on a real server: a secret that is changed, its time of grace, and who may change whose.
#include <gtest/gtest.h>

#include "tests/server/server_world.h"

namespace tamarack::coordinator {
namespace {

class TokensTest : public testing::Test {
 protected:
  TokensTest() { world_.start(); }

  io::ClientAnswer rotate(const std::string& id, const std::string& body, const std::string& as) {
    return world_.ask({.method = "POST",
                       .path = "/api/v1/tokens/" + id + "/rotate",
                       .token = as,
                       .fields = {{"Content-Type", "application/json"}},
                       .body = body});
  }
  int status_with(const std::string& token) { return world_.get("/api/v1/session", token).status; }
  static std::string id_of(const std::string& token) { return token.substr(4, 10); }
  static std::string member(const std::string& json, const std::string& name) {
    const std::size_t at = json.find("\"" + name + "\":\"");
    return at == std::string::npos ? std::string{}
                                   : json.substr(at + name.size() + 4, json.find('"', at + name.size() + 4) - at - name.size() - 4);
  }

  ServerWorld world_{testing::TempDir() + "/tokens-" + testing::UnitTest::GetInstance()->current_test_info()->name()};
  std::string admin_ = world_.token("shop", domain::Role::admin);
  std::string runner_ = world_.token("shop", domain::Role::runner);
};

TEST_F(TokensTest, AChangedSecretOpensAndTheOldOneDoesUntilItsGraceIsOver) {
  const auto answer = rotate(id_of(runner_), {}, admin_);
  ASSERT_EQ(answer.status, 200) << answer.body;
  const std::string fresh = member(answer.body, "token");
  EXPECT_NE(fresh, runner_);
  EXPECT_EQ(id_of(fresh), id_of(runner_)) << "the same token";
  EXPECT_EQ(status_with(fresh), 200);
  EXPECT_EQ(status_with(runner_), 200) << "in its time of grace";
  const auto ends = member(answer.body, "previous_ends_at");
  EXPECT_GT(ends, iso8601(world_.clock().now() + Millis{3'500'000})) << "an hour, unless it is said";
  EXPECT_LE(ends, iso8601(world_.clock().now() + Millis{3'600'000}));
  const std::string list = world_.get("/api/v1/tokens", admin_).body;
  EXPECT_EQ(member(list, "previous_ends_at"), ends) << "whoever comes later sees it, too";
  EXPECT_EQ(list.find(fresh.substr(15)), std::string::npos) << "shown once";

  const auto at_once = rotate(id_of(runner_), R"({"grace_ms":0})", admin_);
  ASSERT_EQ(at_once.status, 200) << at_once.body;
  EXPECT_EQ(at_once.body.find("previous_ends_at"), std::string::npos);
  EXPECT_EQ(status_with(member(at_once.body, "token")), 200);
  EXPECT_EQ(status_with(fresh), 401);
  EXPECT_EQ(status_with(runner_), 401);
  EXPECT_EQ(world_.get("/api/v1/tokens", admin_).body.find("previous_ends_at"), std::string::npos);
}

TEST_F(TokensTest, WhatCannotBeChangedSaysWhy) {
  for (const char* body : {R"({"grace_ms":-1})", R"({"grace_ms":2592000001})", R"({"grace_ms":"1h"})"}) {
    const auto answer = rotate(id_of(runner_), body, admin_);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_NE(answer.body.find("/grace_ms: "), std::string::npos) << answer.body;
  }
  EXPECT_EQ(rotate("0000000000", {}, admin_).status, 404);
  EXPECT_EQ(status_with(runner_), 200) << "nothing was changed";
  (void)world_.access().revoke_token(domain::TokenId{id_of(runner_)}, world_.clock().now());
  const auto revoked = rotate(id_of(runner_), {}, admin_);
  EXPECT_EQ(revoked.status, 409);
  EXPECT_NE(revoked.body.find("the token was revoked on "), std::string::npos) << revoked.body;
}

// An admin of one project would otherwise get a token of another, or of all.
TEST_F(TokensTest, NobodyGetsASecretOfAnotherProject) {
  for (const std::string project : {"other", "*"}) {
    const std::string theirs = world_.token(project, domain::Role::viewer);
    EXPECT_EQ(rotate(id_of(theirs), {}, admin_).status, 404) << project;
    EXPECT_EQ(status_with(theirs), 200);
  }
  EXPECT_EQ(rotate(id_of(runner_), {}, runner_).status, 403) << "its own secret, too, is changed by an admin";
  EXPECT_EQ(rotate(id_of(runner_), {}, world_.token("*", domain::Role::admin)).status, 200);
}

// A cookie is sent by the browser whoever asks for it.
TEST_F(TokensTest, APageOfAnotherSiteCannotChangeASecret) {
  const auto ask = [&](io::Fields fields) {
    fields.emplace_back("Cookie", "tamarack_session=" + admin_);
    return world_.ask({.method = "POST", .path = "/api/v1/tokens/" + id_of(runner_) + "/rotate", .fields = std::move(fields)}).status;
  };
  EXPECT_EQ(ask({}), 403);
  EXPECT_EQ(ask({{"X-Tamarack", "1"}}), 200);
}

}  // namespace
}  // namespace tamarack::coordinator
