// Server-sent events out of a stream of bytes (WHATWG HTML, section 9.2). Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tamarack::io {

struct StreamEvent {
  std::string id;     // the last one that was set
  std::string event;  // empty: "message"
  std::string data;
};

class EventStream {
 public:
  static constexpr std::size_t event_max_default = UINT64_C(256) << 20;
  explicit EventStream(std::size_t event_max = event_max_default) : event_max_(event_max) {}

  // Whole events, in order. `limit_exceeded` when one is longer than `event_max` bytes.
  Result<> feed(std::string_view bytes, const std::function<void(const StreamEvent&)>& on_event);

 private:
  void take_line(std::string_view line, const std::function<void(const StreamEvent&)>& on_event);

  std::size_t event_max_;
  std::string line_;
  bool after_cr_ = false;  // a line end of two bytes may be cut in the middle
  StreamEvent event_;
  bool has_data_ = false;
};

}  // namespace tamarack::io
