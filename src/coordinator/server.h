// The HTTP server over a data folder: runs begun, worked on by agents and watched; blobs, agents, tokens; the dashboard's files. Closed by
// default: without a token of the right role and project nothing is told, not even whether a run exists.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "artifact/blob_store.h"
#include "coordinator/flow_desk.h"
#include "coordinator/rate_limit.h"
#include "coordinator/run_host.h"
#include "coordinator/wait_rules.h"
#include "domain/access.h"
#include "io/http_server.h"
#include "io/loop.h"
#include "notify/notifier.h"
#include "probe/prober.h"
#include "store/flow_store.h"
#include "store/hook_store.h"
#include "store/store.h"

namespace tamarack::coordinator {

struct Asset {
  std::string path;  // "/assets/dashboard.js"
  std::string content_type;
  std::string body;
};

// A report of another tool, for the history of a project.
struct ReportWish {
  std::string project;
  std::string branch;
  std::string commit;
  std::string at;  // when the run started, as text; empty: as the report says
  Instant now;
};
struct TakenReport {
  store::RunRow run;
  bool is_new = false;         // false: the same bytes were taken before, and nothing was written
  std::int64_t cases = 0;      // in the report
  std::int64_t not_known = 0;  // of them: tests that the project does not have
};

struct ServerSettings {
  io::HttpServerOptions http;
  bool open = false;            // everybody may do everything; only for loopback
  std::string report_template;  // the page of a report, with room for its data
  std::string dashboard;        // the page of the dashboard
  std::vector<Asset> assets;    // what it loads
  std::string machine;
  std::string version;
  std::string signing_key;                             // of links to blobs; empty: none are made
  std::uint64_t blob_bytes_max = UINT64_C(8) << 30;    // of one blob
  RateRule rate;                                       // of one token, or of one address on an open server
  RateRule failed_rate{.per_second = 1, .burst = 60};  // of refused tokens from one address
  // The run that somebody beside this server works on at this moment, empty for none; asked on the reading lane. Without it none is.
  std::function<Result<domain::RunId>(store::Store&)> run_at_work;
  Millis token_check{5'000};  // how soon a revoked token ends what is open
  Millis poll{500};           // how often a journal that is watched is looked at
  RunHostSettings host;
  Millis parked_min = AgentPool::parked_min;  // how long a run only waits before others may have its agents
  // Asked where runs are written. Not set: no report is taken. Errors: invalid_argument (the report or the wish), the store's.
  std::function<Result<TakenReport>(store::Store&, std::string_view bytes, const ReportWish&)> take_report;
  std::optional<notify::NotifierSettings> notifier;  // whom to tell of runs; none: nobody
  std::function<void(const std::string&)> warn;      // one line for the log; has to be there with a notifier
  CleanerSettings cleaner;
  FlowDeskSettings flow;
  WaitRules waits;                              // what waits may look at
  std::string jobs_folder;                      // logs of jobs; empty: they are forgotten with the process
  int open_per_caller = 500;                    // long-polls and streams of jobs and waits that one caller may keep open
  std::function<void(const std::string&)> say;  // one line for the log: what was tidied up
};

// Several connections to one database: each belongs to one thread at a time.
struct ServerStores {
  store::Store& data;          // reads, one at a time beside the loop
  store::Store& reports;       // reads that may take seconds: the same, beside those
  store::Store& journal;       // writes of runs, one at a time beside the loop
  store::AccessStore& access;  // on the loop
  artifact::BlobStore& blobs;
  store::FlowStore& flow;   // writes of jobs and waits, one at a time beside the loop; before that read as a whole
  store::HookStore& hooks;  // on the loop
  probe::Prober& prober;    // on the loop: what waits look at
};

class Server {
 public:
  // All references outlive the server, and the loop's threads do not outlive them. Runs that were not finished are gone on with;
  // `on_problem` hears what could not be, and of journals that cannot be written. Errors: those of HttpServer::listen.
  static Result<std::unique_ptr<Server>> listen(io::Loop& loop, const Clock& clock, ServerStores stores, ServerSettings settings,
                                                std::function<void(const Error&)> on_problem);
  ~Server();

  int port() const;
  // Lets go of the runs, as they are in their journals, so that agents come back to the next server; finishes answers under way, ends event
  // streams.
  void stop(Millis grace, io::Callback done);

 private:
  struct Core;
  explicit Server(std::shared_ptr<Core> core);
  std::shared_ptr<Core> core_;
};

}  // namespace tamarack::coordinator
