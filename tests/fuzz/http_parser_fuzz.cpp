// What a stranger sends to the server's port, or a server answers: a message or a refusal with a status, and never a different one because
// the bytes arrived in other pieces.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "io/http_parser.h"

namespace {

using tamarack::io::HttpParser;

struct Outcome {
  int status = 0;  // of the refusal
  bool done = false;
  std::size_t taken = 0;
  std::string body;
  std::string head;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome read(HttpParser::Kind kind, std::string_view bytes, std::size_t piece_max) {
  constexpr std::uint64_t body_max = 1000;
  HttpParser parser(kind);
  Outcome outcome;
  bool limited = false;
  while (!bytes.empty() && !parser.failed() && !parser.done()) {
    const std::size_t taken = parser.feed(bytes.substr(0, piece_max), [&](std::string_view piece) { outcome.body += piece; });
    outcome.taken += taken;
    bytes.remove_prefix(taken);
    if (parser.head_done() && !limited) {
      limited = true;
      parser.body_max(body_max);
    }
  }
  outcome.done = parser.done();
  if (parser.failed()) outcome.status = parser.failure().status;
  if (parser.failed() && (parser.failure().detail.empty() || outcome.status < 400)) __builtin_trap();
  if (outcome.body.size() > body_max) __builtin_trap();
  if (!parser.head_done()) return outcome;
  outcome.head = parser.head().method + ' ' + parser.head().target;
  for (const auto& [name, value] : parser.head().fields) {
    if (name.empty() || (name + value).find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) __builtin_trap();
    outcome.head += '\n' + name + ": " + value;
  }
  if (parser.head().chunked && parser.head().content_length) __builtin_trap();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto kind = data[0] % 2 == 0 ? HttpParser::Kind::request : HttpParser::Kind::answer;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Outcome whole = read(kind, bytes, bytes.size());
  if (read(kind, bytes, 1) != whole || read(kind, bytes, data[1] % 61U + 1) != whole) __builtin_trap();

  const std::string_view line = bytes.substr(0, bytes.find('\n'));
  if (const auto target = tamarack::io::parse_target(line)) {
    if (target->path.find('\0') != std::string::npos || (target->path != "*" && !target->path.starts_with('/'))) __builtin_trap();
    const std::string closed = target->path + '/';
    if (closed.find("/../") != std::string::npos || closed.find("/./") != std::string::npos) __builtin_trap();
  }
  if (const auto url = tamarack::io::parse_http_url(line); url && (url->host.empty() || url->target.empty())) __builtin_trap();
  const auto choice = tamarack::io::choose_range(line, 1000);
  if (choice.kind == tamarack::io::RangeKind::part && (choice.range.length == 0 || choice.range.first + choice.range.length > 1000))
    __builtin_trap();
  return 0;
}
