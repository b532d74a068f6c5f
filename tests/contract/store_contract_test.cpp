// What every store must do, run against each of them.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <functional>

#include "store/memory/memory_store.h"
#include "store/sqlite/sqlite_store.h"

namespace tamarack::store {
namespace {

class StoreContract : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/tamarack-store-XXXXXX";
    folder_ = mkdtemp(folder);
    open();
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  void open() {
    store_.reset();
    if (GetParam()) {
      auto opened = open_sqlite_store(folder_ + "/t.db");
      ASSERT_TRUE(opened) << opened.error().message;
      store_ = std::move(*opened);
    } else {
      store_ = std::make_unique<MemoryStore>();
    }
  }
  static Commit commit_of(const std::string& run, std::int64_t seq) {
    return {.run = domain::RunId{run},
            .project = "p",
            .rows = {{seq, from_ms(seq), "tick", R"({"n":1})", seq % 2 == 0 ? "agent#1" : "", seq % 2 == 0 ? 40 + seq : 0}}};
  }
  static RunRow row_of(const std::string& run, std::int64_t started) {
    RunRow row{.run = domain::RunId{run},
               .project = "p",
               .framework = "command",
               .started = from_ms(started),
               .finished = from_ms(started + 5),
               .verdict = "failed",
               .headline = "1 of 2 tests failed",
               .exit_code = 1,
               .workers = 2,
               .seed = 0xffffffffffffffffULL,
               .wall = Millis{5},
               .lower_bound = Millis{4},
               .busy = Millis{6},
               .attempts = 3,
               .branch = "main",
               .commit = "abc"};
    row.ledger = {.planned = 2, .passed = 1, .failed = 1};
    return row;
  }

  std::string folder_;
  std::unique_ptr<Store> store_;
};

TEST_P(StoreContract, JournalComesBackInOrder) {
  ASSERT_TRUE(store_->commit(commit_of("r", 1)));
  ASSERT_TRUE(store_->commit(commit_of("r", 2)));
  const auto rows = store_->journal(domain::RunId{"r"});
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ((*rows)[1], (JournalRow{2, from_ms(2), "tick", R"({"n":1})", "agent#1", 42})) << "with the message that brought it about";
  EXPECT_TRUE(store_->journal(domain::RunId{"other"})->empty());
  ASSERT_EQ(store_->journal(domain::RunId{"r"}, 1)->size(), 1U);
  EXPECT_EQ(store_->journal(domain::RunId{"r"}, 1)->front().seq, 2);
  EXPECT_TRUE(store_->journal(domain::RunId{"r"}, 2)->empty());
}

TEST_P(StoreContract, ASecondWriterIsRefusedAndNothingOfItsCommitStays) {
  ASSERT_TRUE(store_->commit(commit_of("r", 1)));
  Commit second = commit_of("r", 1);
  second.run_row = row_of("r", 10);
  const auto refused = store_->commit(second);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_EQ(store_->run(domain::RunId{"r"})->has_value(), false);
}

TEST_P(StoreContract, RunsAreListedNewestFirstWithEveryField) {
  Commit first = commit_of("a", 1);
  first.run_row = row_of("a", 10);
  Commit second = commit_of("b", 1);
  second.run_row = row_of("b", 20);
  ASSERT_TRUE(store_->commit(first));
  ASSERT_TRUE(store_->commit(second));
  const auto rows = store_->runs(10);
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ((*rows)[0], row_of("b", 20));
  EXPECT_EQ((*rows)[1], row_of("a", 10));
  EXPECT_EQ(store_->runs(1)->size(), 1U);
}

TEST_P(StoreContract, HistoryKeepsTheNewestDurationsAndLeavesOutWhatWasLost) {
  for (int i = 1; i <= 30; ++i) {
    Commit commit = commit_of("r" + std::to_string(i), 1);
    commit.run_row = row_of("r" + std::to_string(i), i * 100);
    commit.results = {{domain::TestId{"t"}, "t", domain::Outcome::passed, Millis{i}, from_ms(i * 100)},
                      {domain::TestId{"gone"}, "gone", domain::Outcome::lost, Millis{1}, from_ms(i * 100)}};
    commit.starts = {{true, Millis{1000 + i}, from_ms(i * 100)}, {false, Millis{7}, from_ms(i * 100)}};
    ASSERT_TRUE(store_->commit(commit));
  }
  const auto history = store_->history("p");
  ASSERT_TRUE(history);
  EXPECT_TRUE(history->has_run);
  const auto& timings = history->tests.at(domain::TestId{"t"}).timings;
  ASSERT_EQ(timings.size(), static_cast<std::size_t>(timings_per_test_max));
  EXPECT_EQ(timings.front().duration, Millis{30});
  EXPECT_FALSE(history->tests.contains(domain::TestId{"gone"}));
  EXPECT_EQ(history->framework_starts.front(), Millis{1030});
  EXPECT_EQ(history->app_starts.size(), 30U);
  EXPECT_EQ(history->failed_when_last_run, std::vector{domain::TestId{"gone"}});
  EXPECT_FALSE(store_->history("another project")->has_run);
}

TEST_P(StoreContract, ATestHasFailedUntilItPassesWhateverOtherRunsDid) {
  const auto finish = [&](const std::string& run, int at_ms, std::vector<ResultRow> results) {
    Commit commit = commit_of(run, 1);
    commit.run_row = row_of(run, at_ms);
    commit.results = std::move(results);
    ASSERT_TRUE(store_->commit(commit));
  };
  const auto result = [](const std::string& test, domain::Outcome outcome, int at_ms) {
    return ResultRow{domain::TestId{test}, test, outcome, Millis{1}, from_ms(at_ms)};
  };
  finish(
      "r1", 100,
      {result("a", domain::Outcome::failed, 101), result("b", domain::Outcome::never_ran, 102), result("c", domain::Outcome::passed, 103)});
  finish("r2", 200, {result("c", domain::Outcome::passed, 201)});
  EXPECT_EQ(store_->history("p")->failed_when_last_run, (std::vector{domain::TestId{"a"}, domain::TestId{"b"}}));
  finish("r3", 300, {result("a", domain::Outcome::flaky, 301)});
  EXPECT_EQ(store_->history("p")->failed_when_last_run, std::vector{domain::TestId{"b"}});
  finish("r4", 400, {result("c", domain::Outcome::failed, 401), result("b", domain::Outcome::skipped, 402)});
  EXPECT_EQ(store_->history("p")->failed_when_last_run, std::vector{domain::TestId{"c"}});
}

TEST_P(StoreContract, CacheAnswersWithTheNewestValue) {
  EXPECT_EQ(*store_->cached("k"), std::nullopt);
  ASSERT_TRUE(store_->remember("k", "1"));
  ASSERT_TRUE(store_->remember("k", "2"));
  EXPECT_EQ(*store_->cached("k"), "2");
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract, testing::Values(false, true),
                         [](const auto& info) { return info.param ? "sqlite" : "memory"; });

TEST(SqliteStore, SurvivesReopening) {
  char folder[] = "/tmp/tamarack-store-XXXXXX";
  const std::string path = std::string(mkdtemp(folder)) + "/t.db";
  ASSERT_TRUE((*open_sqlite_store(path))->commit({.run = domain::RunId{"r"}, .project = "p", .rows = {{1, from_ms(1), "k", "{}"}}}));
  EXPECT_EQ((*open_sqlite_store(path))->journal(domain::RunId{"r"})->size(), 1U);
  std::filesystem::remove_all(folder);
}

TEST(SqliteStore, SaysWhatIsWrongWithTheFile) {
  const auto missing = open_sqlite_store("/nonexistent/folder/t.db");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::io);
  EXPECT_FALSE(missing.error().hint.empty());
  const auto not_a_db = open_sqlite_store("/etc/passwd");
  ASSERT_FALSE(not_a_db);
}

}  // namespace
}  // namespace tamarack::store
