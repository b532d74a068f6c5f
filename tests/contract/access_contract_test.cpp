// What every store must do with tokens and keys, run against each of them.
#include <sqlite3.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "tests/contract/contract_world.h"

namespace tamarack::store {
namespace {

using domain::Role;
using domain::Token;
using domain::TokenId;

const Instant noon = from_ms(1'800'000'000'000);

class AccessContract : public StoreContractTest {
 protected:
  AccessStore& access() { return store_->access(); }
  Token stored(const std::string& id) { return access().find_token(TokenId{id}).value().value(); }

  static Token token_of(const std::string& id, const std::string& project, Instant created = noon) {
    return {.id = TokenId{id}, .project = project, .role = Role::runner, .created = created, .secret_hash = std::string(64, 'a')};
  }
};

TEST_P(AccessContract, ATokenComesBackWithEveryField) {
  const Token full{.id = TokenId{"full"},
                   .project = "shop",
                   .role = Role::admin,
                   .label = "CI on main — it's \"ours\"",
                   .created = noon,
                   .expires = noon + Millis{1},
                   .revoked = noon + Millis{2},
                   .last_used = noon + Millis{3},
                   .secret_hash = std::string(64, 'a'),
                   .previous_hash = std::string(64, 'b'),
                   .previous_until = noon + Millis{4}};
  ASSERT_TRUE(access().add_token(full));
  EXPECT_EQ(stored("full"), full);
  const Token bare = token_of("bare", "shop");
  ASSERT_TRUE(access().add_token(bare));
  EXPECT_EQ(stored("bare"), bare);
  EXPECT_EQ(access().find_token(TokenId{"other"}).value(), std::nullopt);
}

TEST_P(AccessContract, AnIdIsGivenOnce) {
  ASSERT_TRUE(access().add_token(token_of("one", "shop")));
  const auto refused = access().add_token(token_of("one", "bank"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::already_exists);
  EXPECT_EQ(stored("one").project, "shop");
}

TEST_P(AccessContract, TokensAreListedOldestFirstByProject) {
  ASSERT_TRUE(access().add_token(token_of("late", "shop", noon + Millis{5})));
  ASSERT_TRUE(access().add_token(token_of("early", "shop", noon)));
  ASSERT_TRUE(access().add_token(token_of("also-early", "bank", noon)));
  ASSERT_TRUE(access().add_token(token_of("everywhere", "*", noon + Millis{1})));
  const auto ids = [&](const std::optional<std::string>& project) {
    std::vector<std::string> found;
    const std::vector<Token> tokens = access().list_tokens(project).value();
    for (const Token& token : tokens) found.push_back(token.id.value);
    return found;
  };
  EXPECT_EQ(ids(std::nullopt), (std::vector<std::string>{"also-early", "early", "everywhere", "late"}));
  EXPECT_EQ(ids("shop"), (std::vector<std::string>{"early", "late"}));
  EXPECT_EQ(ids("*"), (std::vector<std::string>{"everywhere"}));
  EXPECT_EQ(ids("Shop"), (std::vector<std::string>{}));
}

TEST_P(AccessContract, ARevokedTokenStaysRevokedSinceTheFirstTime) {
  ASSERT_TRUE(access().add_token(token_of("one", "shop")));
  ASSERT_TRUE(access().revoke_token(TokenId{"one"}, noon + Millis{1}));
  ASSERT_TRUE(access().revoke_token(TokenId{"one"}, noon + Millis{2}));
  EXPECT_EQ(stored("one").revoked, noon + Millis{1});
  const auto unknown = access().revoke_token(TokenId{"other"}, noon);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::not_found);
}

TEST_P(AccessContract, ARotationKeepsExactlyOnePreviousSecret) {
  ASSERT_TRUE(access().add_token(token_of("one", "shop")));
  ASSERT_TRUE(access().rotate_token(TokenId{"one"}, std::string(64, 'b'), noon + Millis{1}));
  ASSERT_TRUE(access().rotate_token(TokenId{"one"}, std::string(64, 'c'), noon + Millis{2}));
  const Token token = stored("one");
  EXPECT_EQ(token.secret_hash, std::string(64, 'c'));
  EXPECT_EQ(token.previous_hash, std::string(64, 'b'));
  EXPECT_EQ(token.previous_until, noon + Millis{2});
  EXPECT_EQ(token.role, Role::runner);
}

TEST_P(AccessContract, OnlyALivingTokenIsRotated) {
  const auto unknown = access().rotate_token(TokenId{"other"}, std::string(64, 'b'), noon);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::not_found);
  ASSERT_TRUE(access().add_token(token_of("one", "shop")));
  ASSERT_TRUE(access().revoke_token(TokenId{"one"}, noon));
  const auto revoked = access().rotate_token(TokenId{"one"}, std::string(64, 'b'), noon);
  ASSERT_FALSE(revoked);
  EXPECT_EQ(revoked.error().code, ErrorCode::conflict);
  EXPECT_EQ(stored("one").secret_hash, std::string(64, 'a'));
}

TEST_P(AccessContract, UseIsNotedOnceAMinuteAndNeverBackInTime) {
  ASSERT_TRUE(access().add_token(token_of("one", "shop")));
  const TokenId one{"one"};
  ASSERT_TRUE(access().touch_token(one, noon));
  EXPECT_EQ(stored("one").last_used, noon);
  ASSERT_TRUE(access().touch_token(one, noon + Millis{59'999}));
  EXPECT_EQ(stored("one").last_used, noon);
  ASSERT_TRUE(access().touch_token(one, noon + Millis{60'000}));
  EXPECT_EQ(stored("one").last_used, noon + Millis{60'000});
  ASSERT_TRUE(access().touch_token(one, noon - Millis{3'600'000}));
  EXPECT_EQ(stored("one").last_used, noon + Millis{60'000});
  EXPECT_TRUE(access().touch_token(TokenId{"other"}, noon)) << "it may have gone in the meantime";
}

TEST_P(AccessContract, AKeyIsMadeAtItsFirstUseAndStays) {
  EXPECT_EQ(access().server_key("signing", "first").value(), "first");
  EXPECT_EQ(access().server_key("signing", "second").value(), "first");
  EXPECT_EQ(access().server_key("another", "second").value(), "second");
}

FOR_EVERY_STORE(AccessContract);

using SqliteAccessFile = SqliteFileTest;

TEST_F(SqliteAccessFile, TokensAndKeysSurviveReopening) {
  {
    const auto store = open_sqlite_store(path_).value();
    ASSERT_TRUE(store->access().add_token({.id = TokenId{"one"}, .project = "shop", .created = noon}));
    ASSERT_EQ(store->access().server_key("signing", "first").value(), "first");
  }
  const auto store = open_sqlite_store(path_).value();
  EXPECT_TRUE(store->access().find_token(TokenId{"one"}).value().has_value());
  EXPECT_EQ(store->access().server_key("signing", "second").value(), "first");
}

// `tamarack token` works on the folder of a server that is running.
TEST_F(SqliteAccessFile, TwoProcessesSeeEachOthersTokens) {
  const auto server = open_sqlite_store(path_).value();
  const auto person = open_sqlite_store(path_).value();
  EXPECT_EQ(server->access().find_token(TokenId{"one"}).value(), std::nullopt);
  ASSERT_TRUE(person->access().add_token({.id = TokenId{"one"}, .project = "shop", .created = noon}));
  EXPECT_TRUE(server->access().find_token(TokenId{"one"}).value().has_value());
  ASSERT_TRUE(person->access().revoke_token(TokenId{"one"}, noon));
  EXPECT_EQ(server->access().find_token(TokenId{"one"}).value()->revoked, noon);
}

// A database as the first version left it, with a run in it.
void make_first_version(const std::string& path) {
  std::ostringstream schema;
  schema << std::ifstream(TAMARACK_SOURCE_DIR "/src/store/sqlite/schema.sql").rdbuf();
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  const std::string all =
      schema.str() + "INSERT INTO journal (run_id, seq, at_ms, kind, body) VALUES ('r', 1, 1, 'k', '{}'); PRAGMA user_version = 1;";
  EXPECT_EQ(sqlite3_exec(db, all.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  sqlite3_close(db);
}

TEST_F(SqliteAccessFile, ADatabaseOfTheFirstVersionIsBroughtUpToDate) {
  make_first_version(path_);
  for (int times = 0; times < 2; ++times) {
    const auto store = open_sqlite_store(path_).value();
    EXPECT_EQ(store->journal(domain::RunId{"r"}).value().size(), 1U);
    EXPECT_EQ(store->access().server_key("signing", std::to_string(times)).value(), "0");
  }
}

// A server that starts and a `tamarack token` beside it may both be the first to see the old file.
TEST_F(SqliteAccessFile, SeveralMayBringItUpToDateAtOnce) {
  make_first_version(path_);
  std::vector<std::thread> threads;
  std::vector<std::string> errors(8);
  for (std::string& error : errors)
    threads.emplace_back([&] {
      const auto store = open_sqlite_store(path_);
      if (!store) error = store.error().message;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(errors, std::vector<std::string>(8));
}

}  // namespace
}  // namespace tamarack::store
