// A database that an earlier tamarack left is brought up to date, with everything in it.
#include <sqlite3.h>

#include <fstream>
#include <sstream>

#include "tests/contract/contract_world.h"

namespace tamarack::store {
namespace {

using domain::TestId;

const FigureRules no_rules{.set_aside = [](const domain::RunFailures&) { return std::string(); },
                           .figures =
                               [](std::span<const domain::Execution> executions) {
                                 return domain::Figures{.runs = static_cast<std::int64_t>(executions.size())};
                               }};

class OldDatabase : public SqliteFileTest {
 protected:
  static std::string sql_file(const std::string& name) {
    std::ostringstream text;
    text << std::ifstream(TAMARACK_SOURCE_DIR "/src/store/sqlite/" + name).rdbuf();
    return text.str();
  }
  void execute(const std::string& sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
  }
  std::string ask(const std::string& sql) {
    sqlite3* db = nullptr;
    EXPECT_EQ(sqlite3_open(path_.c_str(), &db), SQLITE_OK);
    std::string answer;
    const auto take = [](void* out, int, char** values, char**) {
      *static_cast<std::string*>(out) += std::string(values[0]) + ";";
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), take, &answer, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
    return answer;
  }
};

// Version 3: the one before requests, figures and attempts were remembered.
TEST_F(OldDatabase, OfTheVersionBeforeIsBroughtUpToDateWithItsHistory) {
  execute(
      sql_file("schema.sql") + sql_file("migrate_access.sql") + sql_file("migrate_cause.sql") +
      R"(INSERT INTO runs VALUES ('r1','p','pytest',100,150,'failed','1 of 2 tests failed',1,2,1,1,0,0,0,0,0,0,1,'7',50,40,45,2,'main','abc');
             INSERT INTO runs VALUES ('r2','p','pytest',200,NULL,'','',4,2,0,0,0,0,0,0,0,0,1,'7',0,0,0,0,'main','abd');
             INSERT INTO results VALUES ('p','t1',110,'r1','a.py › Group › test_one [x]','passed',12);
             INSERT INTO results VALUES ('p','t2',120,'r1','a.py','failed',13);
             INSERT INTO results VALUES ('p','t1',90,'r0','old.py › test_one','passed',11);
             INSERT INTO journal VALUES ('r2',2,205,'worker_joined','{"b":1}','s1',7);
             INSERT INTO journal VALUES ('r2',1,200,'run_planned','{"a":1}','',0);
             PRAGMA user_version = 3;)");
  {
    const auto store = open_sqlite_store(path_);
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_EQ((*store)->run(domain::RunId{"r1"}).value()->commit, "abc");
    const auto journal = (*store)->journal(domain::RunId{"r2"}).value();
    ASSERT_EQ(journal.size(), 2U);
    EXPECT_EQ(journal[0].kind + journal[1].kind + journal[1].body, R"(run_plannedworker_joined{"b":1})");
    EXPECT_EQ(journal[1].session + std::to_string(journal[1].message), "s17");
    const store::JournalRow taken{.seq = 2, .at = from_ms(210), .kind = "worker_ready", .body = "{}"};
    EXPECT_EQ((*store)->commit({.run = domain::RunId{"r2"}, .project = "p", .rows = {taken}}).error().code, ErrorCode::conflict);
    EXPECT_EQ((*store)->find_runs({.verdict = "unfinished"}).value().runs.size(), 1U);
    while ((*store)->tests().refresh(no_rules, 1).value() > 0) {
    }
    const TestRow row = (*store)->tests().find_test("p", TestId{"t1"}).value().value();
    EXPECT_EQ(row.identity, (domain::TestIdentity{"a.py", {"Group › test_one [x]"}, ""}))
        << "the newest name, taken apart as far as it goes";
    EXPECT_EQ(row.figures.runs, 1) << "of r0 nothing is known but this result";
    EXPECT_EQ((*store)->tests().find_test("p", TestId{"t2"}).value()->identity, (domain::TestIdentity{"a.py", {}, ""}));
    const auto executions = (*store)->tests().executions("p", TestId{"t2"}, 9).value();
    ASSERT_EQ(executions.size(), 1U);
    EXPECT_EQ(executions[0].attempts, 1);
    EXPECT_EQ((*store)->history("p").value().tests.at(TestId{"t1"}).timings.size(), 2U);
    EXPECT_EQ((*store)->history("p").value().failed_when_last_run, std::vector{TestId{"t2"}});
  }
  EXPECT_EQ(ask("PRAGMA integrity_check"), "ok;");
  ASSERT_TRUE(open_sqlite_store(path_)) << "and stays so";
}

// Version 5: the one before notices; of a request only its body said what it asks for.
TEST_F(OldDatabase, RequestsOfBeforeNoticesAreKept) {
  execute(sql_file("schema.sql") + sql_file("migrate_access.sql") + sql_file("migrate_cause.sql") + sql_file("migrate_requests.sql") +
          sql_file("migrate_tests.sql") +
          R"(INSERT INTO requests VALUES ('r1','p','ci/7',100,'{"config":"tamarack.toml"}','');
             PRAGMA user_version = 5;)");
  {
    const auto store = open_sqlite_store(path_);
    ASSERT_TRUE(store) << store.error().message;
    const auto request = (*store)->newest_request("p", "ci/7").value();
    ASSERT_TRUE(request);
    EXPECT_EQ(request->config + request->workspace, "");
    EXPECT_EQ(request->body, R"({"config":"tamarack.toml"})");
    EXPECT_EQ((*store)->newest_workspace("p").value(), std::nullopt);
    ASSERT_TRUE((*store)->keep_notices({{"a", "1"}}));
    EXPECT_EQ((*store)->notices()->size(), 1U);
  }
  EXPECT_EQ(ask("PRAGMA integrity_check"), "ok;");
}

// Version 7: the one before retention; what a run refers to stood in its journal only.
TEST_F(OldDatabase, ArtifactsOfRunsThatWereAskedForAreFoundInTheirJournals) {
  execute(sql_file("schema.sql") + sql_file("migrate_access.sql") + sql_file("migrate_cause.sql") + sql_file("migrate_requests.sql") +
          sql_file("migrate_tests.sql") + sql_file("migrate_notices.sql") + sql_file("migrate_journal.sql") +
          R"(INSERT INTO runs VALUES ('r1','p','pytest',100,150,'failed','',1,2,1,1,0,0,0,0,0,0,1,'7',50,40,45,2,'main','abc','');
             INSERT INTO requests VALUES ('r1','p','ci/7',100,'{}','','tamarack.toml','w');
             INSERT INTO journal VALUES ('r1',1,110,'artifact_stored','{"attachment":{"sha256":"aa","size":12}}','',0);
             INSERT INTO journal VALUES ('r1',2,110,'artifact_stored','{"attachment":{"sha256":"","size":0}}','',0);
             INSERT INTO journal VALUES ('r1',3,110,'artifact_stored','not JSON','',0);
             INSERT INTO journal VALUES ('r2',1,110,'artifact_stored','{"attachment":{"sha256":"bb","size":12}}','',0);
             PRAGMA user_version = 7;)");
  const auto store = open_sqlite_store(path_);
  ASSERT_TRUE(store) << store.error().message;
  const auto runs = (*store)->retention().asked_runs().value();
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].artifact_bytes, 12);
  EXPECT_EQ((*store)->retention().artifacts_in_use("p", std::vector<std::string>{"aa", "bb"}).value(), std::set<std::string>{"aa"})
      << "a run without a server is nobody's to remove";
  EXPECT_TRUE((*store)->run(domain::RunId{"r1"}).value()->refused.empty());
}

// Version 8: the one before jobs, waits and mailboxes.
TEST_F(OldDatabase, OneWithoutWaitsGetsTheirTable) {
  execute(sql_file("schema.sql") + sql_file("migrate_access.sql") + sql_file("migrate_cause.sql") + sql_file("migrate_requests.sql") +
          sql_file("migrate_tests.sql") + sql_file("migrate_notices.sql") + sql_file("migrate_journal.sql") +
          sql_file("migrate_retention.sql") +
          R"(INSERT INTO journal VALUES ('r1',1,110,'run_planned','{}','',0);
             PRAGMA user_version = 8;)");
  const FlowRow row{.stream = "wait:w", .seq = 1, .at = from_ms(5), .kind = "wait_parked", .body = "{}"};
  {
    const auto store = open_sqlite_store(path_);
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_TRUE((*store)->flow().commit_flow({row}, {}));
    EXPECT_EQ((*store)->journal_end(domain::RunId{"r1"}).value(), 1);
  }
  const auto store = open_sqlite_store(path_);
  std::vector<FlowRow> rows;
  ASSERT_TRUE((*store)->flow().read_flow([&](const FlowRow& one) {
    rows.push_back(one);
    return Result<>{};
  }));
  EXPECT_EQ(rows, std::vector{row});
  EXPECT_EQ(ask("PRAGMA integrity_check"), "ok;");
}

// Version 11: the one before webhooks for one wait.
TEST_F(OldDatabase, ItsWebhooksServeEveryWaitAsBefore) {
  execute(sql_file("schema.sql") + sql_file("migrate_access.sql") + sql_file("migrate_cause.sql") + sql_file("migrate_requests.sql") +
          sql_file("migrate_tests.sql") + sql_file("migrate_notices.sql") + sql_file("migrate_journal.sql") +
          sql_file("migrate_retention.sql") + sql_file("migrate_flow.sql") + sql_file("migrate_results.sql") +
          sql_file("migrate_hooks.sql") +
          R"(INSERT INTO hooks VALUES ('aa','shop','shop/paid','none','','X-Sum',5,NULL);
             PRAGMA user_version = 11;)");
  const auto store = open_sqlite_store(path_);
  ASSERT_TRUE(store) << store.error().message;
  const auto hook = (*store)->hooks().find_hook("aa").value();
  ASSERT_TRUE(hook);
  EXPECT_EQ(hook->key, "shop/paid");
  EXPECT_FALSE(hook->once);
}

}  // namespace
}  // namespace tamarack::store
