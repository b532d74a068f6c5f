// What somebody wants to wait for, as JSON: the body of POST /api/v1/waits, what `tamarack wait` and the helpers in tests send, and what
// [[flow.phase]] of tamarack.toml is turned into. One form for all; docs/design/2026-11-22-wait-wish.md has it with examples. Texts may
// hold {places} that captures fill.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "flow/wait_spec.h"

namespace tamarack::wire {

inline constexpr std::size_t wait_wish_bytes_max = 64 * 1024;

// The spec that is parked. `invalid_argument` with every problem of the form, each with its JSON path ("conditions[0].http.url: …"). What
// is wrong with the captures is no error here: it stands in WaitSpec::problems, and the wait will be invalid at once, with evidence.
// `base_url` is put before addresses that begin with '/'; empty: those are a problem. Captures that the wish itself brings along count
// where `captures` has none of that name.
Result<flow::WaitSpec> read_wait_wish(std::string_view json, const std::vector<flow::Captured>& captures, std::string_view base_url);

// Every problem of the form, without captures; empty: none. For configurations and for the API.
std::vector<std::string> problems_of_wish(std::string_view json);
// The names in {places} that captures have to fill, each once, sorted.
std::vector<std::string> places_of_wish(std::string_view json);
// The same wish, with these values for its places: for a reader who does not know the captures. `invalid_argument` where it is no JSON
// object, or more than wait_wish_bytes_max with them.
Result<std::string> wish_with_captures(std::string_view json, const std::vector<flow::Captured>& captures);

// The map of a field that comes without one: the words of Tamarack's own jobs, of Celery and of Dask.
std::vector<flow::MappedStatus> usual_status_map();

}  // namespace tamarack::wire
