// A journal as a person reads it: one line per entry.
#pragma once

#include <string>
#include <vector>

#include "run/run.h"

namespace tamarack::simulation {

std::string describe(const run::Entry& entry, Instant started);
std::string tell(const std::vector<run::Entry>& journal, std::size_t lines_max);

}  // namespace tamarack::simulation
