// Streams of jobs, waits and mailboxes in memory: for tests, and for an agent that waits on behalf of the tests on its machine.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "store/flow_store.h"

namespace tamarack::store {

class MemoryFlow : public FlowStore {
 public:
  Result<> commit_flow(const std::vector<FlowRow>& rows, const std::vector<std::string>& forgotten) override;
  Result<> read_flow(const std::function<Result<>(const FlowRow&)>& take) override;

 private:
  std::map<std::string, std::map<std::int64_t, FlowRow>> streams_;
};

}  // namespace tamarack::store
