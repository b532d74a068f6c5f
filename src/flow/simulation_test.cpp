#include "flow/simulation.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace tamarack::flow {
namespace {

// FLOW_SEEDS=10000 for more; the inner loop has time for some.
std::uint64_t seeds() {
  const char* asked = std::getenv("FLOW_SEEDS");
  return asked == nullptr ? 600 : std::strtoull(asked, nullptr, 10);
}

TEST(Simulation, NothingIsLostDoubledOrMovedBack) {
  std::map<std::string, std::int64_t> seen;
  for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
    Simulation simulation({.seed = seed});
    ASSERT_EQ(simulation.play(), "");
    for (const auto& [what, count] : simulation.seen) seen[what] += count;
  }
  // The stories meet what they are for.
  for (const char* what : {"deaths", "satisfied", "failed", "timed_out", "lost", "consumed", "repeated", "duplicate", "out_of_order",
                           "after_end", "COMPLETED", "FAILED", "LOST", "CANCELLED", "seen", "changed", "trouble"}) {
    EXPECT_GT(seen[what], 0) << what;
    RecordProperty(what, std::to_string(seen[what]));
  }
}

TEST(Simulation, KilledAtEveryCommitOfAQuietStoryItEndsTheSame) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    Simulation undisturbed({.seed = seed, .calm = true});
    ASSERT_EQ(undisturbed.play(), "");
    for (std::int64_t commit = 2; commit <= undisturbed.commits(); ++commit)
      for (const bool before : {true, false}) {
        Simulation killed({.seed = seed, .calm = true, .kill_at = commit, .kill_before_commit = before});
        ASSERT_EQ(killed.play(), "") << "killed " << (before ? "before" : "after") << " commit " << commit;
        ASSERT_EQ(killed.outcomes(), undisturbed.outcomes())
            << "seed " << seed << ", killed " << (before ? "before" : "after") << " commit " << commit;
      }
  }
}

// The referee is awake: mistakes of a shell are found.
TEST(Simulation, PlantedMistakesAreFound) {
  for (const char* plant : {"start-twice", "phase-twice", "lose-signal"}) {
    std::string complaint;
    for (std::uint64_t seed = 1; seed <= 400 && complaint.empty(); ++seed) complaint = Simulation({.seed = seed, .plant = plant}).play();
    EXPECT_NE(complaint, "") << plant;
  }
}

}  // namespace
}  // namespace tamarack::flow
