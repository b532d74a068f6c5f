// Scheduling bugs planted on purpose, to prove that the referee finds them. They sit around run::step and change what it decided, journal
// and state alike, so that only the rules can tell; production code has no hook.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "coordinator_process.h"

namespace tamarack::simulation {

enum class Plant {
  none,
  double_lease,     // what is leased is put back into the queue as well
  count_late,       // a result under a stale term counts
  forget_requeue,   // what a lost lease held is not handed out again
  trust_exit_code,  // exit code 0 passes for every test that was not reported
  forget_journal,   // a settled test is not written down
  begin_early,      // what needs a wait begins when the wait does
  trust_wait,       // a wait that is over is taken for satisfied
  prepare_again,    // what may not run twice is handed out again when it was cut off
};

inline constexpr std::array<std::pair<Plant, std::string_view>, 8> plants{{{Plant::double_lease, "double-lease"},
                                                                           {Plant::count_late, "count-late"},
                                                                           {Plant::forget_requeue, "forget-requeue"},
                                                                           {Plant::trust_exit_code, "trust-exit-code"},
                                                                           {Plant::forget_journal, "forget-journal"},
                                                                           {Plant::begin_early, "begin-early"},
                                                                           {Plant::trust_wait, "trust-wait"},

                                                                           {Plant::prepare_again, "prepare-again"}}};

std::optional<Plant> parse_plant(std::string_view name);
StepFunction step_with(Plant plant);

}  // namespace tamarack::simulation
