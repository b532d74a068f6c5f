// The part of the store that lets go of what is old: which runs there are, what each of them refers to, and the taking away of one, in
// steps. It only does; which run may go is decided in coordinator/retention.h. A run that was removed keeps its row out of sight, because
// figures of tests are made from the results of finished runs, and its request without its body, because a retried CI job must find that
// its last run is not there any more, and not an older one in its place. Held to tests/contract like the rest of the store.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/ids.h"

namespace tamarack::store {

struct ArtifactRow {  // bytes in the blob store that a run refers to
  std::string sha256;
  std::int64_t bytes = 0;
  friend bool operator==(const ArtifactRow&, const ArtifactRow&) = default;
};

struct AskedRun {  // a run that a server was asked for
  domain::RunId run;
  std::string project;
  std::string identity;  // of the CI job; empty: none
  Instant asked;
  std::optional<Instant> finished;
  std::int64_t artifact_bytes = 0;  // of all it refers to, also what others refer to
  friend bool operator==(const AskedRun&, const AskedRun&) = default;
};

struct RemovedRun {
  std::string project;
  Instant at;
  friend bool operator==(const RemovedRun&, const RemovedRun&) = default;
};

class RetentionStore {
 public:
  virtual ~RetentionStore() = default;

  // Those that are whole, oldest request first. Runs that were started without a server, and imported ones, are none of them.
  virtual Result<std::vector<AskedRun>> asked_runs() = 0;
  // From here on nothing but removed_run() knows it. `not_found` when there is no such run, `conflict` when it has no end.
  virtual Result<> hide_run(const domain::RunId& run, Instant at) = 0;
  // Takes away at most `entries_max` entries of the journals of hidden runs, and with a journal's last entry what else there is of the run.
  // Durable when it returns. True when something is left to do.
  virtual Result<bool> clear_hidden(int entries_max) = 0;
  virtual Result<std::optional<RemovedRun>> removed_run(const domain::RunId& run) = 0;
  // Those of the given hashes that a whole run of the project refers to.
  virtual Result<std::set<std::string>> artifacts_in_use(const std::string& project, std::span<const std::string> sha256) = 0;
};

}  // namespace tamarack::store
