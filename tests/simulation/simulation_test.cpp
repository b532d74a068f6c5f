// A modest number of seeds for the inner loop; scripts/simulate.sh plays a hundred thousand.
#include "simulation.h"

#include <gtest/gtest.h>

namespace tamarack::simulation {
namespace {

constexpr std::uint64_t seeds = 1500;

TEST(Simulation, HoldsItsRulesFromEverySeed) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const Report report = simulate(seed);
    ASSERT_FALSE(report.violation) << "seed " << seed << ", step " << report.steps << ": " << *report.violation << '\n'
                                   << report.story << "replay: simulation --verbose " << seed;
  }
}

TEST(Simulation, TellsTheSameStoryFromTheSameSeed) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const Wish wish{.story_lines = 100'000, .story_always = true};
    ASSERT_EQ(simulate(seed, wish).story, simulate(seed, wish).story) << "seed " << seed;
  }
}

class PlantedBug : public testing::TestWithParam<std::pair<Plant, std::string_view>> {};

TEST_P(PlantedBug, IsFound) {
  const auto& [plant, name] = GetParam();
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const Report report = simulate(seed, {.plant = plant});
    if (!report.violation) continue;
    EXPECT_FALSE(report.story.empty());
    std::printf("%s is found at seed %llu, step %lld: %s\n", std::string(name).c_str(), static_cast<unsigned long long>(seed),
                static_cast<long long>(report.steps), report.violation->c_str());
    return;
  }
  FAIL() << "'" << name << "' is not found in " << seeds << " seeds";
}

INSTANTIATE_TEST_SUITE_P(All, PlantedBug, testing::ValuesIn(plants), [](const auto& info) {
  std::string name(info.param.second);
  std::erase(name, '-');
  return name;
});

}  // namespace
}  // namespace tamarack::simulation
