// Runs over HTTP: begun, cancelled, looked at, watched.
#pragma once

#include <memory>

#include "coordinator/blob_routes.h"
#include "coordinator/journal_feeds.h"
#include "coordinator/read_run.h"
#include "coordinator/renderings.h"
#include "coordinator/server_parts.h"

namespace tamarack::coordinator {

class RunRoutes {
 public:
  RunRoutes(ServerParts& parts, const BlobRoutes& blobs, JournalFeeds& feeds)
      : parts_(parts), blobs_(blobs), feeds_(feeds), renderings_(parts.rendering, parts.clock) {}

  void list(const Call& call);
  void start(Call call);
  // Everything below /runs/{run}.
  void handle(Call call);
  const Renderings& renderings() const { return renderings_; }

 private:
  Result<domain::RunId> run_at_work();
  // What is known of the run, on the reading lane.
  struct Looked {
    io::Answer answer;  // 200: it is there for this caller
    store::RunRow row;
    bool at_work = false;
    std::int64_t seq = 0;  // of its newest entry; looked up for reports only
  };
  Looked look(const Call& call, bool active);
  io::Answer no_run(const Call& call, const domain::RunId& run);
  void act(const Call& call, const Looked& looked, std::int64_t after);
  void report(const Call& call, const Looked& looked);
  void one_test(const Call& call, const Looked& looked);
  // With nothing but the database's own errors; on the rendering lane.
  Result<report::ReportView> view_of(const store::RunRow& row, bool at_work) const;
  void journal(const Call& call, const domain::RunId& run, std::int64_t after);
  io::Answer is_over(const domain::RunId& run) const;
  void watch(const Call& call, const domain::RunId& run, std::int64_t after);
  void link(const Call& call, const domain::RunId& run);

  ServerParts& parts_;
  const BlobRoutes& blobs_;
  JournalFeeds& feeds_;
  Renderings renderings_;
  std::shared_ptr<FoldedRuns> folded_ = std::make_shared<FoldedRuns>();  // on the reading lane
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::coordinator
