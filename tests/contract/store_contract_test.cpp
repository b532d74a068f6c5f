// What every store must do, run against each of them.
#include <SQLiteCpp/SQLiteCpp.h>

#include <barrier>
#include <functional>
#include <thread>

#include "tests/contract/contract_world.h"

namespace tamarack::store {
namespace {

class StoreContract : public StoreContractTest {
 protected:
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
    commit.results = {{domain::TestId{"t"}, {"t", {}, ""}, domain::Outcome::passed, Millis{i}, from_ms(i * 100)},
                      {domain::TestId{"gone"}, {"gone", {}, ""}, domain::Outcome::lost, Millis{1}, from_ms(i * 100)}};
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
    return ResultRow{domain::TestId{test}, {test, {}, ""}, outcome, Millis{1}, from_ms(at_ms)};
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

TEST_P(StoreContract, NoticesAreKeptByKeyUntilTheyAreForgotten) {
  EXPECT_TRUE(store_->notices()->empty());
  ASSERT_TRUE(store_->keep_notices({{"b", "1"}, {"a", "föö"}, {"c", "3"}, {"b", "2"}}));
  EXPECT_EQ(store_->notices().value(), (std::vector<NoticeRow>{{"a", "föö"}, {"b", "2"}, {"c", "3"}})) << "the newest per key, by key";
  ASSERT_TRUE(store_->keep_notices({{"a", ""}, {"never", ""}, {"c", ""}, {"c", "4"}}));
  EXPECT_EQ(store_->notices().value(), (std::vector<NoticeRow>{{"b", "2"}, {"c", "4"}})) << "in the order in which they came";
  ASSERT_TRUE(store_->keep_notices({}));
  if (is_sqlite()) {
    open();
    EXPECT_EQ(store_->notices()->size(), 2U);
  }
}

RequestRow request_of(const std::string& run, const std::string& identity, std::int64_t at) {
  return {.run = domain::RunId{run},
          .project = "p",
          .identity = identity,
          .at = from_ms(at),
          .body = R"({"version":1,"branch":"föö"})",
          .carried_from = "r-old",
          .config = "e2e/tamarack.toml",
          .workspace = "abc"};
}

TEST_P(StoreContract, ARequestIsKeptWithTheCommitThatBringsIt) {
  Commit commit = commit_of("r", 1);
  commit.request = request_of("r", "github/1", 5);
  ASSERT_TRUE(store_->commit(commit));
  EXPECT_EQ(store_->request(domain::RunId{"r"}).value(), request_of("r", "github/1", 5));
  EXPECT_EQ(store_->request(domain::RunId{"other"}).value(), std::nullopt);
}

TEST_P(StoreContract, ARunIsAskedForOnceAndNothingOfASecondRequestStays) {
  Commit first = commit_of("r", 1);
  first.request = request_of("r", "github/1", 5);
  ASSERT_TRUE(store_->commit(first));
  Commit second = commit_of("r", 2);
  second.request = request_of("r", "github/2", 6);
  const auto refused = store_->commit(second);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_EQ(store_->journal(domain::RunId{"r"})->size(), 1U);
  EXPECT_EQ(store_->request(domain::RunId{"r"}).value()->identity, "github/1");
}

TEST_P(StoreContract, ARefusedCommitLeavesNoRequest) {
  ASSERT_TRUE(store_->commit(commit_of("r", 1)));
  Commit second = commit_of("r", 1);
  second.request = request_of("r", "github/1", 5);
  ASSERT_FALSE(store_->commit(second));
  EXPECT_EQ(store_->request(domain::RunId{"r"}).value(), std::nullopt);
}

TEST_P(StoreContract, TheNewestRequestOfAnIdentityIsFoundInItsProjectOnly) {
  const auto ask = [&](const std::string& run, const std::string& project, const std::string& identity, std::int64_t at) {
    Commit commit = commit_of(run, 1);
    commit.request = request_of(run, identity, at);
    commit.request->project = project;
    ASSERT_TRUE(store_->commit(commit));
  };
  ask("r2", "p", "github/1", 20);
  ask("r1", "p", "github/1", 10);
  ask("r3", "bank", "github/1", 30);
  ask("r4", "p", "github/2", 40);
  ask("r5", "p", "", 50);
  ask("r6", "p", "same/time", 60);
  ask("r7", "p", "same/time", 60);
  EXPECT_EQ(store_->newest_request("p", "github/1").value()->run.value, "r2");
  EXPECT_EQ(store_->newest_request("bank", "github/1").value()->run.value, "r3");
  EXPECT_EQ(store_->newest_request("p", "same/time").value()->run.value, "r7");
  EXPECT_EQ(store_->newest_request("p", "github/3").value(), std::nullopt);
  EXPECT_EQ(store_->newest_request("p", "").value(), std::nullopt) << "no identity is nobody's";
}

TEST_P(StoreContract, TheNewestWorkspaceOfAProjectComesWithoutItsPlan) {
  const auto add = [&](const std::string& run, std::int64_t at, const std::string& project, const std::string& workspace) {
    Commit commit = commit_of(run, 1);
    commit.request = request_of(run, "", at);
    commit.request->project = project;
    commit.request->workspace = workspace;
    ASSERT_TRUE(store_->commit(commit));
  };
  EXPECT_EQ(store_->newest_workspace("p").value(), std::nullopt);
  add("r1", 10, "p", "w1");
  add("r2", 30, "p", "w2");
  add("r3", 20, "p", "w3");
  add("r4", 40, "bank", "w4");
  add("r5", 50, "p", "");
  const auto newest = store_->newest_workspace("p").value();
  ASSERT_TRUE(newest);
  EXPECT_EQ(newest->run.value + " " + newest->workspace + " " + newest->config + newest->body, "r2 w2 e2e/tamarack.toml");
  EXPECT_EQ(store_->newest_workspace("bank").value()->workspace, "w4");
}

TEST_P(StoreContract, RequestsAreUnfinishedUntilTheirRunHasAnEnd) {
  for (const auto& [run, at] : std::map<std::string, int>{{"r1", 30}, {"r2", 20}, {"r3", 10}}) {
    Commit commit = commit_of(run, 1);
    commit.request = request_of(run, "", at);
    if (run != "r2") commit.run_row = row_of(run, at);
    if (run == "r1") commit.run_row->finished.reset();
    ASSERT_TRUE(store_->commit(commit));
  }
  const auto unfinished = [&] {
    std::vector<std::string> runs;
    const auto rows = store_->unfinished_requests().value();
    for (const RequestRow& row : rows) runs.push_back(row.run.value);
    return runs;
  };
  EXPECT_EQ(unfinished(), (std::vector<std::string>{"r2", "r1"})) << "r2 has not begun, r1 goes on, r3 has ended";
  Commit end = commit_of("r1", 2);
  end.run_row = row_of("r1", 30);
  ASSERT_TRUE(store_->commit(end));
  EXPECT_EQ(unfinished(), std::vector<std::string>{"r2"});
}

class RunsContract : public StoreContract {
 protected:
  void SetUp() override {
    StoreContract::SetUp();
    //   run   started project  branch    verdict        headline               commit
    add("r-1", 100, "shop", "main", "passed", "all 2 tests passed", "abc1");
    add("r-2", 200, "shop", "feature/x", "failed", "1 of 2 tests failed", "abc2");
    add("r-3", 200, "bank", "main", "failed", "2 of 2 TESTS failed", "def3");
    add("r-4", 300, "shop", "main", "", "", "def4");
    add("r-5", 400, "shop", "main", "cancelled", "100%_sure", "fff5");
  }
  void add(const std::string& run, std::int64_t started, const std::string& project, const std::string& branch, const std::string& verdict,
           const std::string& headline, const std::string& commit_id) {
    Commit commit = commit_of(run, 1);
    commit.run_row = row_of(run, started);
    commit.run_row->project = project;
    commit.run_row->branch = branch;
    commit.run_row->verdict = verdict;
    if (verdict.empty()) commit.run_row->finished.reset();
    commit.run_row->headline = headline;
    commit.run_row->commit = commit_id;
    ASSERT_TRUE(store_->commit(commit));
  }
  std::string found(const RunFilter& filter) {
    std::string runs;
    const RunPage page = store_->find_runs(filter).value();
    for (const RunRow& row : page.runs) runs += row.run.value.substr(2);
    return runs;
  }
};

TEST_P(RunsContract, RunsAreFoundByEveryPartOfAFilter) {
  EXPECT_EQ(found({}), "54321") << "newest first, the greater id first at the same time";
  EXPECT_EQ(found({.project = "shop"}), "5421");
  EXPECT_EQ(found({.project = "Shop"}), "");
  EXPECT_EQ(found({.branch = "main"}), "5431");
  EXPECT_EQ(found({.verdict = "failed"}), "32");
  EXPECT_EQ(found({.verdict = "unfinished"}), "4");
  EXPECT_EQ(found({.project = "shop", .branch = "main", .verdict = "passed"}), "1");
  EXPECT_EQ(found({.project = "bank", .verdict = "unfinished"}), "");
}

TEST_P(RunsContract, TextIsAPartOfIdHeadlineBranchOrCommitInEitherCase) {
  EXPECT_EQ(found({.text = "R-3"}), "3");
  EXPECT_EQ(found({.text = "Tests Failed"}), "32");
  EXPECT_EQ(found({.text = "EATURE/"}), "2");
  EXPECT_EQ(found({.text = "Abc"}), "21");
  EXPECT_EQ(found({.text = "shop"}), "") << "the project has a filter of its own";
  EXPECT_EQ(found({.text = "%_"}), "5") << "no wildcards";
  EXPECT_EQ(found({.text = "_"}), "5");
  EXPECT_EQ(found({.project = "shop", .text = "abc"}), "21");
}

TEST_P(RunsContract, PagesFollowEachOtherWhateverIsAddedMeanwhile) {
  const RunPage first = store_->find_runs({.limit = 2}).value();
  ASSERT_EQ(first.runs.size(), 2U);
  ASSERT_FALSE(first.next.empty());
  add("r-6", 500, "shop", "main", "passed", "", "");
  EXPECT_EQ(found({.limit = 2, .before = first.next}), "32") << "r-3 and r-2 began in the same millisecond";
  const RunPage second = store_->find_runs({.limit = 2, .before = first.next}).value();
  const RunPage third = store_->find_runs({.limit = 2, .before = second.next}).value();
  ASSERT_EQ(third.runs.size(), 1U);
  EXPECT_EQ(third.next, "") << "nothing follows";
  EXPECT_EQ(store_->find_runs({.limit = 6}).value().next, "") << "exactly as many as there are";
  const RunPage between = store_->find_runs({.limit = 4}).value();
  EXPECT_EQ(between.runs.back().run.value, "r-3");
  EXPECT_EQ(found({.before = between.next}), "21");
  EXPECT_EQ(found({.project = "shop", .before = between.next}), "21");
}

TEST_P(RunsContract, ALimitIsBroughtIntoItsRangeAndACursorThatIsNoneIsRefused) {
  EXPECT_EQ(found({.limit = 0}), "5");
  EXPECT_EQ(found({.limit = -7}), "5");
  EXPECT_EQ(found({.limit = 1'000'000}), "54321");
  for (const std::string before : {"x", "12", "~r-1", "12~", "12x~r-1", "99999999999999999999~r"}) {
    const auto refused = store_->find_runs({.before = before});
    ASSERT_FALSE(refused) << before;
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument) << before;
  }
}

TEST_P(RunsContract, ProjectsAreListedWithTheirNewestRun) {
  const auto rows = store_->projects().value();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].project, "bank");
  EXPECT_EQ(rows[0].runs, 1);
  EXPECT_EQ(rows[1].project, "shop");
  EXPECT_EQ(rows[1].runs, 4);
  EXPECT_EQ(rows[1].newest, store_->run(domain::RunId{"r-5"}).value());
}

FOR_EVERY_STORE(RunsContract);

FOR_EVERY_STORE(StoreContract);

TEST(SqliteStore, SurvivesReopening) {
  const TestFolder folder;
  const std::string path = folder.database();
  ASSERT_TRUE((*open_sqlite_store(path))->commit({.run = domain::RunId{"r"}, .project = "p", .rows = {{1, from_ms(1), "k", "{}"}}}));
  EXPECT_EQ((*open_sqlite_store(path))->journal(domain::RunId{"r"})->size(), 1U);
}

// What can wait says so after its patience; what need not be noted right now does not wait at all.
TEST(SqliteStore, WhileSomebodyElseWrites) {
  const TestFolder folder;
  const std::string path = folder.database();
  ASSERT_TRUE(open_sqlite_store(path));
  SQLite::Database other(path, SQLite::OPEN_READWRITE);
  const SQLite::Transaction writing(other, SQLite::TransactionBehavior::IMMEDIATE);
  const auto store = *open_sqlite_store(path, Millis{1});
  EXPECT_EQ(store->commit({.run = domain::RunId{"r"}, .project = "p", .rows = {{2, from_ms(2), "k", "{}"}}}).error().code,
            ErrorCode::unavailable);
  EXPECT_TRUE(store->access().touch_token(domain::TokenId{"t"}, from_ms(1)));
}

// Two machines of a CI job in one checkout, a run beside a server: whoever comes first makes the file, and nobody hears of it.
TEST(SqliteStore, IsMadeOnceByManyAtTheSameMoment) {
  for (int round = 0; round < 10; ++round) {
    const TestFolder folder;
    const std::string path = folder.database();
    std::barrier start(8);
    std::vector<std::string> errors(8);
    std::vector<std::thread> threads;
    for (std::string& error : errors)
      threads.emplace_back([&] {
        start.arrive_and_wait();
        const auto store = open_sqlite_store(path);
        if (!store) error = store.error().message;
      });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(errors, std::vector<std::string>(8));
  }
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
