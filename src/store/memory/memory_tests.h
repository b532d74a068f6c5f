// Tests over many runs, of the store of tests and simulations.
#pragma once

#include <map>
#include <set>

#include "store/store.h"

namespace tamarack::store {

using TestKey = std::pair<std::string, domain::TestId>;  // project and test

struct StoredResult {
  domain::RunId run;
  ResultRow row;
};

class MemoryTests final : public TestStore {
 public:
  // Outlives it: the runs of the store. Their `set_aside` is written here.
  explicit MemoryTests(std::map<domain::RunId, RunRow>& runs) : runs_(runs) {}

  Result<TestPage> find_tests(const TestFilter& filter) override;
  Result<SpecPage> find_specs(const SpecFilter& filter) override;
  Result<std::optional<TestRow>> find_test(const std::string& project, const domain::TestId& test) override;
  Result<std::vector<domain::Execution>> executions(const std::string& project, const domain::TestId& test, int count_max) override;
  Result<std::int64_t> refresh(const FigureRules& rules, int tests_max) override;

  // The parts of a commit that are about tests.
  void add(const Commit& commit);
  void note_end(const RunRow& row);
  // Newest first.
  std::vector<StoredResult> results_of(const std::string& project) const;

 private:
  void judge(const domain::RunId& run, const FigureRules& rules);
  void make(const TestKey& due, const FigureRules& rules);
  domain::Execution execution_of(const StoredResult& result) const;

  std::map<domain::RunId, RunRow>& runs_;
  std::map<TestKey, TestRow> tests_;
  std::map<TestKey, std::vector<StoredResult>> results_;  // newest first
  std::map<std::pair<domain::RunId, domain::TestId>, TryRow> tries_;
  std::set<domain::RunId> due_runs_;
  std::set<TestKey> due_tests_;
};

}  // namespace tamarack::store
