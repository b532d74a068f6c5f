// What a test asks of the agent on its machine, and what it hears back (docs/guide/helpers.md): a wish (wait_wish.h) with the captures for
// its places beside it, and the outcome of a wait as JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "flow/wait.h"

namespace tamarack::wire {

inline constexpr std::size_t local_wish_bytes_max = 1 << 20;  // a wish, and the captures it needs

struct LocalWish {
  std::string wish;  // without the captures
  std::vector<flow::Captured> captures;
};
// {…wish…, "captures": {name: value}}; `captures` may be missing. `invalid_argument` when it is no JSON object.
Result<LocalWish> read_local_wish(std::string_view body);

// The wish for a server, which knows no captures: the filled keys and ids of `spec` instead of the places, the owner beside them.
std::string wish_for_server(const LocalWish& local, const flow::WaitSpec& spec);
// From a server's answers to POST /api/v1/waits and GET /api/v1/waits/{wait}. Empty, false: it says something else.
std::string parked_wait_id(std::string_view body);
bool is_wait_over(std::string_view body);

// {"wait_id","state":"parked"}
std::string local_wait_parked(std::string_view wait_id);
// {"wait_id","state":"over","outcome","message","captures":{…},"excerpt","notes":[{"at_ms","condition","what","text"}],"probes","waited_ms",
//  "last_status"} of a wait that is over.
std::string local_wait_over(const flow::Wait& wait);
// The same of one that never was parked.
std::string local_wait_invalid(std::string_view message);

}  // namespace tamarack::wire
