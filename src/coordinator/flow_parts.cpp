#include "coordinator/flow_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "coordinator/asking.h"
#include "io/crypto.h"

namespace tamarack::coordinator {
namespace {

constexpr std::size_t key_bytes_max = 200;

}  // namespace

std::string new_flow_id(std::string_view prefix) {
  std::string id(prefix);
  for (const char byte : io::random_bytes(8)) id += fmt::format("{:02x}", static_cast<unsigned>(static_cast<unsigned char>(byte)));
  return id;
}

std::string asker_of(const Call& call) {
  if (!call.caller.token || domain::is_open_caller(call.caller)) return {};
  return call.caller.token->label.empty() ? "token " + call.caller.token->id.value : call.caller.token->label;
}

Result<std::string> idempotency_key_of(const Call& call) {
  const std::string_view key = trim(call.request.head.field("Idempotency-Key"));
  const bool is_plain = std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (key.size() > key_bytes_max || !is_plain)
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("Idempotency-Key: expected at most {} visible ASCII characters", key_bytes_max));
  return std::string(key);
}

Result<PageWish> page_of(const Call& call, std::string_view others) {
  const std::vector<std::string> known = split(replace_all(std::string(others), " ", ""), ',');
  PageWish page;
  for (const auto& [name, value] : call.request.head.query) {
    if (name == "before") {
      page.before = value;
    } else if (name == "limit") {
      const auto number = parse_integer(value);
      if (!number || *number < 1 || *number > store::page_max)
        return make_error(ErrorCode::invalid_argument,
                          fmt::format("limit: expected a number from 1 to {}, got '{}'", store::page_max, value));
      page.limit = static_cast<std::size_t>(*number);
    } else if (std::find(known.begin(), known.end(), name) == known.end()) {
      return make_error(ErrorCode::invalid_argument,
                        fmt::format("unknown parameter '{}', expected one of {}, limit, before", name, others));
    }
  }
  return page;
}

io::Answer board_trouble(const Error& error) {
  return busy(error.message, 2);
}

}  // namespace tamarack::coordinator
