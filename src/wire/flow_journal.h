// The text form of the journal of jobs, waits and mailboxes: every record is a kind and a JSON body, as the design page names them
// (docs/design/2026-11-21-jobs-waits-flows.md, "Facts"). Version 1; kinds are never reused for another shape. A field that is missing keeps
// its default, one that is not known is passed over.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "flow/record.h"

namespace tamarack::wire {

inline constexpr int flow_journal_version = 1;

std::string_view kind_of(const flow::Record& record);  // "wait_parked"
std::string encode_body(const flow::Record& record);
// The entry that stands in a row of the store. `corrupt`, naming stream and number, when the kind is unknown, the body is no such record,
// or the record is of another kind of stream.
Result<flow::Entry> decode_flow_entry(std::string stream, std::int64_t seq, Instant at, std::string_view kind, std::string_view body);

// For the API: {"stream":…,"seq":…,"at":…,"kind":…,"body":{…}}.
std::string encode_entry(const flow::Entry& entry);

}  // namespace tamarack::wire
