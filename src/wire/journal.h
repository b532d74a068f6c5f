// The journal's text form: every record is a kind and a JSON body. Version 1; kinds are never reused for another shape.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "domain/test_case.h"
#include "run/record.h"

namespace tamarack::wire {

inline constexpr int journal_version = 1;

std::string_view kind_of(const run::Record& record);  // "lease_granted"
std::string encode_body(const run::Record& record);
Result<run::Record> decode_record(std::string_view kind, std::string_view body);

// One line of the API's journal: {"seq":…,"at":…,"kind":…,"body":{…}}. `corrupt`, naming what is wrong.
Result<run::Entry> decode_entry(std::string_view text);

// Discoveries are cached between runs.
std::string encode_discovery(const domain::Discovery& discovery);
Result<domain::Discovery> decode_discovery(std::string_view text);

}  // namespace tamarack::wire
