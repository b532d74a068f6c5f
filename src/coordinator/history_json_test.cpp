#include "coordinator/history_json.h"

#include <gtest/gtest.h>

#include "coordinator/projection.h"
#include "coordinator/test_figures.h"
#include "store/memory/memory_store.h"

namespace tamarack::coordinator {
namespace {

using domain::Outcome;

const Instant noon = from_ms(1'700'000'000'000);

store::TestRow known_row() {
  return {.test = domain::TestId{"00ff"},
          .identity = {"cart.spec.ts", {"guest", "says \"hi\""}, "chromium"},
          .figures = {.runs = 4, .passed = 2, .failed = 1, .flaky = 1, .flips = 2, .pairs = 3, .p50 = Millis{120}, .p95 = Millis{300}},
          .last_outcome = Outcome::flaky,
          .last_run = domain::RunId{"r-2"},
          .last_at = noon};
}

constexpr const char* known_json =
    R"({"test_id":"00ff","spec":"cart.spec.ts","title_path":["guest","says \"hi\""],"parameters":"chromium","runs":4,"passed":2,"failed":1,)"
    R"("flaky":1,"failure_rate":0.25,"flip_rate":0.666667,"flaky_rate":0.25,"p50_ms":120,"p95_ms":300,"trend":0,"last_outcome":"flaky",)"
    R"("last_run_id":"r-2","last_at":"2023-11-14T22:13:20.000Z","quarantine":null)";

TEST(HistoryJson, AListOfTestsHasTheShapeOfTheContract) {
  EXPECT_EQ(tests_json({}, {}), R"({"tests":[]})");
  EXPECT_EQ(tests_json({.tests = {known_row()}, .next = "flaky~00ff~3"}, {}),
            fmt::format(R"({{"tests":[{}}}],"next":"flaky~00ff~3"}})", known_json));
}

TEST(HistoryJson, ATestSaysWhoQuarantinedItAndItsTrend) {
  store::TestRow row = known_row();
  row.figures.trend = 1.25;
  const std::string json = tests_json({.tests = {row}}, [](const store::TestRow& one) {
    EXPECT_EQ(one.test.value, "00ff");
    return QuarantineNote{"team-a", "races", "2027-01-31"};
  });
  EXPECT_NE(json.find(R"("trend":1.25)"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("quarantine":{"owner":"team-a","reason":"races","expires_at":"2027-01-31T23:59:59.999Z"})"), std::string::npos);
}

TEST(HistoryJson, ATestWithoutAFinishedRunHasNoLastInstant) {
  const std::string json = tests_json({.tests = {{.test = domain::TestId{"a"}}}}, {});
  EXPECT_NE(json.find(R"("last_outcome":"pending","last_run_id":"","last_at":"","quarantine":null)"), std::string::npos) << json;
}

TEST(HistoryJson, OneTestHasItsExecutionsAndItsBranches) {
  const std::vector<domain::Execution> executions{{.run = domain::RunId{"r-2"},
                                                   .at = noon,
                                                   .branch = "main",
                                                   .commit = "abc",
                                                   .outcome = Outcome::flaky,
                                                   .duration = Millis{120},
                                                   .attempts = 2,
                                                   .error = "expected 1"},
                                                  {.run = domain::RunId{"r-1"}, .at = noon, .outcome = Outcome::lost, .counted = false}};
  EXPECT_EQ(test_json(known_row(), executions, {}),
            std::string(known_json) +
                R"(,"executions":[{"run_id":"r-2","at":"2023-11-14T22:13:20.000Z","branch":"main","commit":"abc","outcome":"flaky",)"
                R"("duration_ms":120,"attempts":2,"error":"expected 1","counted":true},{"run_id":"r-1","at":"2023-11-14T22:13:20.000Z",)"
                R"("branch":"","commit":"","outcome":"lost","duration_ms":0,"attempts":1,"error":"","counted":false}],)"
                R"("branches":[{"branch":"main","runs":1,"passed":0,"failed":0,"flaky":1,"failure_rate":0,"flip_rate":0,"flaky_rate":1,)"
                R"("p50_ms":120,"p95_ms":120,"trend":0}]})");
}

TEST(HistoryJson, SpecsHaveTheShapeOfTheContract) {
  EXPECT_EQ(specs_json({.specs = {{.spec = "a.ts",
                                   .tests = 2,
                                   .runs = 9,
                                   .failed = 1,
                                   .flaky = 3,
                                   .p50 = Millis{40},
                                   .last_outcome = Outcome::failed,
                                   .last_at = noon}},
                        .next = "spec~a.ts"}),
            R"({"specs":[{"spec":"a.ts","tests":2,"runs":9,"failed":1,"flaky":3,"p50_ms":40,"last_outcome":"failed",)"
            R"("last_at":"2023-11-14T22:13:20.000Z"}],"next":"spec~a.ts"})");
}

// From the journal to the figures.
class Projected : public testing::Test {
 protected:
  Projected() {
    domain::Plan plan;
    plan.framework = "pytest";
    for (const char* name : {"a", "b", "c", "d"}) {
      domain::TestCase test{.identity = {std::string(name) + ".py", {"works"}, "x"}};
      test.id = make_test_id(test.identity);
      const domain::TestIndex index{plan.tests.size()};
      plan.tests.push_back(test);
      plan.units.push_back({.index = domain::UnitIndex{index.value}, .tests = {index}});
    }
    take(run::RunPlanned{domain::RunId{"r"}, plan, {}});
    take(run::WorkerJoined{worker_, domain::AgentId{"w"}, 0});
    take(run::WorkerReady{worker_, Millis{0}});
  }
  void take(run::Record record) {
    entries_.push_back({static_cast<std::int64_t>(entries_.size()) + 1, noon, std::move(record)});
    run::apply(run_, entries_.back());
  }
  void report(std::uint32_t test, domain::TestStatus status, std::int64_t ms, const std::string& error, Outcome settles, int retry = 0) {
    domain::TestReport report{.test = domain::TestIndex{test}, .retry = retry, .status = status, .duration = Millis{ms}};
    if (!error.empty()) report.errors = {{.message = error}};
    take(run::TestFinished{.term = domain::Term{std::uint32_t{1}}, .worker = worker_, .report = report, .settles = settles});
  }
  store::Commit projected() { return project({.run = domain::RunId{"r"}, .project = "p"}, run_, entries_); }

  const domain::WorkerId worker_{"w/1"};
  run::Run run_;
  std::vector<run::Entry> entries_;
};

TEST_F(Projected, AResultKnowsItsAttemptsItsErrorAndItsTest) {
  report(0, domain::TestStatus::failed, 30, "\x1b[31m\n  expected 1, got 2  \nat x.py:3", Outcome::pending);
  report(0, domain::TestStatus::passed, 20, "", Outcome::flaky, 1);
  report(1, domain::TestStatus::failed, 10, std::string(500, 'x') + "\nmore", Outcome::failed);
  const store::Commit commit = projected();
  ASSERT_EQ(commit.tries.size(), 1U);
  EXPECT_EQ(commit.tries[0].error, "expected 1, got 2");
  EXPECT_EQ(commit.tries[0].duration, Millis{30});
  ASSERT_EQ(commit.results.size(), 2U);
  EXPECT_EQ(commit.results[0].attempts, 2);
  EXPECT_EQ(commit.results[0].identity, (domain::TestIdentity{"a.py", {"works"}, "x"}));
  EXPECT_EQ(commit.results[0].duration, Millis{20});
  EXPECT_EQ(commit.results[1].attempts, 1);
  EXPECT_EQ(commit.results[1].error.size(), domain::error_line_bytes_max);
  EXPECT_TRUE(commit.results[1].error.ends_with("x…"));
}

TEST_F(Projected, AnErrorIsCutBetweenCharacters) {
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "ü";
  report(0, domain::TestStatus::failed, 1, "x" + umlauts, Outcome::failed);
  report(1, domain::TestStatus::failed, 1, umlauts, Outcome::failed);
  for (const store::ResultRow& row : projected().results) {
    EXPECT_LE(row.error.size(), domain::error_line_bytes_max);
    EXPECT_EQ(row.error.find("\xef\xbf\xbd"), std::string::npos) << "no half character";
    EXPECT_TRUE(row.error.ends_with("ü…")) << row.error;
  }
}

TEST_F(Projected, WhatWasCarriedForwardIsNoNewExecution) {
  take(run::TestSettled{domain::TestIndex{std::uint32_t{0}}, Outcome::passed, "carried forward from run 'r0'"});
  take(run::TestSettled{domain::TestIndex{std::uint32_t{1}}, Outcome::skipped, "carried forward from run 'r0'"});
  take(run::TestSettled{domain::TestIndex{std::uint32_t{2}}, Outcome::never_ran, "no worker was left\nat all"});
  report(3, domain::TestStatus::failed, 30, "of the first try", Outcome::pending);
  take(run::TestSettled{domain::TestIndex{std::uint32_t{3}}, Outcome::failed, "its retry was cut off"});
  const store::Commit commit = projected();
  ASSERT_EQ(commit.results.size(), 2U);
  EXPECT_EQ(commit.results[0].outcome, Outcome::never_ran);
  EXPECT_EQ(commit.results[0].error, "no worker was left");
  EXPECT_EQ(commit.results[0].attempts, 0);
  EXPECT_FALSE(commit.results[0].cut_off);
  EXPECT_TRUE(commit.results[1].cut_off) << "the store takes error and duration from the try before";
  EXPECT_EQ(commit.results[1].error, "");
}

TEST_F(Projected, AFinishedRunMakesFigures) {
  report(0, domain::TestStatus::failed, 30, "expected 1", Outcome::pending);
  report(0, domain::TestStatus::passed, 20, "", Outcome::flaky, 1);
  report(1, domain::TestStatus::passed, 10, "", Outcome::passed);
  report(2, domain::TestStatus::skipped, 0, "", Outcome::skipped);
  report(3, domain::TestStatus::timed_out, 9, "Timeout", Outcome::timed_out);
  take(run::RunFinished{domain::Verdict::failed, run_.ledger, "1 of 4 tests failed"});
  store::MemoryStore store;
  ASSERT_TRUE(store.commit(projected()));
  EXPECT_EQ(refresh_figures(store, 1).value(), 3);
  ASSERT_TRUE(refresh_all_figures(store));
  const auto page = store.tests().find_tests({.project = "p"}).value();
  ASSERT_EQ(page.tests.size(), 4U);
  EXPECT_EQ(page.tests[0].identity.spec, "a.py");
  EXPECT_EQ(page.tests[0].figures.flaky, 1);
  EXPECT_EQ(store.tests().executions("p", page.tests[0].test, 1).value().at(0).error, "expected 1");
  EXPECT_EQ(store.tests().find_tests({.project = "p", .sort = store::TestSort::failures}).value().tests[0].identity.spec, "d.py");
}

}  // namespace
}  // namespace tamarack::coordinator
