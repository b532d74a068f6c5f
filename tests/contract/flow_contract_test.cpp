// What every store must do with the streams of jobs, waits and mailboxes, run against each of them.
#include <sqlite3.h>

#include <thread>

#include "tests/contract/contract_world.h"

namespace tamarack::store {
namespace {

FlowRow row(std::string stream, std::int64_t seq, std::string body = "{}") {
  return {.stream = std::move(stream), .seq = seq, .at = from_ms(1'800'000'000'000 + seq), .kind = "wait_noted", .body = std::move(body)};
}

Result<std::vector<FlowRow>> read_all(FlowStore& flow) {
  std::vector<FlowRow> rows;
  TRY_VOID(flow.read_flow([&](const FlowRow& one) {
    rows.push_back(one);
    return Result<>{};
  }));
  return rows;
}

class FlowContract : public StoreContractTest {
 protected:
  FlowStore& flow() { return store_->flow(); }
  std::vector<FlowRow> rows() { return read_all(flow()).value(); }
};

TEST_P(FlowContract, RowsComeBackStreamByStreamInOrder) {
  EXPECT_TRUE(rows().empty());
  ASSERT_TRUE(flow().commit_flow({row("wait:b", 1), row("wait:a", 1), row("wait:b", 2)}, {}));
  ASSERT_TRUE(flow().commit_flow({row("wait:b", 3), row("clock", 1), row("wait:a", 2)}, {}));
  for (std::int64_t seq = 4; seq <= 12; ++seq) ASSERT_TRUE(flow().commit_flow({row("wait:b", seq)}, {}));
  std::vector<FlowRow> expected{row("clock", 1), row("wait:a", 1), row("wait:a", 2)};
  for (std::int64_t seq = 1; seq <= 12; ++seq) expected.push_back(row("wait:b", seq));
  EXPECT_EQ(rows(), expected) << "the tenth after the ninth";
}

TEST_P(FlowContract, ARowComesBackWithEveryByte) {
  using namespace std::string_literals;
  const FlowRow all{
      .stream = "mail:Zürich 'n \"x\" %_\0end"s, .seq = 1, .at = from_ms(-5), .kind = "signal_stored", .body = "{\"a\":\"日本\"}"};
  const FlowRow empty{.stream = "mail:", .seq = 1, .kind = "", .body = ""};
  ASSERT_TRUE(flow().commit_flow({all, empty}, {}));
  EXPECT_EQ(rows(), (std::vector<FlowRow>{empty, all}));
}

TEST_P(FlowContract, TheSameNumberTwiceIsAConflictAndNothingOfItIsKept) {
  ASSERT_TRUE(flow().commit_flow({row("wait:a", 1), row("wait:c", 1)}, {}));
  const auto refused = flow().commit_flow({row("wait:b", 1), row("wait:a", 1, R"({"other":1})")}, {"wait:c"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_EQ(rows(), (std::vector<FlowRow>{row("wait:a", 1), row("wait:c", 1)}));
  const auto doubled = flow().commit_flow({row("wait:d", 1), row("wait:d", 1)}, {});
  ASSERT_FALSE(doubled);
  EXPECT_EQ(doubled.error().code, ErrorCode::conflict);
  ASSERT_TRUE(flow().commit_flow({row("wait:a", 2)}, {})) << "what follows is written";
  EXPECT_EQ(rows().size(), 3U);
}

TEST_P(FlowContract, AForgottenStreamGoesAsAWholeInTheSameTransaction) {
  ASSERT_TRUE(flow().commit_flow({row("wait:a", 1), row("wait:a", 2), row("wait:ab", 1), row("mail:a", 1)}, {}));
  ASSERT_TRUE(flow().commit_flow({row("wait:a", 3), row("mail:b", 1)}, {"wait:a", "wait:nobody"}));
  EXPECT_EQ(rows(), (std::vector<FlowRow>{row("mail:a", 1), row("mail:b", 1), row("wait:ab", 1)}));
  ASSERT_TRUE(flow().commit_flow({row("wait:a", 1)}, {})) << "it may begin anew";
  EXPECT_EQ(rows().size(), 4U);
  ASSERT_TRUE(flow().commit_flow({}, {"wait:a"}));
  ASSERT_TRUE(flow().commit_flow({}, {}));
  EXPECT_EQ(rows().size(), 3U);
}

TEST_P(FlowContract, AnErrorOfWhoReadsEndsTheReading) {
  ASSERT_TRUE(flow().commit_flow({row("wait:a", 1), row("wait:a", 2), row("wait:b", 1)}, {}));
  int seen = 0;
  const auto read = flow().read_flow([&](const FlowRow& one) -> Result<> {
    ++seen;
    if (one.seq == 2) return make_error(ErrorCode::corrupt, "not this one");
    return {};
  });
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "not this one");
  EXPECT_EQ(seen, 2);
  EXPECT_EQ(rows().size(), 3U) << "and the next one begins at the beginning";
  ASSERT_TRUE(flow().commit_flow({row("wait:a", 3)}, {}));
}

FOR_EVERY_STORE(FlowContract);

using SqliteFlowFile = SqliteFileTest;

TEST_F(SqliteFlowFile, StreamsSurviveReopening) {
  {
    const auto store = open_sqlite_store(path_).value();
    ASSERT_TRUE(store->flow().commit_flow({row("wait:a", 1), row("wait:b", 1)}, {}));
    ASSERT_TRUE(store->flow().commit_flow({row("wait:a", 2)}, {"wait:b"}));
  }
  const auto store = open_sqlite_store(path_).value();
  EXPECT_EQ(read_all(store->flow()).value(), (std::vector<FlowRow>{row("wait:a", 1), row("wait:a", 2)}));
}

// Two servers on one file: the second one to write a number is told, and does not overwrite.
TEST_F(SqliteFlowFile, ASecondWriterIsTold) {
  const auto one = open_sqlite_store(path_).value();
  const auto other = open_sqlite_store(path_).value();
  ASSERT_TRUE(one->flow().commit_flow({row("clock", 1)}, {}));
  const auto refused = other->flow().commit_flow({row("clock", 1)}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
}

TEST_F(SqliteFlowFile, AReadErrorIsPassedOn) {
  const auto store = open_sqlite_store(path_).value();
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "DROP TABLE flow_journal", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  const auto read = read_all(store->flow());
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("no such table"), std::string::npos) << read.error().message;
  EXPECT_FALSE(store->flow().commit_flow({row("clock", 1)}, {}));
}

// All rooms of a store share its connection.
TEST_F(SqliteFlowFile, TwoThreadsAtOnceEndTheProcessBeforeTheyDamageTheFile) {
  const auto store = open_sqlite_store(path_).value();
  ASSERT_TRUE(store->flow().commit_flow({row("wait:a", 1)}, {}));
  const auto use_at_once = [&] {
    (void)store->flow().read_flow([&](const FlowRow&) -> Result<> {
      std::thread([&] { (void)store->run(domain::RunId{"r"}).has_value(); }).join();
      return {};
    });
  };
  EXPECT_DEATH(use_at_once(), "two threads at once in one connection to '.*t.db'");
  EXPECT_EQ(read_all(store->flow()).value().size(), 1U);
}

TEST_F(SqliteFlowFile, ThreadsMayTakeTurnsAndWhoIsHandedARowMayAskForMore) {
  const auto store = open_sqlite_store(path_).value();
  for (std::int64_t seq = 1; seq <= 5; ++seq) std::thread([&] { EXPECT_TRUE(store->flow().commit_flow({row("wait:a", seq)}, {})); }).join();
  std::size_t asked = 0;
  const auto read = store->flow().read_flow([&](const FlowRow&) -> Result<> {
    asked += store->tests().find_tests({}).has_value() && store->hooks().list_hooks().has_value() ? 1 : 0;
    return {};
  });
  EXPECT_TRUE(read);
  EXPECT_EQ(asked, 5U);
  std::thread([&] { EXPECT_EQ(read_all(store->flow()).value().size(), 5U); }).join();
}

}  // namespace
}  // namespace tamarack::store
