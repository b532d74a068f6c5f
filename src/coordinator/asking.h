// Reads on behalf of a caller who waits: bounded, and not begun for somebody who has left.
#pragma once

#include <memory>

#include "io/http_server.h"
#include "io/lane.h"

namespace tamarack::coordinator {

// 503 with Retry-After.
io::Answer busy(std::string_view why, std::int64_t seconds);

// `work` on the lane, then `done` on the loop. When too much waits already the exchange is answered with 503 and neither is called.
void ask(const std::shared_ptr<io::Exchange>& exchange, io::Lane& lane, io::Callback work, io::Callback done);
// The same for work that takes its time: neither is called when the caller has left before it begins. Takes the exchange's on_gone.
void ask_patiently(const std::shared_ptr<io::Exchange>& exchange, io::Lane& lane, io::Callback work, io::Callback done);

}  // namespace tamarack::coordinator
