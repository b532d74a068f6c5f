// Jobs as they go on, pushed: every step as a server-sent event (or a WebSocket message), after `Last-Event-ID` on; `end` after the last
// one. On the loop; nothing is looked up again and again.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "coordinator/flow_parts.h"

namespace tamarack::coordinator {

class JobFeeds {
 public:
  explicit JobFeeds(FlowParts& parts) : parts_(parts) {}

  // The job is there and the caller reaches it.
  void join(const Call& call, const flow::Job& job);
  void changed(const domain::JobId& job);

 private:
  struct Reader {
    std::shared_ptr<io::EventFeed> feed;
    std::shared_ptr<void> place;
    std::int64_t after = 0;
  };
  // False when nothing follows for this one.
  bool tell(const flow::Job& job, Reader& reader);
  void tell_changed();

  FlowParts& parts_;
  std::map<domain::JobId, std::vector<Reader>> readers_;
  std::set<domain::JobId> changed_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::coordinator
