// Times in tables for people.
#pragma once

#include <string>

#include "base/time.h"

namespace tamarack::cli {

// "2026-11-22 09:30", in UTC.
inline std::string minute_of(Instant instant) {
  return iso8601(instant).substr(0, 16).replace(10, 1, " ");
}

}  // namespace tamarack::cli
