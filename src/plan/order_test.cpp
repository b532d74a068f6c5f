#include "plan/order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "plan/suite_builder.h"

namespace tamarack::plan {
namespace {

using ::testing::ElementsAre;

domain::Unit unit(std::uint32_t index, std::string title, std::int64_t ms, std::vector<std::uint32_t> after = {},
                  std::vector<std::string> locks = {}) {
  domain::Unit made{.index = domain::UnitIndex{index},
                    .title = std::move(title),
                    .tests = {domain::TestIndex{index}},
                    .estimate = Millis{ms},
                    .locks = std::move(locks)};
  for (const std::uint32_t before : after) made.after.push_back(domain::UnitIndex{before});
  return made;
}

std::vector<domain::TestCase> tests_of(std::size_t count) {
  std::vector<domain::TestCase> tests;
  for (std::size_t i = 0; i < count; ++i) tests.push_back(test_case({.name = "s" + std::to_string(i) + ".ts › t"}));
  return tests;
}

std::vector<std::string> ordered(std::vector<domain::Unit> units, const OrderOptions& options = {},
                                 const std::vector<domain::Cap>& caps = {}) {
  const auto tests = tests_of(units.size());
  std::vector<std::string> titles;
  for (const domain::Unit& one : order_units(std::move(units), tests, caps, options)) titles.push_back(one.title);
  return titles;
}

TEST(Order, LongestFirstAndTitlesBreakTies) {
  EXPECT_THAT(ordered({unit(0, "c", 10), unit(1, "b", 10), unit(2, "a", 5), unit(3, "d", 90)}), ElementsAre("d", "b", "c", "a"));
}

TEST(Order, FailedThenChangedThenTheRest) {
  const OrderOptions options{.failed_first = {test_case({.name = "s2.ts › t"}).id}, .changed_first = {"s0.ts"}};
  EXPECT_THAT(ordered({unit(0, "changed", 1), unit(1, "long", 90), unit(2, "failed", 1)}, options),
              ElementsAre("failed", "changed", "long"));
}

TEST(Order, WhatLongWorkWaitsForComesFirst) {
  EXPECT_THAT(ordered({unit(0, "long", 90, {2}), unit(1, "medium", 50), unit(2, "setup", 1)}), ElementsAre("setup", "long", "medium"));
  const OrderOptions options{.failed_first = {test_case({.name = "s0.ts › t"}).id}};
  EXPECT_THAT(ordered({unit(0, "failed", 1, {2}), unit(1, "long", 90), unit(2, "setup", 1)}, options),
              ElementsAre("setup", "failed", "long"));
}

TEST(Order, AQueueForALockCountsAsOneLongUnit) {
  const auto locked = [](std::uint32_t index, std::string title, std::int64_t ms) { return unit(index, std::move(title), ms, {}, {"db"}); };
  EXPECT_THAT(ordered({unit(0, "long", 50), locked(1, "x", 20), locked(2, "y", 30), locked(3, "z", 10)}),
              ElementsAre("y", "long", "x", "z"));
}

TEST(Order, ACapDividesTheQueue) {
  std::vector<domain::Unit> units{unit(0, "long", 50), unit(1, "x", 40), unit(2, "y", 40)};
  units[1].caps = units[2].caps = {"heavy"};
  EXPECT_THAT(ordered(units, {}, {{"heavy", 2}}), ElementsAre("long", "x", "y"));
  EXPECT_THAT(ordered(units, {}, {{"heavy", 1}}), ElementsAre("x", "long", "y"));
}

TEST(Order, UnitsAreRenumberedWithTheirEdges) {
  const auto units = order_units({unit(0, "a", 1, {1}), unit(1, "b", 5)}, tests_of(2), {}, {});
  EXPECT_EQ(units[0].index, domain::UnitIndex{0U});
  EXPECT_EQ(units[0].title, "b");
  EXPECT_THAT(units[1].after, ElementsAre(domain::UnitIndex{0U}));
}

RC_GTEST_PROP(Order, DependsOnTheUnitsAndNotOnHowTheyWereListed, ()) {
  const auto count = *rc::gen::inRange<std::uint32_t>(1, 12);
  std::vector<domain::Unit> units;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::vector<std::uint32_t> after;
    for (std::uint32_t j = 0; j < i; ++j)
      if (*rc::gen::inRange(0, 6) == 0) after.push_back(j);
    units.push_back(unit(i, "u" + std::to_string(i), *rc::gen::inRange(0, 4), after,
                         *rc::gen::inRange(0, 3) == 0 ? std::vector<std::string>{"l"} : std::vector<std::string>{}));
  }
  const auto tests = tests_of(count);
  const auto once = order_units(units, tests, {}, {});
  auto shuffled = units;
  for (std::size_t i = shuffled.size(); i > 1; --i) std::swap(shuffled[i - 1], shuffled[*rc::gen::inRange<std::size_t>(0, i)]);
  RC_ASSERT(order_units(shuffled, tests, {}, {}) == once);
  for (const domain::Unit& one : once)
    for (const domain::UnitIndex before : one.after) RC_ASSERT(before < one.index);
}

}  // namespace
}  // namespace tamarack::plan
