// The part of the store that remembers jobs, waits and mailboxes (flow/record.h): one stream of entries for each of them, dropped as a
// whole when it is forgotten. It only remembers; a body is opaque here (wire/flow_journal.h writes and reads it). Held to tests/contract
// like the rest of the store.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace tamarack::store {

struct FlowRow {
  std::string stream;    // "job:j-1", "wait:w-1", "mail:KEY", "clock"
  std::int64_t seq = 0;  // 1, 2, 3, … without gaps within its stream
  Instant at;
  std::string kind;
  std::string body;  // JSON
  friend bool operator==(const FlowRow&, const FlowRow&) = default;
};

class FlowStore {
 public:
  virtual ~FlowStore() = default;

  // One transaction, durable when it returns: the rows are added, then the streams in `forgotten` are taken away with all their rows, the
  // ones of this call among them. `conflict` when a (stream, seq) exists already: somebody else writes this board.
  virtual Result<> commit_flow(const std::vector<FlowRow>& rows, const std::vector<std::string>& forgotten) = 0;

  // Every row there is, stream by stream, in order within each; an error of `take` ends it and is returned.
  virtual Result<> read_flow(const std::function<Result<>(const FlowRow&)>& take) = 0;
};

}  // namespace tamarack::store
