#include "io/event_stream.h"

#include <utility>

namespace tamarack::io {

Result<> EventStream::feed(std::string_view bytes, const std::function<void(const StreamEvent&)>& on_event) {
  for (const char c : bytes) {
    if (std::exchange(after_cr_, false) && c == '\n') continue;
    if (c != '\n' && c != '\r') {
      line_ += c;
      if (line_.size() + event_.data.size() > event_max_) return make_error(ErrorCode::limit_exceeded, "an event is longer than allowed");
      continue;
    }
    after_cr_ = c == '\r';
    take_line(line_, on_event);
    line_.clear();
  }
  return {};
}

void EventStream::take_line(std::string_view line, const std::function<void(const StreamEvent&)>& on_event) {
  if (line.empty()) {
    if (has_data_) {
      event_.data.pop_back();  // the line end behind the last line
      on_event(event_);
    }
    event_.event.clear();
    event_.data.clear();
    has_data_ = false;
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == 0) return;  // a comment keeps the connection alive
  const std::string_view name = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "id") event_.id = value;
  if (name == "event") event_.event = value;
  if (name != "data") return;
  event_.data += value;
  event_.data += '\n';
  has_data_ = true;
}

}  // namespace tamarack::io
