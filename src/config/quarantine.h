// The quarantine as a list that is governed: whom an entry excuses, until when, and how many there may be. Pure; `today` is YYYY-MM-DD in
// UTC.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "config/read_config.h"
#include "domain/test_case.h"

namespace tamarack::config {

// Whether it speaks of this test: by its id, or by a part of its display name ("SPEC › TITLE [PARAMETERS]").
bool applies_to(const QuarantineRule& rule, const domain::TestId& id, const domain::TestIdentity& identity);

// The entry that excuses the test today: of several the one that lasts longest. Null: none, the test counts.
const QuarantineRule* quarantine_of(const Config& config, const domain::TestId& id, const domain::TestIdentity& identity,
                                    std::string_view today);

// Of these tests, those that run but do not count today, in the same order.
std::vector<domain::TestId> quarantined(const Config& config, std::span<const domain::TestCase> tests, std::string_view today);

// Entries that ended before `today`, at their `expires`. An expired entry no longer excuses its test, and its owner should know.
std::vector<Problem> expired_quarantine(const Config& config, std::string_view today);

// More of the suite's tests are in quarantine than run.quarantine_max allows: a problem of the configuration, at the entry that is the
// first to take in too many. `tests` are all of the suite, not only those that a filter selects.
std::optional<Problem> too_many_quarantined(const Config& config, std::span<const domain::TestCase> tests, std::string_view today);

}  // namespace tamarack::config
