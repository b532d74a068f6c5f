// The port to what is remembered: the journal (the truth) and its projections (tables that could be rebuilt). The store only remembers;
// every rule lives in the pure rooms. One contract suite (tests/contract) holds for all implementations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/history.h"
#include "domain/ids.h"
#include "domain/ledger.h"
#include "store/access_store.h"

namespace tamarack::store {

struct JournalRow {
  std::int64_t seq = 0;  // 1, 2, 3, … per run
  Instant at;
  std::string kind;
  std::string body;     // JSON
  std::string session;  // of the agent whose message brought it about; empty: nobody's
  std::int64_t message = 0;
  friend bool operator==(const JournalRow&, const JournalRow&) = default;
};

struct RunRow {
  domain::RunId run;
  std::string project;
  std::string framework;
  Instant started;
  std::optional<Instant> finished;
  std::string verdict;  // empty while it runs
  std::string headline;
  std::int64_t exit_code = 0;
  domain::Ledger ledger;
  std::int64_t workers = 0;
  std::uint64_t seed = 0;
  Millis wall{0};
  Millis lower_bound{0};
  Millis busy{0};
  std::int64_t attempts = 0;
  std::string branch;
  std::string commit;
  friend bool operator==(const RunRow&, const RunRow&) = default;
};

struct ResultRow {  // one per test with a final entry
  domain::TestId test;
  std::string name;
  domain::Outcome outcome = domain::Outcome::passed;
  Millis duration{0};
  Instant at;
};

struct StartRow {          // what start-ups cost
  bool framework = false;  // false: the application
  Millis duration{0};
  Instant at;
};

struct Commit {
  domain::RunId run;
  std::string project;
  std::vector<JournalRow> rows;
  std::optional<RunRow> run_row;
  std::vector<ResultRow> results;
  std::vector<StartRow> starts;
};

inline constexpr int timings_per_test_max = 20;
inline constexpr int starts_max = 30;

class Store {
 public:
  virtual ~Store() = default;

  // One transaction; durable when it returns. `conflict` when a (run, seq) exists already: somebody else writes this run.
  virtual Result<> commit(const Commit& commit) = 0;

  // Entries after number `after`, in order.
  virtual Result<std::vector<JournalRow>> journal(const domain::RunId& run, std::int64_t after = 0) = 0;
  virtual Result<std::optional<RunRow>> run(const domain::RunId& run) = 0;
  // Newest first.
  virtual Result<std::vector<RunRow>> runs(int count_max) = 0;
  virtual Result<domain::History> history(const std::string& project) = 0;

  // Small values that may be forgotten at any time (discoveries).
  virtual Result<std::optional<std::string>> cached(const std::string& key) = 0;
  virtual Result<> remember(const std::string& key, const std::string& value) = 0;

  // Tokens and keys; lives as long as the store.
  virtual AccessStore& access() = 0;
};

}  // namespace tamarack::store
