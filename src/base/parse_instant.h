// Instants as people and tools write them: the part of ISO 8601 that is in use. The other way is iso8601() of time.h.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace tamarack {

// "2026-11-20", "2026-11-20T10:24:18Z", "2026-11-20 10:24:18.250+01:00"; without a zone: UTC. Nothing before 1970, and nothing for text
// that is no such instant.
std::optional<Instant> parse_instant(std::string_view text);

}  // namespace tamarack
