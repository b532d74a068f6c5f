// What every store must remember of tests over many runs, run against each of them.
#include "store/page_cursor.h"
#include "tests/contract/contract_world.h"

namespace tamarack::store {
namespace {

using domain::Outcome;
using domain::TestId;

// Rules that let the test see what they were given: the figures carry the number and the durations of the executions.
const FigureRules plain_rules{
    .set_aside = [](const domain::RunFailures& failures) { return failures.failed >= 3 ? std::string("too many") : std::string(); },
    .figures =
        [](std::span<const domain::Execution> executions) {
          domain::Figures figures;
          for (const domain::Execution& one : executions) {
            ++figures.runs;
            figures.passed += one.outcome == Outcome::passed;
            figures.failed += domain::has_failed(one.outcome);
            figures.flaky += one.outcome == Outcome::flaky;
            figures.p50 = std::max(figures.p50, one.duration);
            if (one.branch == "feature") figures.trend = 1.5;
          }
          return figures;
        }};

ResultRow result(const std::string& test, Outcome outcome, std::int64_t at_ms, std::int64_t duration_ms = 10) {
  return {.test = TestId{test},
          .identity = {test + ".spec.ts", {"group", "works › well"}, "chromium"},
          .outcome = outcome,
          .duration = Millis{duration_ms},
          .at = from_ms(at_ms)};
}

RunRow finished_run(const std::string& run, std::int64_t at_ms) {
  return {.run = domain::RunId{run},
          .project = "p",
          .framework = "pytest",
          .started = from_ms(at_ms),
          .finished = from_ms(at_ms + 50),
          .verdict = "failed",
          .branch = "main",
          .commit = "abc"};
}

class TestStoreContract : public StoreContractTest {
 protected:
  TestStore& tests() { return store_->tests(); }
  void finish(const std::string& run, std::int64_t at_ms, std::vector<ResultRow> results, const std::string& branch = "main") {
    Commit commit{.run = domain::RunId{run}, .project = "p", .run_row = finished_run(run, at_ms), .results = std::move(results)};
    commit.run_row->branch = branch;
    ASSERT_TRUE(store_->commit(commit));
  }
  void refresh() {
    for (int calls = 0; calls < 1000; ++calls)
      if (tests().refresh(plain_rules, 2).value() == 0) return;
    FAIL() << "it never ends";
  }
  TestRow row(const std::string& test) { return tests().find_test("p", TestId{test}).value().value_or(TestRow{}); }
  std::string found(const TestFilter& filter) {
    std::string names;
    const TestPage page = tests().find_tests(filter).value();
    for (const TestRow& one : page.tests) names += one.test.value;
    return names;
  }
};

TEST_P(TestStoreContract, ATestIsKnownWithItsFirstResultAndHasFiguresOnceItsRunHasEnded) {
  Commit commit{.run = domain::RunId{"r"}, .project = "p", .results = {result("a", Outcome::passed, 5)}};
  commit.run_row = finished_run("r", 1);
  commit.run_row->finished.reset();
  ASSERT_TRUE(store_->commit(commit));
  refresh();
  EXPECT_EQ(row("a"), (TestRow{.test = TestId{"a"}, .identity = {"a.spec.ts", {"group", "works › well"}, "chromium"}}));
  EXPECT_FALSE(tests().executions("p", TestId{"a"}, 10).value().front().counted) << "the run goes on";
  EXPECT_EQ(tests().find_test("p", TestId{"b"}).value(), std::nullopt);
  EXPECT_EQ(tests().find_test("q", TestId{"a"}).value(), std::nullopt);
  finish("r", 1, {});
  EXPECT_EQ(row("a").figures.runs, 0) << "as of the last refresh";
  refresh();
  EXPECT_EQ(row("a").figures.runs, 1);
  EXPECT_EQ(row("a").last_outcome, Outcome::passed);
  EXPECT_EQ(row("a").last_run.value, "r");
  EXPECT_EQ(row("a").last_at, from_ms(5));
}

TEST_P(TestStoreContract, ATestIsKnownOnceItIsPlanned) {
  Commit plan{.run = domain::RunId{"r-1"}, .project = "p"};
  for (const char* test : {"c", "a", "b"}) plan.planned.push_back({TestId{test}, result(test, Outcome::passed, 0).identity});
  ASSERT_TRUE(store_->commit(plan));
  EXPECT_EQ(found({.project = "p", .sort = TestSort::name}), "abc");
  EXPECT_EQ(row("b").identity, result("b", Outcome::passed, 0).identity);
  EXPECT_EQ(row("b").figures.runs, 0);
  finish("r-1", 1'000, {result("b", Outcome::passed, 1'010)});
  refresh();
  EXPECT_EQ(found({.project = "p", .sort = TestSort::name}), "abc");
  EXPECT_EQ(row("b").figures.passed, 1);
  // A later plan says it by another name.
  plan.run = domain::RunId{"r-2"};
  plan.planned = {{TestId{"b"}, {"z.spec.ts", {"renamed"}, ""}}};
  ASSERT_TRUE(store_->commit(plan));
  EXPECT_EQ(found({.project = "p", .sort = TestSort::name}), "acb");
  EXPECT_EQ(row("b").figures.passed, 1);
}

TEST_P(TestStoreContract, ExecutionsComeBackNewestFirstWithEveryField) {
  ResultRow failed = result("a", Outcome::timed_out, 105, 30'000);
  failed.attempts = 3;
  failed.error = "Timeout — 30 s";
  finish("r1", 100, {failed}, "feature");
  finish("r2", 200, {result("a", Outcome::skipped, 205, 0)});
  refresh();
  const auto all = tests().executions("p", TestId{"a"}, 10).value();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].outcome, Outcome::skipped);
  EXPECT_FALSE(all[0].counted) << "it did not run";
  EXPECT_EQ(all[1], (domain::Execution{.run = domain::RunId{"r1"},
                                       .at = from_ms(105),
                                       .branch = "feature",
                                       .commit = "abc",
                                       .outcome = Outcome::timed_out,
                                       .duration = Millis{30'000},
                                       .attempts = 3,
                                       .error = "Timeout — 30 s"}));
  EXPECT_EQ(tests().executions("p", TestId{"a"}, 1).value().size(), 1U);
  EXPECT_TRUE(tests().executions("q", TestId{"a"}, 10).value().empty());
  EXPECT_EQ(row("a").figures.trend, 1.5) << "the rules see the branch";
}

TEST_P(TestStoreContract, AFlakyTestKeepsTheErrorOfItsLastBadTry) {
  const domain::RunId run{"r"};
  ASSERT_TRUE(store_->commit({.run = run, .project = "p", .tries = {{TestId{"a"}, Millis{7}, "first"}, {TestId{"b"}, Millis{8}, "of b"}}}));
  ASSERT_TRUE(store_->commit({.run = run, .project = "p", .tries = {{TestId{"a"}, Millis{9}, "second"}}}));
  ResultRow cut_off = result("b", Outcome::failed, 6, 0);
  cut_off.cut_off = true;
  ResultRow own = result("c", Outcome::failed, 6, 20);
  own.error = "its own";
  finish("r", 1, {result("a", Outcome::flaky, 5, 10), cut_off, own});
  const auto only = [&](const char* test) { return tests().executions("p", TestId{test}, 2).value().at(0); };
  EXPECT_EQ(only("a").error, "second");
  EXPECT_EQ(only("a").duration, Millis{10});
  EXPECT_EQ(only("b").error, "of b");
  EXPECT_EQ(only("b").duration, Millis{8}) << "its last try came to no end";
  EXPECT_EQ(only("c").error, "its own");
  refresh();
  finish("r", 1, {result("b", Outcome::flaky, 50)});
  EXPECT_EQ(tests().executions("p", TestId{"b"}, 1).value().at(0).error, "") << "tries are forgotten when their run has ended";
}

TEST_P(TestStoreContract, ARunThatIsSetAsideDoesNotCountAndSaysWhy) {
  finish("r1", 100, {result("a", Outcome::passed, 105), result("b", Outcome::passed, 106), result("c", Outcome::passed, 107)});
  finish("r2", 200, {result("a", Outcome::failed, 205), result("b", Outcome::timed_out, 206), result("c", Outcome::failed, 207)});
  finish("r3", 300, {result("a", Outcome::failed, 305), result("b", Outcome::failed, 306), result("c", Outcome::lost, 307)});
  refresh();
  EXPECT_EQ(store_->run(domain::RunId{"r1"}).value()->set_aside, "");
  EXPECT_EQ(store_->run(domain::RunId{"r2"}).value()->set_aside, "too many");
  EXPECT_EQ(store_->run(domain::RunId{"r3"}).value()->set_aside, "") << "two failures and a lost one";
  EXPECT_EQ(row("a").figures.runs, 2);
  EXPECT_EQ(row("a").figures.failed, 1);
  EXPECT_EQ(row("c").figures.runs, 1) << "lost is not run";
  EXPECT_EQ(row("c").last_outcome, Outcome::lost) << "but it is the last that is known";
  const auto of_b = tests().executions("p", TestId{"b"}, 10).value();
  ASSERT_EQ(of_b.size(), 3U);
  EXPECT_TRUE(of_b[0].counted);
  EXPECT_FALSE(of_b[1].counted);
  EXPECT_TRUE(of_b[2].counted);
  // What is written of the run afterwards does not change what was decided.
  finish("r2", 200, {});
  EXPECT_EQ(store_->run(domain::RunId{"r2"}).value()->set_aside, "too many");
  EXPECT_EQ(tests().refresh(plain_rules, 1).value(), 0) << "a run ends once";
}

TEST_P(TestStoreContract, PlansAreNotMadeFromRunsThatAreSetAside) {
  finish("r1", 100, {result("a", Outcome::passed, 105, 10), result("b", Outcome::passed, 106, 10), result("c", Outcome::passed, 107, 10)});
  finish("r2", 200,
         {result("a", Outcome::failed, 205, 30'000), result("b", Outcome::failed, 206, 30'000), result("c", Outcome::failed, 207, 30'000)});
  refresh();
  const domain::History history = store_->history("p").value();
  ASSERT_EQ(history.tests.at(TestId{"a"}).timings.size(), 1U);
  EXPECT_EQ(history.tests.at(TestId{"a"}).timings[0].duration, Millis{10});
  EXPECT_EQ(history.failed_when_last_run.size(), 3U);
}

TEST_P(TestStoreContract, TheRulesSeeWhatFailedAndWhy) {
  std::vector<domain::RunFailures> seen;
  FigureRules rules = plain_rules;
  rules.set_aside = [&](const domain::RunFailures& failures) {
    seen.push_back(failures);
    return std::string();
  };
  std::vector<ResultRow> results{result("a", Outcome::failed, 5), result("b", Outcome::timed_out, 5), result("c", Outcome::failed, 5),
                                 result("d", Outcome::flaky, 5),  result("e", Outcome::skipped, 5),   result("f", Outcome::failed, 5)};
  for (const std::size_t refused : {0, 1, 3}) results[refused].error = "refused";
  results[2].error = "other";
  Commit commit{.run = domain::RunId{"r"}, .project = "p", .run_row = finished_run("r", 1), .results = results};
  commit.run_row->verdict = "infrastructure";
  ASSERT_TRUE(store_->commit(commit));
  ASSERT_TRUE(tests().refresh(rules, 100));
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].verdict, domain::Verdict::infrastructure);
  EXPECT_EQ(seen[0].ran, 5);
  EXPECT_EQ(seen[0].failed, 4);
  EXPECT_EQ(seen[0].errors, (std::map<std::string, std::int64_t>{{"other", 1}, {"refused", 2}})) << "a flaky one passed, one has none";
}

TEST_P(TestStoreContract, OnlyTheNewestExecutionsThatCountMakeTheFigures) {
  for (int i = 1; i <= figures_window + 10; ++i)
    finish(fmt::format("r{:03}", i), i * 100, {result("a", i <= 10 ? Outcome::failed : Outcome::passed, i * 100, i)});
  for (int i = 1; i <= 5; ++i) finish(fmt::format("s{}", i), 90'000 + i, {result("a", Outcome::skipped, 90'000 + i)});
  refresh();
  EXPECT_EQ(row("a").figures.runs, figures_window) << "skipped ones take no place";
  EXPECT_EQ(row("a").figures.failed, 0) << "the oldest ten are out";
  EXPECT_EQ(row("a").figures.p50, Millis{figures_window + 10});
}

TEST_P(TestStoreContract, ARefreshIsDoneInSlices) {
  finish("r1", 100, {result("a", Outcome::passed, 1), result("b", Outcome::passed, 2), result("c", Outcome::passed, 3)});
  EXPECT_EQ(tests().refresh(plain_rules, 2).value(), 1);
  EXPECT_EQ(tests().refresh(plain_rules, 2).value(), 0);
  EXPECT_EQ(row("c").figures.runs, 1);
}

TEST_P(TestStoreContract, ManyRunsAreJudgedBeforeAnyTestIsMade) {
  int made = 0;
  FigureRules counting = plain_rules;
  counting.figures = [&](std::span<const domain::Execution> executions) {
    ++made;
    return plain_rules.figures(executions);
  };
  for (int i = 1; i <= 20; ++i)
    finish(fmt::format("r{:02}", i), i * 100, {result("a", Outcome::passed, i * 100), result("b", Outcome::passed, i * 100 + 1)});
  int calls = 0;
  while (tests().refresh(counting, 2).value() > 0) ASSERT_LT(++calls, 100);
  EXPECT_EQ(made, 2) << "each run touches both tests again";
  EXPECT_EQ(row("b").figures.runs, 20);
}

TEST_P(TestStoreContract, TestsAreListedInEveryOrder) {
  //                      a       b       c       d
  finish("r1", 100,
         {result("a", Outcome::failed, 101, 5), result("b", Outcome::flaky, 104, 90), result("c", Outcome::passed, 103, 40),
          result("d", Outcome::passed, 102, 40)});
  finish("r2", 200, {result("a", Outcome::failed, 201, 5)});
  refresh();
  EXPECT_EQ(found({.project = "p"}), "bdca");
  EXPECT_EQ(found({.project = "p", .sort = TestSort::failures}), "adcb");
  EXPECT_EQ(found({.project = "p", .sort = TestSort::slow}), "bdca");
  EXPECT_EQ(found({.project = "p", .sort = TestSort::name}), "abcd");
  EXPECT_EQ(found({.project = "p", .sort = TestSort::latest}), "abcd");
  EXPECT_EQ(found({.project = "q"}), "");
  for (const TestSort sort : {TestSort::flaky, TestSort::failures, TestSort::slow, TestSort::name, TestSort::latest}) {
    std::string paged;
    std::string before;
    do {
      const TestPage page = tests().find_tests({.project = "p", .sort = sort, .limit = 1, .before = before}).value();
      ASSERT_EQ(page.tests.size(), 1U) << to_string(sort);
      paged += page.tests[0].test.value;
      before = page.next;
    } while (!before.empty());
    EXPECT_EQ(paged, found({.project = "p", .sort = sort})) << to_string(sort);
    const std::string next = tests().find_tests({.project = "p", .text = "works", .sort = sort, .limit = 3}).value().next;
    EXPECT_EQ(found({.project = "p", .text = "works", .sort = sort, .before = next}), paged.substr(3)) << to_string(sort);
  }
}

TEST_P(TestStoreContract, TestsAreFoundByAPartOfTheirNameOrId) {
  finish("r1", 100, {result("a", Outcome::passed, 1), result("b", Outcome::passed, 2)});
  EXPECT_EQ(found({.project = "p", .text = "A.SPEC"}), "a");
  EXPECT_EQ(found({.project = "p", .text = "› Works"}), "ba") << "as it is displayed";
  EXPECT_EQ(found({.project = "p", .text = "%"}), "");
  ResultRow renamed = result("a", Outcome::passed, 200);
  renamed.identity = {"moved.spec.ts", {}, ""};
  finish("r2", 200, {renamed});
  EXPECT_EQ(found({.project = "p", .text = "a.spec"}), "");
  EXPECT_EQ(found({.project = "p", .text = "moved"}), "a");
  EXPECT_EQ(row("a").identity, renamed.identity);
}

TEST_P(TestStoreContract, ACursorOfAnotherListIsRefused) {
  finish("r1", 100, {result("a", Outcome::passed, 1), result("b", Outcome::passed, 2)});
  const std::string next = tests().find_tests({.project = "p", .limit = 1}).value().next;
  ASSERT_FALSE(next.empty());
  for (const std::string& before : {next + "x", std::string("flaky~a"), std::string("flaky~~1"), std::string("x")}) {
    const auto refused = tests().find_tests({.project = "p", .before = before});
    ASSERT_FALSE(refused) << before;
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  }
  EXPECT_FALSE(tests().find_tests({.project = "p", .sort = TestSort::slow, .before = next}));
  EXPECT_FALSE(tests().find_specs({.project = "p", .before = next}));
}

TEST_P(TestStoreContract, SpecsAreTheSumOfTheirTests) {
  ResultRow second = result("a2", Outcome::failed, 107, 30);
  second.identity.spec = "a.spec.ts";
  finish("r1", 100,
         {result("a", Outcome::passed, 105, 10), second, result("b", Outcome::skipped, 106, 0), result("c", Outcome::flaky, 106)});
  refresh();
  const SpecPage page = tests().find_specs({.project = "p"}).value();
  ASSERT_EQ(page.specs.size(), 3U);
  EXPECT_EQ(page.specs[0], (SpecRow{.spec = "a.spec.ts",
                                    .tests = 2,
                                    .runs = 2,
                                    .failed = 1,
                                    .flaky = 0,
                                    .p50 = Millis{40},
                                    .last_outcome = Outcome::failed,
                                    .last_at = from_ms(107)}));
  EXPECT_EQ(page.specs[1].last_outcome, Outcome::skipped);
  EXPECT_EQ(page.next, "");
  const SpecPage first = tests().find_specs({.project = "p", .limit = 2}).value();
  EXPECT_EQ(first.specs.back().spec, "b.spec.ts");
  EXPECT_EQ(tests().find_specs({.project = "p", .limit = 2, .before = first.next}).value().specs.at(0).spec, "c.spec.ts");
  EXPECT_EQ(tests().find_specs({.project = "p", .text = "C.S"}).value().specs.size(), 1U);
}

FOR_EVERY_STORE(TestStoreContract);

TEST(PageCursor, EveryOutcomeHasItsSeverity) {
  for (const Outcome outcome : domain::final_outcomes) EXPECT_EQ(outcome_of_severity(severity(outcome)), outcome);
  EXPECT_LT(severity(Outcome::skipped), severity(Outcome::passed));
  EXPECT_LT(severity(Outcome::passed), severity(Outcome::flaky));
  EXPECT_EQ(outcome_of_severity(8), Outcome::failed) << "as specs.sql has it";
  for (const std::string_view word : {"flaky", "failures", "slow", "name", "latest"})
    EXPECT_EQ(to_string(parse_test_sort(word).value()), word);
  EXPECT_EQ(parse_test_sort("Flaky"), std::nullopt);
}

}  // namespace
}  // namespace tamarack::store
