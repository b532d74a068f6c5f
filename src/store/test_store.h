// The part of the store that remembers tests over many runs: who they are, their executions, and figures made from them. Figures are kept
// ready and sorted, because making them takes every execution of every test; `refresh` makes those that a finished run has changed, a slice
// at a time. How they are made is decided in insight/. Held to tests/contract like the rest of the store.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "domain/history.h"
#include "domain/test_case.h"

namespace tamarack::store {

struct TestRow {
  domain::TestId test;
  domain::TestIdentity identity;  // as it was last seen
  domain::Figures figures;        // all zero until a finished run with this test was taken in
  // The newest entry in a finished run; pending: none yet.
  domain::Outcome last_outcome = domain::Outcome::pending;
  domain::RunId last_run;
  Instant last_at;
  friend bool operator==(const TestRow&, const TestRow&) = default;
};

enum class TestSort {
  flaky,     // most flaky executions and flips first
  failures,  // most failures first
  slow,      // longest p50 first
  name,      // display_name, byte by byte
  latest,    // newest execution first
};

struct TestFilter {
  std::string project;
  std::string text;  // a part of the display name or of the id; ASCII letters match in either case; empty: any
  TestSort sort = TestSort::flaky;
  int limit = 50;      // 1 to page_max; what is beyond is brought into it
  std::string before;  // TestPage::next of the page before; empty: the first page
};

struct TestPage {
  std::vector<TestRow> tests;
  std::string next;  // empty: nothing follows
};

struct SpecRow {
  std::string spec;
  std::int64_t tests = 0;
  std::int64_t runs = 0;  // the sums of their figures
  std::int64_t failed = 0;
  std::int64_t flaky = 0;
  Millis p50{0};                                            // the sum of theirs: what the whole spec usually takes
  domain::Outcome last_outcome = domain::Outcome::pending;  // the worst of theirs
  Instant last_at;                                          // the newest of theirs
  friend bool operator==(const SpecRow&, const SpecRow&) = default;
};

struct SpecFilter {
  std::string project;
  std::string text;  // a part of the spec's path, in either case
  int limit = 50;
  std::string before;
};

struct SpecPage {
  std::vector<SpecRow> specs;  // by path
  std::string next;
};

inline constexpr int figures_window = 100;  // newest executions that figures are made from

// The rules that the store asks while it refreshes. Both pure.
struct FigureRules {
  // Why the results of this run say nothing about its tests; empty: they count.
  std::function<std::string(const domain::RunFailures&)> set_aside;
  // Newest first, at most figures_window; without `run`, `commit` and `error`.
  std::function<domain::Figures(std::span<const domain::Execution>)> figures;
};

class TestStore {
 public:
  virtual ~TestStore() = default;

  // `invalid_argument` when `before` is not the `next` of such a page.
  virtual Result<TestPage> find_tests(const TestFilter& filter) = 0;
  virtual Result<SpecPage> find_specs(const SpecFilter& filter) = 0;
  virtual Result<std::optional<TestRow>> find_test(const std::string& project, const domain::TestId& test) = 0;
  // Newest first.
  virtual Result<std::vector<domain::Execution>> executions(const std::string& project, const domain::TestId& test, int count_max) = 0;

  // Judges runs that have ended since (one at least; as many as have about `tests_max` results together) and, once all are judged, makes
  // the figures of at most `tests_max` tests of theirs; one transaction, durable when it returns. Returns how much is left, runs and tests:
  // call again until it is 0. What is read in between is as of the last call.
  virtual Result<std::int64_t> refresh(const FigureRules& rules, int tests_max) = 0;
};

}  // namespace tamarack::store
