#include "insight/flakiness.h"

#include <gtest/gtest.h>

namespace tamarack::insight {
namespace {

using domain::Execution;
using domain::Figures;
using domain::Outcome;

// One letter per execution, newest first: p(assed) f(ailed) t(imed out) y (flaky) s(kipped) l(ost) n(ever ran) c(ancelled); a capital one
// does not count. Durations are 100 ms.
std::vector<Execution> executions(std::string_view letters, const std::string& branch = "main") {
  static const std::map<char, Outcome> outcomes{{'p', Outcome::passed},    {'f', Outcome::failed},   {'t', Outcome::timed_out},
                                                {'y', Outcome::flaky},     {'s', Outcome::skipped},  {'l', Outcome::lost},
                                                {'n', Outcome::never_ran}, {'c', Outcome::cancelled}};
  std::vector<Execution> found;
  for (const char letter : letters) {
    const bool counted = letter >= 'a';
    found.push_back({.branch = branch,
                     .outcome = outcomes.at(static_cast<char>(counted ? letter : letter - 'A' + 'a')),
                     .duration = Millis{100},
                     .counted = counted});
  }
  return found;
}

std::vector<Execution> timed(const std::vector<std::int64_t>& durations_ms) {
  std::vector<Execution> found;
  for (const std::int64_t ms : durations_ms) found.push_back({.duration = Millis{ms}});
  return found;
}

TEST(Flakiness, OfNothingEveryFigureIsNought) {
  const Figures none = figures_of({});
  EXPECT_EQ(none, Figures{});
  EXPECT_EQ(none.failure_rate(), 0.0);
  EXPECT_EQ(none.flaky_rate(), 0.0);
  EXPECT_EQ(none.flip_rate(), 0.0);
  EXPECT_EQ(none.trend, std::nullopt);
}

TEST(Flakiness, RatesAreOverTheExecutionsInWhichTheTestRan) {
  const Figures figures = figures_of(executions("pftysslncp"));
  EXPECT_EQ(figures.runs, 5);
  EXPECT_EQ(figures.passed, 2);
  EXPECT_EQ(figures.failed, 2) << "a timeout is a failure";
  EXPECT_EQ(figures.flaky, 1);
  EXPECT_DOUBLE_EQ(figures.failure_rate(), 0.4);
  EXPECT_DOUBLE_EQ(figures.flaky_rate(), 0.2);
}

TEST(Flakiness, WhatDoesNotCountLeavesNoTrace) {
  EXPECT_EQ(figures_of(executions("pFfTpYP")), figures_of(executions("pfp")));
  EXPECT_EQ(figures_of(executions("FFFF")), Figures{});
}

TEST(Flakiness, AFlipIsAChangeBetweenNeighbours) {
  const auto flips = [](std::string_view letters) {
    const Figures figures = figures_of(executions(letters));
    return fmt::format("{}/{}", figures.flips, figures.pairs);
  };
  EXPECT_EQ(flips("p"), "0/0") << "one alone has no neighbour";
  EXPECT_EQ(flips("pppp"), "0/3");
  EXPECT_EQ(flips("ffff"), "0/3") << "broken is not flaky";
  EXPECT_EQ(flips("pfpf"), "3/3");
  EXPECT_EQ(flips("ppff"), "1/3") << "a repair is one flip";
  EXPECT_EQ(flips("pyp"), "0/2") << "a flaky one passed at last; it has a rate of its own";
  EXPECT_EQ(flips("ft"), "0/1");
  EXPECT_EQ(flips("psspf"), "1/2") << "neighbours are those that ran";
}

TEST(Flakiness, BranchesDoNotFlipEachOther) {
  std::vector<Execution> mixed;
  for (int i = 0; i < 4; ++i) {
    mixed.push_back(executions("p", "main").front());
    mixed.push_back(executions("f", "feature").front());
  }
  const Figures all = figures_of(mixed);
  EXPECT_EQ(all.flips, 0);
  EXPECT_EQ(all.pairs, 6);
  const auto branches = figures_by_branch(mixed);
  ASSERT_EQ(branches.size(), 2U);
  EXPECT_DOUBLE_EQ(branches.at("feature").failure_rate(), 1.0);
  EXPECT_DOUBLE_EQ(branches.at("main").failure_rate(), 0.0);
  EXPECT_EQ(branches.at("main").pairs, 3);
}

TEST(Flakiness, QuantilesAreTheNearestRank) {
  const auto of = [](const std::vector<std::int64_t>& ms, double share) {
    std::vector<Millis> durations;
    for (const std::int64_t one : ms) durations.emplace_back(one);
    return quantile(durations, share).count();
  };
  EXPECT_EQ(of({}, 0.5), 0);
  EXPECT_EQ(of({7}, 0.5), 7);
  EXPECT_EQ(of({7}, 0.95), 7);
  EXPECT_EQ(of({4, 1, 3, 2}, 0.5), 2);
  EXPECT_EQ(of({5, 1, 4, 2, 3}, 0.5), 3);
  std::vector<std::int64_t> hundred;
  for (int i = 100; i >= 1; --i) hundred.push_back(i);
  EXPECT_EQ(of(hundred, 0.5), 50);
  EXPECT_EQ(of(hundred, 0.95), 95);
  EXPECT_EQ(of(hundred, 1.0), 100);
}

TEST(Flakiness, DurationsAreThoseOfPassesWhereThereAreAny) {
  std::vector<Execution> mixed = timed({100, 200, 300});
  mixed[1].outcome = Outcome::timed_out;
  mixed[1].duration = Millis{30'000};
  EXPECT_EQ(figures_of(mixed).p95, Millis{300}) << "how long the framework waits is not how long the test takes";
  for (Execution& one : mixed) one.outcome = Outcome::failed;
  EXPECT_EQ(figures_of(mixed).p95, Millis{30'000});
}

TEST(Flakiness, TheTrendComparesTheHalves) {
  EXPECT_EQ(figures_of(timed({1, 1, 1, 1, 1, 1, 1})).trend, std::nullopt) << "seven are too few";
  EXPECT_EQ(figures_of(timed({300, 300, 300, 300, 100, 100, 100, 100})).trend, 3.0);
  EXPECT_EQ(figures_of(timed({100, 100, 100, 100, 900, 400, 400, 400, 400})).trend, 0.25) << "the one in the middle is in neither half";
  EXPECT_EQ(figures_of(timed({0, 0, 0, 0, 0, 0, 0, 0})).trend, 1.0);
  EXPECT_EQ(figures_of(timed({5, 5, 5, 5, 0, 0, 0, 0})).trend, 5.0) << "no division by nought";
}

}  // namespace
}  // namespace tamarack::insight
