// What every store must do when something is to go, run against each of them.
#include "tests/contract/contract_world.h"

namespace tamarack::store {
namespace {

using domain::RunId;
using domain::TestId;

class RetentionContract : public StoreContractTest {
 protected:
  void add(const std::string& run, int at, bool finished, const std::vector<ArtifactRow>& artifacts = {},
           const std::string& identity = {}) {
    Commit commit{.run = RunId{run}, .project = "p"};
    for (int seq = 1; seq <= 5; ++seq) commit.rows.push_back({seq, from_ms(at), "tick", "{}"});
    commit.request = RequestRow{.run = RunId{run},
                                .project = "p",
                                .identity = identity,
                                .at = from_ms(at),
                                .body = "{}",
                                .carried_from = {},
                                .config = "t.toml",
                                .workspace = "w-" + run};
    RunRow row{.run = RunId{run}, .project = "p", .framework = "command", .started = from_ms(at)};
    if (finished) row.finished = from_ms(at + 5);
    row.verdict = finished ? "failed" : "";
    row.refused = {"agent 'a' lied", "agent 'b' lied, too"};
    commit.run_row = row;
    commit.results = {{TestId{"t"}, {"t", {}, ""}, domain::Outcome::failed, Millis{7}, from_ms(at + 1)}};
    commit.artifacts = artifacts;
    ASSERT_TRUE(store_->commit(commit));
  }
  RetentionStore& retention() { return store_->retention(); }
  void clear() {
    while (retention().clear_hidden(2).value()) {
    }
  }
};

TEST_P(RetentionContract, RunsThatWereAskedForAreListedWithWhatTheyHold) {
  add("b", 20, false);
  add("a", 10, true, {{"x", 100}, {"y", 11}, {"x", 100}}, "ci/7");
  RunRow local{.run = RunId{"local"}, .project = "p", .started = from_ms(5), .finished = from_ms(6), .verdict = "passed"};
  ASSERT_TRUE(store_->commit({.run = local.run, .project = "p", .run_row = local}));
  const AskedRun a{
      .run = RunId{"a"}, .project = "p", .identity = "ci/7", .asked = from_ms(10), .finished = from_ms(15), .artifact_bytes = 111};
  const AskedRun b{.run = RunId{"b"}, .project = "p", .identity = {}, .asked = from_ms(20), .finished = std::nullopt};
  EXPECT_EQ(retention().asked_runs().value(), (std::vector{a, b})) << "a run without a server is nobody's to remove";
  EXPECT_EQ(store_->journal_end(RunId{"a"}).value(), 5);
  EXPECT_EQ(store_->journal_end(RunId{"none"}).value(), 0);
  EXPECT_EQ(store_->run(RunId{"a"}).value()->refused, (std::vector<std::string>{"agent 'a' lied", "agent 'b' lied, too"}));
}

TEST_P(RetentionContract, ARemovedRunIsOutOfSightAndItsTestsKeepTheirHistory) {
  add("a", 10, true, {{"x", 1}, {"y", 1}});
  add("b", 20, true, {{"y", 1}});
  const auto before = store_->tests().executions("p", TestId{"t"}, 9).value();
  ASSERT_TRUE(retention().hide_run(RunId{"a"}, from_ms(99)));
  EXPECT_EQ(store_->run(RunId{"a"}).value(), std::nullopt);
  EXPECT_EQ(store_->runs(9).value().size(), 1U);
  EXPECT_EQ(store_->find_runs({}).value().runs.size(), 1U);
  EXPECT_EQ(store_->projects().value()[0].runs, 1);
  EXPECT_EQ(retention().asked_runs().value().size(), 1U);
  EXPECT_EQ(retention().removed_run(RunId{"a"}).value(), (RemovedRun{"p", from_ms(99)}));
  EXPECT_EQ(retention().removed_run(RunId{"b"}).value(), std::nullopt);
  EXPECT_EQ(retention().artifacts_in_use("p", std::vector<std::string>{"x", "y", "z"}).value(), std::set<std::string>{"y"});
  EXPECT_TRUE(retention().artifacts_in_use("other", std::vector<std::string>{"y"}).value().empty());
  EXPECT_TRUE(retention().clear_hidden(2).value()) << "in steps";
  EXPECT_EQ(store_->journal(RunId{"a"}).value().size(), 3U);
  clear();
  EXPECT_TRUE(store_->journal(RunId{"a"}).value().empty());
  EXPECT_EQ(store_->journal(RunId{"b"}).value().size(), 5U);
  EXPECT_EQ(store_->tests().executions("p", TestId{"t"}, 9).value(), before);
  EXPECT_TRUE(store_->history("p").value().has_run);
}

// A retried job has to find that its last run is not there, and not the one before.
TEST_P(RetentionContract, TheNewestOfAnIdentityStaysTheNewest) {
  add("a", 10, true, {}, "ci/7");
  add("b", 20, true, {}, "ci/7");
  ASSERT_TRUE(retention().hide_run(RunId{"b"}, from_ms(99)));
  clear();
  const auto newest = store_->newest_request("p", "ci/7").value();
  ASSERT_TRUE(newest);
  EXPECT_EQ(newest->run.value, "b");
  EXPECT_EQ(newest->body, "") << "and nothing of what it asked for";
}

TEST_P(RetentionContract, WhatHasNoEndOrIsGoneIsNotRemoved) {
  add("a", 10, false);
  EXPECT_EQ(retention().hide_run(RunId{"a"}, from_ms(99)).error().code, ErrorCode::conflict);
  EXPECT_EQ(retention().hide_run(RunId{"none"}, from_ms(99)).error().code, ErrorCode::not_found);
  add("b", 20, true);
  ASSERT_TRUE(retention().hide_run(RunId{"b"}, from_ms(99)));
  EXPECT_EQ(retention().hide_run(RunId{"b"}, from_ms(100)).error().code, ErrorCode::not_found);
  clear();
  EXPECT_FALSE(retention().clear_hidden(2).value());
}

FOR_EVERY_STORE(RetentionContract);

}  // namespace
}  // namespace tamarack::store
