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
#include "store/flow_store.h"
#include "store/hook_store.h"
#include "store/retention_store.h"
#include "store/test_store.h"

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
  // Why its results are kept out of the statistics (insight/mass_failure.h); empty: they count. Set by TestStore::refresh alone.
  std::string set_aside = {};
  std::vector<std::string> refused = {};  // what agents said in vain, one line each (run.h: refused_lines)
  friend bool operator==(const RunRow&, const RunRow&) = default;
};

struct ResultRow {  // one per test with a final entry
  domain::TestId test;
  domain::TestIdentity identity;
  domain::Outcome outcome = domain::Outcome::passed;
  Millis duration{0};
  Instant at;
  std::int64_t attempts = 1;  // tries that counted, this one among them
  std::string error = {};     // first line; empty: that of its newest TryRow in this run
  bool cut_off = false;       // its last try came to no end: the duration is that of its newest TryRow, too
};

struct KnownTest {  // a test that a run has planned
  domain::TestId test;
  domain::TestIdentity identity;
};

struct TryRow {  // a bad execution that did not settle its test
  domain::TestId test;
  Millis duration{0};
  std::string error;  // first line
};

struct StartRow {          // what start-ups cost
  bool framework = false;  // false: the application
  Millis duration{0};
  Instant at;
};

struct RequestRow {  // how a run was asked for
  domain::RunId run;
  std::string project;
  std::string identity;  // of the CI job that asked; empty: none
  Instant at;
  std::string body;            // JSON, opaque to the store
  std::string carried_from;    // the run whose verdicts it carries forward; empty: none
  std::string config = {};     // the configuration's path in the workspace; empty: written before this was kept, only the body says it
  std::string workspace = {};  // SHA-256 of the manifest
  friend bool operator==(const RequestRow&, const RequestRow&) = default;
};

struct NoticeRow {  // what is owed to others, opaque to the store
  std::string key;
  std::string json;
  friend bool operator==(const NoticeRow&, const NoticeRow&) = default;
};

struct RunFilter {  // empty: any
  std::string project;
  std::string branch;
  std::string verdict;  // as in RunRow, or "unfinished": those without an end, at work or interrupted
  std::string text;     // a part of run id, headline, branch or commit; ASCII letters match in either case
  int limit = 50;       // 1 to page_max; what is beyond is brought into it
  std::string before;   // RunPage::next of the page before; empty: the first page
};

struct RunPage {
  std::vector<RunRow> runs;  // newest first, by start and then by id
  std::string next;          // empty: nothing follows
};

struct ProjectRow {
  std::string project;
  std::int64_t runs = 0;
  RunRow newest;
  friend bool operator==(const ProjectRow&, const ProjectRow&) = default;
};

struct Commit {
  domain::RunId run;
  std::string project;
  std::vector<JournalRow> rows;
  std::optional<RunRow> run_row;
  std::vector<ResultRow> results;
  std::vector<StartRow> starts;
  std::optional<RequestRow> request = {};
  std::vector<TryRow> tries = {};  // kept until their run has ended
  std::vector<ArtifactRow> artifacts = {};
  // Written once with the plan, in one go, so that a result has nothing to say about who its test is. Lists have them from here on.
  std::vector<KnownTest> planned = {};
};

inline constexpr int page_max = 1000;
inline constexpr int timings_per_test_max = 20;
inline constexpr int starts_max = 30;

class Store {
 public:
  virtual ~Store() = default;

  // One transaction; durable when it returns. `conflict` when a (run, seq) exists already: somebody else writes this run; and when there is
  // a request for the run already.
  virtual Result<> commit(const Commit& commit) = 0;

  // The number of the newest entry; 0: there is none.
  virtual Result<std::int64_t> journal_end(const domain::RunId& run) = 0;
  // Entries after number `after`, in order.
  virtual Result<std::vector<JournalRow>> journal(const domain::RunId& run, std::int64_t after = 0) = 0;
  virtual Result<std::optional<RunRow>> run(const domain::RunId& run) = 0;
  // Newest first.
  virtual Result<std::vector<RunRow>> runs(int count_max) = 0;
  // `invalid_argument` when `before` is not a RunPage::next.
  virtual Result<RunPage> find_runs(const RunFilter& filter) = 0;
  // Those that have a run, by name.
  virtual Result<std::vector<ProjectRow>> projects() = 0;

  virtual Result<std::optional<RequestRow>> request(const domain::RunId& run) = 0;
  // The newest of this identity in this project. An empty identity is nobody's: there is none.
  virtual Result<std::optional<RequestRow>> newest_request(const std::string& project, const std::string& identity) = 0;
  // Those whose run has no verdict yet, oldest first.
  virtual Result<std::vector<RequestRow>> unfinished_requests() = 0;

  // The newest of this project that names a workspace, without its body.
  virtual Result<std::optional<RequestRow>> newest_workspace(const std::string& project) = 0;

  // One transaction, in this order; durable when it returns. A row replaces the one of the same key; an empty json forgets the key.
  virtual Result<> keep_notices(const std::vector<NoticeRow>& rows) = 0;
  // By key.
  virtual Result<std::vector<NoticeRow>> notices() = 0;

  // Durations of runs that are set aside are left out; what failed when it last ran failed there, too.
  virtual Result<domain::History> history(const std::string& project) = 0;

  // Small values that may be forgotten at any time (discoveries).
  virtual Result<std::optional<std::string>> cached(const std::string& key) = 0;
  virtual Result<> remember(const std::string& key, const std::string& value) = 0;

  // Tokens and keys; lives as long as the store.
  virtual AccessStore& access() = 0;
  // Tests over many runs; lives as long as the store.
  virtual TestStore& tests() = 0;
  // What is old; lives as long as the store.
  virtual RetentionStore& retention() = 0;
  // Jobs, waits and mailboxes; lives as long as the store.
  virtual FlowStore& flow() = 0;
  // Addresses where others leave signals; lives as long as the store.
  virtual HookStore& hooks() = 0;
};

}  // namespace tamarack::store
