// How long the store takes with many tests and many runs: filling it, making the figures of a run that has ended, every page the API asks
// for, and what planning reads. One line of figures per question: median and worst of several.
//   history_bench [TESTS [RUNS]]     (default 10000 100; what the design promises is 100000 100)
#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>

#include "base/hash.h"
#include "coordinator/history_json.h"
#include "coordinator/test_figures.h"
#include "store/sqlite/sqlite_store.h"
#include "wire/history.h"

namespace tamarack {
namespace {

constexpr const char* project = "shop";
constexpr std::size_t results_per_commit = 1000;

double ms_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

template <class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "%s\n", result.error().message.c_str());
  std::exit(1);
}
void must(const Result<>& result) {
  if (result) return;
  std::fprintf(stderr, "%s\n", result.error().message.c_str());
  std::exit(1);
}

void print(const std::string& what, std::vector<double> ms) {
  std::sort(ms.begin(), ms.end());
  std::printf("%-62s median %9.2f ms   worst %9.2f ms\n", what.c_str(), ms[ms.size() / 2], ms.back());
  std::fflush(stdout);
}

void ask(const std::string& what, int times, const std::function<void()>& work) {
  std::vector<double> ms;
  for (int i = 0; i < times; ++i) ms.push_back(ms_of(work));
  print(what, ms);
}

class Bench {
 public:
  Bench(store::Store& store, std::size_t tests, int runs) : store_(store), runs_(runs) {
    for (std::size_t i = 0; i < tests; ++i) {
      domain::TestIdentity identity{fmt::format("e2e/area{:02}/feature{:04}.spec.ts", i / 20 % 50, i / 20),
                                    {"a signed-in customer", fmt::format("does thing number {} and sees it", i)},
                                    "chromium"};
      tests_.push_back({make_test_id(identity), identity});
    }
  }

  void fill() {
    std::vector<double> ms;
    for (int run = 1; run <= runs_; ++run) ms.push_back(ms_of([&] { add_run(run, tests_.size()); }));
    print(fmt::format("commit of a run of {} tests", tests_.size()), ms);
    ask("figures of all tests, once", 1, [&] { must(coordinator::refresh_all_figures(store_)); });
  }

  void after_one_more() {
    add_run(runs_ + 1, tests_.size());
    std::vector<double> ms;
    std::int64_t left = 1;
    while (left > 0) ms.push_back(ms_of([&] { left = must(coordinator::refresh_figures(store_)); }));
    double all = 0;
    for (const double one : ms) all += one;
    std::printf("figures after one more run: %.0f ms in %zu slices\n", all, ms.size());
    print(fmt::format("  one slice of {}", coordinator::figures_slice), ms);
    add_run(runs_ + 2, 200);
    ask("figures after a run of 200 of them", 1, [&] { must(coordinator::refresh_all_figures(store_)); });
  }

  void questions() {
    for (const store::TestSort sort :
         {store::TestSort::flaky, store::TestSort::failures, store::TestSort::slow, store::TestSort::name, store::TestSort::latest}) {
      const store::TestFilter filter{.project = project, .sort = sort, .limit = 100};
      ask(fmt::format("first 100 tests by {}", to_string(filter)), 20,
          [&] { coordinator::tests_json(must(store_.tests().find_tests(filter)), {}); });
    }
    store::TestFilter deep{.project = project, .limit = 1000};
    for (int page = 0; page < static_cast<int>(tests_.size()) / 2000; ++page) deep.before = must(store_.tests().find_tests(deep)).next;
    ask("1000 tests from the middle of the list", 20, [&] { coordinator::tests_json(must(store_.tests().find_tests(deep)), {}); });
    ask("100 tests that contain a common text", 20,
        [&] { must(store_.tests().find_tests({.project = project, .text = "Signed-In", .limit = 100})); });
    ask("a text that no test contains", 20, [&] { must(store_.tests().find_tests({.project = project, .text = "nowhere at all"})); });
    ask("first 100 specs", 20, [&] { coordinator::specs_json(must(store_.tests().find_specs({.project = project, .limit = 100}))); });
    Random random(7);
    ask("one test with 200 executions", 50, [&] {
      const domain::TestId test = tests_[random.below(tests_.size())].first;
      const auto row = must(store_.tests().find_test(project, test));
      coordinator::test_json(*row, must(store_.tests().executions(project, test, coordinator::executions_shown_max)), {});
    });
    std::string history;
    ask("what planning reads, as JSON", 3, [&] { history = wire::encode_history(must(store_.history(project))); });
    ask(fmt::format("reading that JSON ({:.1f} MB)", static_cast<double>(history.size()) / 1e6), 3,
        [&] { must(wire::decode_history(history)); });
  }

 private:
  static std::string to_string(const store::TestFilter& filter) {
    constexpr const char* names[] = {"flakiness", "failures", "duration", "name", "latest run"};
    return names[static_cast<int>(filter.sort)];
  }

  store::RunRow row_of(int number) const {
    return {.run = domain::RunId{fmt::format("r-20261121-{:06}-3f9a", number)},
            .project = project,
            .framework = "playwright",
            .started = from_ms(1'800'000'000'000 + number * 3'600'000LL),
            .verdict = "failed",
            .branch = number % 3 == 0 ? "feature/x" : "main",
            .commit = "0123456789abcdef0123456789abcdef01234567"};
  }

  void add_run(int number, std::size_t count) {
    store::RunRow row = row_of(number);
    for (std::size_t from = 0; from < count; from += results_per_commit) {
      store::Commit commit{.run = row.run, .project = project};
      for (std::size_t i = from; i < std::min(count, from + results_per_commit); ++i) commit.results.push_back(result(row, i));
      must(store_.commit(commit));
    }
    row.finished = row.started + Millis{1'200'000};
    must(store_.commit({.run = row.run, .project = project, .run_row = row}));
  }

  store::ResultRow result(const store::RunRow& row, std::size_t test) {
    const std::uint64_t fate = random_.below(100);
    store::ResultRow result{.test = tests_[test].first,
                            .identity = tests_[test].second,
                            .duration = Millis{static_cast<std::int64_t>(500 + random_.below(5000))},
                            .at = row.started + Millis{static_cast<std::int64_t>(test)}};
    if (fate < 2) result.outcome = domain::Outcome::failed;
    if (fate == 2) result.outcome = domain::Outcome::flaky;
    if (fate <= 2) result.error = "expect(locator).toHaveText(expected) failed: 'Total 4' is not 'Total 5'";
    return result;
  }

  store::Store& store_;
  int runs_;
  std::vector<std::pair<domain::TestId, domain::TestIdentity>> tests_;
  Random random_{42};
};

// Ten thousand runs in the list, as the dashboard pages and filters them.
void runs_questions(store::Store& store) {
  constexpr int count = 10'000;
  ask("10000 runs written, each its own commit", 1, [&] {
    for (int i = 0; i < count; ++i) {
      store::RunRow row{.run = domain::RunId{fmt::format("r-20251121-{:06}-aaaa", i)},
                        .project = i % 4 == 0 ? "bank" : "other",
                        .framework = "pytest",
                        .started = from_ms(1'700'000'000'000 + i),
                        .finished = from_ms(1'700'000'500'000 + i),
                        .verdict = i % 10 == 0 ? "failed" : "passed",
                        .headline = "all 340 tests passed (2 flaky)",
                        .branch = fmt::format("feature/{}", i % 50)};
      if (i % 1000 == 999) row.finished.reset(), row.verdict.clear();
      must(store.commit({.run = row.run, .project = row.project, .run_row = row}));
    }
  });
  const auto page = [&](const std::string& what, store::RunFilter filter) {
    filter.limit = 50;
    ask(what, 50, [&] { must(store.find_runs(filter)); });
  };
  page("50 runs", {});
  page("50 runs of a project", {.project = "bank"});
  page("50 runs of a branch", {.branch = "feature/7"});
  page("50 runs of a project that failed", {.project = "bank", .verdict = "failed"});
  page("unfinished runs", {.verdict = "unfinished"});
  page("50 runs from the middle", {.before = "1700000005000~r"});
  page("a text that no run contains", {.text = "nowhere at all"});
  ask("projects", 50, [&] { must(store.projects()); });
}

int bench(std::size_t tests, int runs) {
  char folder[] = "/tmp/tamarack-bench-XXXXXX";
  const std::string path = mkdtemp(folder);
  {
    const auto store = must(store::open_sqlite_store(path + "/t.db"));
    std::printf("%zu tests, %d runs\n", tests, runs);
    Bench history(*store, tests, runs);
    history.fill();
    history.after_one_more();
    history.questions();
    runs_questions(*store);
    std::printf("database: %.0f MB\n", static_cast<double>(std::filesystem::file_size(path + "/t.db")) / 1e6);
  }
  std::filesystem::remove_all(path);
  return 0;
}

}  // namespace
}  // namespace tamarack

int main(int argc, char** argv) {
  const auto number = [&](int at, int otherwise) { return argc > at ? std::max(1, std::atoi(argv[at])) : otherwise; };
  return tamarack::bench(static_cast<std::size_t>(number(1, 10'000)), number(2, 100));
}
