// Outcomes as the tables keep them.
#pragma once

#include <string_view>

#include "domain/outcome.h"

namespace tamarack::store {

// What a tamarack does not know cannot be trusted: lost.
inline domain::Outcome outcome_from(std::string_view text) {
  if (text == "pending") return domain::Outcome::pending;
  for (const domain::Outcome outcome : domain::final_outcomes)
    if (to_string(outcome) == text) return outcome;
  return domain::Outcome::lost;
}

}  // namespace tamarack::store
