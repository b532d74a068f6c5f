// Two ends of a conversation. The in-memory pair and the WebSocket carry the same texts, so the two sides cannot tell them apart.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "io/loop.h"

namespace tamarack::io {

class Link {
 public:
  virtual ~Link() = default;
  virtual void send(std::string text) = 0;
  // One receiver; called on the loop, never from inside send().
  virtual void on_message(std::function<void(std::string)> callback) = 0;
  virtual void on_close(Callback callback) = 0;
};

// Messages of one end arrive at the other in order, on a later turn of the loop. Destroying an end closes the other.
std::pair<std::unique_ptr<Link>, std::unique_ptr<Link>> make_memory_link(Loop& loop);

}  // namespace tamarack::io
