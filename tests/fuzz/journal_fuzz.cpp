// Any bytes as a journal row (its kind on the first line, its body below) and as a remembered discovery: a value or a named complaint.
// What was understood means the same after it was written and read again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "wire/journal.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = text.find('\n');
  const std::string_view kind = text.substr(0, end);
  const std::string_view body = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  const auto record = tamarack::wire::decode_record(kind, body);
  if (record) {
    if (tamarack::wire::kind_of(*record) != kind) __builtin_trap();
    const std::string written = tamarack::wire::encode_body(*record);
    const auto again = tamarack::wire::decode_record(kind, written);
    if (!again || tamarack::wire::encode_body(*again) != written) __builtin_trap();
  } else if (record.error().message.empty()) {
    __builtin_trap();
  }
  const auto discovery = tamarack::wire::decode_discovery(body);
  if (discovery) {
    const std::string written = tamarack::wire::encode_discovery(*discovery);
    const auto again = tamarack::wire::decode_discovery(written);
    if (!again || tamarack::wire::encode_discovery(*again) != written) __builtin_trap();
  }
  return 0;
}
