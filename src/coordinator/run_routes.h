// Runs over HTTP: begun, cancelled, looked at, watched.
#pragma once

#include <memory>

#include "coordinator/blob_routes.h"
#include "coordinator/journal_feeds.h"
#include "coordinator/read_run.h"
#include "coordinator/server_parts.h"

namespace tamarack::coordinator {

class RunRoutes {
 public:
  RunRoutes(ServerParts& parts, const BlobRoutes& blobs, JournalFeeds& feeds) : parts_(parts), blobs_(blobs), feeds_(feeds) {}

  void list(const Call& call);
  void start(Call call);
  // Everything below /runs/{run}.
  void handle(Call call);

 private:
  Result<domain::RunId> run_at_work();
  io::Answer read(const Call& call, std::int64_t after, bool active, store::RunRow& row);
  void act(const Call& call, const store::RunRow& row, std::int64_t after, const io::Answer& answer);
  static io::Answer is_over(const domain::RunId& run);
  void watch(const Call& call, const domain::RunId& run, std::int64_t after);
  void link(const Call& call, const domain::RunId& run);

  ServerParts& parts_;
  const BlobRoutes& blobs_;
  JournalFeeds& feeds_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::coordinator
