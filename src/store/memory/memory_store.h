// The store of tests and simulations: nothing survives the process unless the test keeps the object.
#pragma once

#include <map>

#include "store/memory/memory_access.h"
#include "store/store.h"

namespace tamarack::store {

class MemoryStore final : public Store {
 public:
  Result<> commit(const Commit& commit) override;
  Result<std::vector<JournalRow>> journal(const domain::RunId& run, std::int64_t after = 0) override;
  Result<std::optional<RunRow>> run(const domain::RunId& run) override;
  Result<std::vector<RunRow>> runs(int count_max) override;
  Result<domain::History> history(const std::string& project) override;
  Result<std::optional<std::string>> cached(const std::string& key) override;
  Result<> remember(const std::string& key, const std::string& value) override;
  AccessStore& access() override { return access_; }

 private:
  struct StoredResult {
    domain::RunId run;
    ResultRow row;
  };
  std::map<domain::RunId, std::vector<JournalRow>> journals_;
  std::map<domain::RunId, RunRow> runs_;
  std::map<std::string, std::vector<StoredResult>> results_;  // by project, oldest first
  std::map<std::string, std::vector<StartRow>> starts_;
  std::map<std::string, std::string> cache_;
  MemoryAccess access_;
};

}  // namespace tamarack::store
