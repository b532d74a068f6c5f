// What units are called. Every title of a plan is different, so that a person and a log line can name a unit by it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "domain/plan.h"

namespace tamarack::plan {

// The pieces of one spec and parameters: "a.spec.ts", "a.spec.ts › guest", "a.spec.ts › guest › pays", "a.spec.ts (part 2 of 3)".
void name_pieces(std::span<domain::Unit*> pieces, std::span<const domain::TestCase> tests);

// Specs kept together: "a.spec.ts + b.spec.ts", "a.spec.ts + 4 more".
void name_together(domain::Unit& unit, std::span<const domain::TestCase> tests);

// Repeated titles get " #2", " #3" and so on.
void make_titles_unique(std::vector<domain::Unit>& units);

}  // namespace tamarack::plan
