#include "domain/access.h"

#include <gtest/gtest.h>

namespace tamarack::domain {
namespace {

const Instant noon = from_ms(1'800'000'000'000);

Token token_of(Role role, std::string project) {
  return {.id = TokenId{"k3v9q0x7ab"}, .project = std::move(project), .role = role, .created = noon - Millis{1000}};
}

// The whole table: role × needed role × project of the object, each with the answer that stands at the top of access.h.
TEST(Access, every_role_for_every_need_in_every_project) {
  struct Row {
    std::string token_project;
    std::string object_project;
    bool reaches;
  };
  const Row rows[] = {{"shop", "shop", true}, {"shop", "bank", false}, {"shop", "Shop", false}, {"shop", "", false},
                      {"shop", "*", false},   {"*", "shop", true},     {"*", "bank", true},     {"*", "", true},
                      {"*", "*", true},       {"", "", false},         {"", "shop", false},     {"sh*", "shop", false}};
  int allowed = 0;
  for (const Row& row : rows)
    for (const Role role : all_roles)
      for (const Role needed : all_roles) {
        const AccessDecision decision =
            decide_access({.token = token_of(role, row.token_project)}, {.needed = needed, .project = row.object_project, .now = noon});
        const Access expected = row.reaches && static_cast<int>(role) >= static_cast<int>(needed) ? Access::allowed : Access::forbidden;
        EXPECT_EQ(decision.access, expected) << to_string(role) << " of '" << row.token_project << "' for " << to_string(needed) << " in '"
                                             << row.object_project << "': " << decision.reason;
        EXPECT_EQ(decision.reason.empty(), expected == Access::allowed);
        if (expected == Access::allowed) ++allowed;
      }
  EXPECT_EQ(allowed, 5 * 6) << "five of the twelve rows reach, six of nine pairs of roles suffice";
}

TEST(Access, nobody_may_do_anything) {
  for (const Role needed : all_roles)
    for (const char* project : {"", "*", "shop"}) {
      const AccessDecision decision = decide_access({}, {.needed = needed, .project = project, .now = noon});
      EXPECT_EQ(decision.access, Access::unauthenticated);
      EXPECT_EQ(decision.reason, "no token was sent");
    }
}

TEST(Access, a_revoked_or_expired_token_is_no_token_whatever_it_could_do) {
  for (const Role role : all_roles)
    for (const Role needed : all_roles)
      for (const char* project : {"shop", "bank"}) {
        Token expired = token_of(role, "shop");
        expired.expires = noon;
        EXPECT_EQ(decide_access({.token = expired}, {.needed = needed, .project = project, .now = noon}).access, Access::unauthenticated);
        Token revoked = token_of(role, "*");
        revoked.revoked = noon + Millis{1};  // the clock of another process: revoked is revoked
        EXPECT_EQ(decide_access({.token = revoked}, {.needed = needed, .project = project, .now = noon}).access, Access::unauthenticated);
      }
}

TEST(Access, a_token_expires_at_its_instant_and_not_before) {
  Token token = token_of(Role::viewer, "shop");
  token.expires = noon;
  EXPECT_EQ(why_unusable(token, noon - Millis{1}), std::nullopt);
  EXPECT_EQ(why_unusable(token, noon), "the token expired on 2027-01-15 08:00 UTC");
  token.revoked = noon - Millis{60'000};
  EXPECT_EQ(why_unusable(token, noon - Millis{1}), "the token was revoked on 2027-01-15 07:59 UTC");
}

TEST(Access, reasons_say_what_is_missing_and_name_no_foreign_project) {
  const Caller viewer{.token = token_of(Role::viewer, "shop")};
  EXPECT_EQ(decide_access(viewer, {.needed = Role::runner, .project = "shop", .now = noon}).reason,
            "the token has the role 'viewer', and this needs 'runner'");
  EXPECT_EQ(decide_access(viewer, {.needed = Role::viewer, .project = "bank", .now = noon}).reason,
            "the token is bound to the project 'shop', and this belongs to another project");
  EXPECT_EQ(decide_access(viewer, {.needed = Role::viewer, .project = "", .now = noon}).reason,
            "the token is bound to the project 'shop', and this belongs to the server");
}

TEST(Access, an_open_server_lets_everything_through) {
  for (const Role needed : all_roles)
    for (const char* project : {"", "*", "shop"})
      EXPECT_EQ(decide_access(open_caller(), {.needed = needed, .project = project, .now = noon}).access, Access::allowed);
}

TEST(Access, a_request_that_names_nothing_needs_the_most) {
  EXPECT_EQ(decide_access({.token = token_of(Role::runner, "*")}, {}).access, Access::forbidden);
  EXPECT_EQ(decide_access({.token = token_of(Role::admin, "shop")}, {}).access, Access::forbidden);
}

TEST(Role, is_written_and_read_in_one_way) {
  for (const Role role : all_roles) EXPECT_EQ(parse_role(to_string(role)), role);
  for (const char* text : {"", "Admin", "admin ", "root", "owner"}) EXPECT_EQ(parse_role(text), std::nullopt) << text;
  EXPECT_LT(Role::viewer, Role::runner);
  EXPECT_LT(Role::runner, Role::admin);
}

TEST(Token, takes_the_old_secret_only_during_its_grace) {
  const std::string current(64, 'c');
  const std::string previous(64, 'b');
  Token token = token_of(Role::viewer, "shop");
  token.secret_hash = current;
  EXPECT_TRUE(accepts_secret(token, current, noon));
  EXPECT_FALSE(accepts_secret(token, previous, noon));
  token.previous_hash = previous;
  EXPECT_FALSE(accepts_secret(token, previous, noon)) << "a previous secret without an end was never valid";
  token.previous_until = noon;
  EXPECT_TRUE(accepts_secret(token, previous, noon - Millis{1}));
  EXPECT_FALSE(accepts_secret(token, previous, noon));
  EXPECT_TRUE(accepts_secret(token, current, noon));
}

TEST(Token, without_a_hash_takes_nothing) {
  Token token = token_of(Role::admin, "*");
  token.previous_until = noon + Millis{1};
  EXPECT_FALSE(accepts_secret(token, "", noon));
  EXPECT_FALSE(accepts_secret(open_caller().token.value(), "", noon));
}

TEST(Token, notes_its_last_use_once_a_minute) {
  Token token = token_of(Role::viewer, "shop");
  EXPECT_TRUE(needs_touch(token, noon));
  token.last_used = noon;
  EXPECT_FALSE(needs_touch(token, noon + Millis{59'999}));
  EXPECT_TRUE(needs_touch(token, noon + Millis{60'000}));
}

}  // namespace
}  // namespace tamarack::domain
