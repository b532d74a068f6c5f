// Journals as they grow, as server-sent events: one reader of the store per run, whatever the number of watchers; what a run of this server
// writes is pushed at once. On the loop, but for the reading.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "coordinator/server_parts.h"

namespace tamarack::coordinator {

class JournalFeeds {
 public:
  explicit JournalFeeds(ServerParts& parts) : parts_(parts) {}
  ~JournalFeeds();

  // Everything after entry `after`, then `end` once the run is closed.
  void join(const domain::RunId& run, std::int64_t after, std::shared_ptr<io::EventFeed> feed);
  // An entry of a run of this server is durable.
  void entered(const domain::RunId& run, const run::Entry& entry);

 private:
  struct Reader {
    std::shared_ptr<io::EventFeed> feed;
    std::int64_t after = 0;
  };
  struct Channel {
    domain::RunId run;
    std::vector<Reader> readers;
    bool looking = false;
    io::Timer timer;
  };
  struct Looked;

  void look(const std::shared_ptr<Channel>& channel);
  void tell(const std::shared_ptr<Channel>& channel, const Looked& looked);

  ServerParts& parts_;
  std::map<domain::RunId, std::shared_ptr<Channel>> channels_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::coordinator
