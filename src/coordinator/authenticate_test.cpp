#include "coordinator/authenticate.h"

#include <gtest/gtest.h>

#include "store/memory/memory_store.h"

namespace tamarack::coordinator {
namespace {

using domain::Access;
using domain::Role;

const Instant noon = from_ms(1'800'000'000'000);

class Authenticate : public testing::Test {
 protected:
  IssuedToken issue(std::optional<Instant> expires = {}) {
    return issue_token(access(), {.project = "shop", .role = Role::runner, .created = noon, .expires = expires}).value();
  }
  domain::Caller caller(const std::string& authorization, Instant now = noon) { return authenticate(access(), authorization, now).value(); }
  Access may_run(const std::string& authorization, Instant now = noon) {
    return decide_access(caller(authorization, now), {.needed = Role::runner, .project = "shop", .now = now}).access;
  }
  store::AccessStore& access() { return store_.access(); }

  store::MemoryStore store_;
};

TEST_F(Authenticate, AnIssuedTokenIsItsOwner) {
  const IssuedToken issued = issue();
  EXPECT_EQ(may_run("Bearer " + issued.text), Access::allowed);
  EXPECT_EQ(may_run("bearer   " + issued.text + " "), Access::allowed);
  EXPECT_EQ(caller("Bearer " + issued.text).token->id, issued.token.id);
}

TEST_F(Authenticate, TheSecretIsNotInTheStore) {
  const IssuedToken issued = issue();
  const std::string secret = domain::parse_token(issued.text)->secret;
  const domain::Token stored = access().find_token(issued.token.id).value().value();
  EXPECT_EQ(stored.secret_hash.size(), 64U);
  for (const std::string& field : {stored.id.value, stored.label, stored.project, stored.secret_hash, stored.previous_hash})
    EXPECT_EQ(field.find(secret), std::string::npos);
}

TEST_F(Authenticate, EverythingElseIsNobodyAndIsNotRepeated) {
  const std::string good = issue().text;
  std::string wrong_secret = good;
  wrong_secret.back() = wrong_secret.back() == 'a' ? 'b' : 'a';
  std::string wrong_id = good;
  wrong_id[4] = wrong_id[4] == 'a' ? 'b' : 'a';
  const std::pair<std::string, std::string> cases[] = {
      {"", "no token was sent"},
      {"   ", "no token was sent"},
      {"Bearer", "the Authorization header must be 'Bearer' and a token"},
      {good, "the Authorization header must be 'Bearer' and a token"},
      {"Basic " + good, "the Authorization header must be 'Bearer' and a token"},
      {"Bearer hello", "the token does not begin with 'tmk_'"},
      {"Bearer " + good + good, "the token must have 58 characters, got 116"},
      {"Bearer " + wrong_secret, "the token is not known here"},
      {"Bearer " + wrong_id, "the token is not known here"},
  };
  for (const auto& [authorization, problem] : cases) {
    const domain::Caller found = caller(authorization);
    EXPECT_FALSE(found.token) << authorization;
    EXPECT_EQ(found.problem, problem);
    EXPECT_EQ(may_run(authorization), Access::unauthenticated);
  }
}

TEST_F(Authenticate, RevocationCountsFromTheNextRequest) {
  const IssuedToken issued = issue();
  EXPECT_EQ(may_run("Bearer " + issued.text), Access::allowed);
  ASSERT_TRUE(access().revoke_token(issued.token.id, noon));
  EXPECT_EQ(may_run("Bearer " + issued.text), Access::unauthenticated);
}

TEST_F(Authenticate, BothSecretsWorkDuringTheGraceAndThenTheNewOneAlone) {
  const IssuedToken before = issue();
  const IssuedToken after = reissue_token(access(), before.token.id, noon + Millis{1000}, noon).value();
  EXPECT_NE(before.text, after.text);
  EXPECT_EQ(after.token.id, before.token.id);
  EXPECT_EQ(may_run("Bearer " + before.text, noon + Millis{999}), Access::allowed);
  EXPECT_EQ(may_run("Bearer " + after.text, noon + Millis{999}), Access::allowed);
  EXPECT_EQ(may_run("Bearer " + before.text, noon + Millis{1000}), Access::unauthenticated);
  EXPECT_EQ(may_run("Bearer " + after.text, noon + Millis{1000}), Access::allowed);
}

TEST_F(Authenticate, ATokenThatIsOfNoUseGetsNoNewSecret) {
  EXPECT_EQ(reissue_token(access(), domain::TokenId{"none"}, noon, noon).error().code, ErrorCode::not_found);
  const IssuedToken expired = issue(noon);
  EXPECT_EQ(reissue_token(access(), expired.token.id, noon, noon).error().code, ErrorCode::conflict);
  const IssuedToken revoked = issue();
  ASSERT_TRUE(access().revoke_token(revoked.token.id, noon));
  EXPECT_EQ(reissue_token(access(), revoked.token.id, noon, noon).error().code, ErrorCode::conflict);
}

TEST_F(Authenticate, UseIsNotedForUsableTokensOnly) {
  const IssuedToken used = issue(noon + Millis{1000});
  caller("Bearer " + used.text);
  EXPECT_EQ(access().find_token(used.token.id).value()->last_used, noon);
  const IssuedToken expired = issue(noon);
  caller("Bearer " + expired.text);
  EXPECT_EQ(access().find_token(expired.token.id).value()->last_used, std::nullopt);
}

TEST_F(Authenticate, TheSigningKeyStaysTheSame) {
  const std::string key = signing_key(access()).value();
  EXPECT_EQ(key.size(), 64U);
  EXPECT_EQ(signing_key(access()).value(), key);
}

}  // namespace
}  // namespace tamarack::coordinator
