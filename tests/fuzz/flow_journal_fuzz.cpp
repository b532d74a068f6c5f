// Any bytes as a row of the journal of jobs, waits and mailboxes (its stream on the first line, its kind on the second, its body below): an
// entry or a complaint that names the stream. What was understood means the same after it was written and read again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "wire/flow_journal.h"

namespace {

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view body(reinterpret_cast<const char*>(data), size);
  const std::string stream(take_line(body));
  const std::string_view kind = take_line(body);
  const auto entry = tamarack::wire::decode_flow_entry(stream, 1, {}, kind, body);
  if (!entry) {
    if (entry.error().message.empty()) __builtin_trap();
    return 0;
  }
  if (tamarack::wire::kind_of(entry->record) != kind) __builtin_trap();
  const std::string written = tamarack::wire::encode_body(entry->record);
  const auto again = tamarack::wire::decode_flow_entry(stream, 1, {}, kind, written);
  if (!again || tamarack::wire::encode_body(again->record) != written) __builtin_trap();
  return 0;
}
