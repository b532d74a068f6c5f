// What the routes of jobs, waits and signals share. Everything here outlives every request.
#pragma once

#include <fmt/format.h>

#include <set>
#include <string>
#include <utility>

#include "coordinator/caller_limits.h"
#include "coordinator/flow_desk.h"
#include "coordinator/long_polls.h"
#include "coordinator/server_parts.h"
#include "report/json_writer.h"

namespace tamarack::coordinator {

struct FlowParts {
  ServerParts& server;
  FlowDesk& desk;
  LongPolls& polls;
  CallerLimits& limits;
};

// "j-1f0e…": drawn from the system's random source, so that nobody guesses it.
std::string new_flow_id(std::string_view prefix);

// Who asks, for people: the label of the token, or its id.
std::string asker_of(const Call& call);

// The caller's Idempotency-Key. `invalid_argument` when it is too long or not plain.
Result<std::string> idempotency_key_of(const Call& call);

// One page of a list, newest first: `limit` and `before` of the query. `invalid_argument`.
struct PageWish {
  std::size_t limit = 50;
  std::string before;
};
Result<PageWish> page_of(const Call& call, std::string_view others);  // `others`: names of further parameters, ", " between them

// {"NAME": [rows], "next": where the page after it begins}. `all` has the newest last. `find` gives what an id stands for, or null where
// the caller is not to see it; `write` its row. `invalid_argument` where there is nothing that the page could begin behind.
template <class Id, class Find, class Write>
Result<std::string> page_json(std::string_view name, const std::set<std::pair<Instant, Id>>& all, const PageWish& page, const Find& find,
                              const Write& write) {
  report::JsonWriter out;
  out.begin_object();
  out.key(name);
  out.begin_array();
  std::size_t count = 0;
  std::string next;
  bool is_after = page.before.empty();
  for (auto at = all.rbegin(); at != all.rend(); ++at) {
    const std::string cursor = fmt::format("{}-{}", to_ms(at->first), at->second.value);
    if (!is_after) {
      is_after = cursor == page.before;
      continue;
    }
    const auto* shown = find(at->second);
    if (shown == nullptr) continue;
    if (++count > page.limit) break;
    write(out, *shown);
    next = cursor;
  }
  if (!is_after)
    return make_error(ErrorCode::invalid_argument, "'before' must be `next` of an earlier page; or what it names is gone by now");
  out.end_array();
  if (count > page.limit) out.field("next", next);
  out.end_object();
  return std::move(out).take();
}

// 503 with the reason that the board gave: it is broken, or the server stops.
io::Answer board_trouble(const Error& error);

}  // namespace tamarack::coordinator
