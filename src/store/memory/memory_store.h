// The store of tests and simulations: nothing survives the process unless the test keeps the object.
#pragma once

#include <map>

#include "store/memory/memory_access.h"
#include "store/memory/memory_flow.h"
#include "store/memory/memory_hooks.h"
#include "store/memory/memory_retention.h"
#include "store/memory/memory_tests.h"
#include "store/store.h"

namespace tamarack::store {

class MemoryStore : public Store {
 public:
  MemoryStore() = default;
  MemoryStore(const MemoryStore&) = delete;  // its parts look at each other
  MemoryStore& operator=(const MemoryStore&) = delete;

  Result<> commit(const Commit& commit) override;
  Result<std::int64_t> journal_end(const domain::RunId& run) override;
  Result<std::vector<JournalRow>> journal(const domain::RunId& run, std::int64_t after = 0) override;
  Result<std::optional<RunRow>> run(const domain::RunId& run) override;
  Result<std::vector<RunRow>> runs(int count_max) override;
  Result<RunPage> find_runs(const RunFilter& filter) override;
  Result<std::vector<ProjectRow>> projects() override;
  Result<std::optional<RequestRow>> request(const domain::RunId& run) override;
  Result<std::optional<RequestRow>> newest_request(const std::string& project, const std::string& identity) override;
  Result<std::vector<RequestRow>> unfinished_requests() override;
  Result<std::optional<RequestRow>> newest_workspace(const std::string& project) override;
  Result<> keep_notices(const std::vector<NoticeRow>& rows) override;
  Result<std::vector<NoticeRow>> notices() override;
  Result<domain::History> history(const std::string& project) override;
  Result<std::optional<std::string>> cached(const std::string& key) override;
  Result<> remember(const std::string& key, const std::string& value) override;
  AccessStore& access() override { return access_; }
  TestStore& tests() override { return tests_; }
  RetentionStore& retention() override { return retention_; }
  FlowStore& flow() override { return flow_; }
  HookStore& hooks() override { return hooks_; }

 private:
  std::map<domain::RunId, std::vector<JournalRow>> journals_;
  std::map<domain::RunId, RunRow> runs_;
  std::map<domain::RunId, RequestRow> requests_;
  std::map<std::string, std::vector<StartRow>> starts_;
  std::map<std::string, std::string> cache_;
  std::map<std::string, std::string> notices_;
  MemoryAccess access_;
  MemoryTests tests_{runs_};
  MemoryRetention retention_{runs_, requests_, journals_};
  MemoryFlow flow_;
  MemoryHooks hooks_;
};

}  // namespace tamarack::store
