// Events over a WebSocket, for watchers that cannot read server-sent events: one text message per event,
// {"id":"4","event":"patch","data":…}. `data` stands there as it was sent, so it must be JSON. What the watcher says is not listened to.
#pragma once

#include <memory>

#include "io/http_server.h"

namespace tamarack::io {

// Destroying the feed closes the link.
std::shared_ptr<EventFeed> make_ws_feed(Loop& loop, std::unique_ptr<Link> link);

}  // namespace tamarack::io
