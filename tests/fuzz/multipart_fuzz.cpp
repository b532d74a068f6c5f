// Any bytes as a form with a file in it, cut anywhere: the same file or the same refusal as in one piece, never a crash, and no byte of the
// file that was not in the body. The first byte says how the rest is cut.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "coordinator/multipart.h"

namespace {

struct Read {
  std::string file;
  std::string name;
  bool is_good = false;
  friend bool operator==(const Read&, const Read&) = default;
};

Read read(std::string_view body, std::size_t piece) {
  Read result;
  tamarack::coordinator::MultipartFile form("b", "file", [&](std::string_view bytes) { result.file += bytes; });
  for (std::size_t at = 0; at < body.size(); at += piece)
    if (!form.feed(body.substr(at, piece))) return {};
  result.is_good = form.end().has_value();
  result.name = form.file_name();
  return result.is_good ? result : Read{};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)tamarack::coordinator::multipart_boundary(text).has_value();
  if (size < 2) return 0;
  const std::string_view body = text.substr(1);
  const Read whole = read(body, body.size());
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, 1 + std::size_t{data[0]}})
    if (read(body, piece) != whole) __builtin_trap();
  if (whole.is_good && body.find(whole.file) == std::string_view::npos) __builtin_trap();
  return 0;
}
