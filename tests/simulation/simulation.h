// One whole run from one seed: agents, links, frameworks, applications, a store, and the deaths of all of them, until the verdict is
// durable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "coverage.h"
#include "plant.h"

namespace tamarack::simulation {

struct Report {
  std::uint64_t seed = 0;
  std::int64_t steps = 0;    // decisions of run::step
  std::int64_t entries = 0;  // of the journal
  Coverage coverage;
  std::optional<std::string> violation;
  std::string story;  // the journal's last lines; of a violation, or when asked for
};

struct Wish {
  Plant plant = Plant::none;
  std::size_t story_lines = 40;
  bool story_always = false;
};

Report simulate(std::uint64_t seed, const Wish& wish = {});

// The seed this thread is at; for the handler of an abort.
std::uint64_t current_seed();

}  // namespace tamarack::simulation
