// The retention part of the store of tests and simulations.
#pragma once

#include <map>

#include "store/store.h"

namespace tamarack::store {

class MemoryRetention final : public RetentionStore {
 public:
  // All outlive it: the tables of the store.
  MemoryRetention(std::map<domain::RunId, RunRow>& runs, std::map<domain::RunId, RequestRow>& requests,
                  std::map<domain::RunId, std::vector<JournalRow>>& journals)
      : runs_(runs), requests_(requests), journals_(journals) {}

  Result<std::vector<AskedRun>> asked_runs() override;
  Result<> hide_run(const domain::RunId& run, Instant at) override;
  Result<bool> clear_hidden(int entries_max) override;
  Result<std::optional<RemovedRun>> removed_run(const domain::RunId& run) override;
  Result<std::set<std::string>> artifacts_in_use(const std::string& project, std::span<const std::string> sha256) override;

  void add(const Commit& commit);
  bool is_removed(const domain::RunId& run) const { return removed_.contains(run); }

 private:
  std::map<domain::RunId, RunRow>& runs_;
  std::map<domain::RunId, RequestRow>& requests_;
  std::map<domain::RunId, std::vector<JournalRow>>& journals_;
  std::map<domain::RunId, Instant> removed_;
  std::set<domain::RunId> to_clear_;
  std::map<domain::RunId, std::map<std::string, std::int64_t>> artifacts_;  // by hash: bytes
};

}  // namespace tamarack::store
