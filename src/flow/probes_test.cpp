#include "flow/probes.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace tamarack::flow {
namespace {

const Instant start = from_ms(1'800'000'000'000);
constexpr Millis second{1'000};

Subscriber subscriber(int number) {
  return {domain::WaitId{fmt::format("w{}", number)}, 0};
}

TEST(Probes, ManyWhoWantOneRequestAreOneProbe) {
  Probes probes;
  EXPECT_TRUE(probes.want("r", "h", subscriber(1), start));
  for (int i = 2; i <= 1'000; ++i) EXPECT_FALSE(probes.want("r", "h", subscriber(i), start));
  EXPECT_EQ(probes.take_due(start).size(), 1U);
  EXPECT_TRUE(probes.take_due(start + second).empty());  // in flight
  EXPECT_EQ(probes.subscribers("r").size(), 1'000U);
  for (int i = 1; i < 1'000; ++i) EXPECT_FALSE(probes.leave("r", subscriber(i)));
  EXPECT_TRUE(probes.leave("r", subscriber(1'000)));
  EXPECT_EQ(probes.size(), 0U);
}

// Waiters that come one after the other while answers are on their way make a look each again_min, not one each; a push does not wait.
TEST(Probes, WhoJoinsALookInFlightIsNoReasonToAskAgainAtOnce) {
  Probes probes;
  probes.want("r", "h", subscriber(1), start);
  const ProbeOrder first = probes.take_due(start).at(0);
  probes.want("r", "h", subscriber(2), start + Millis{10});
  EXPECT_TRUE(probes.answered("r", first.number));
  EXPECT_TRUE(probes.take_due(start + Millis{249}).empty());
  const ProbeOrder second_look = probes.take_due(start + Millis{250}).at(0);
  probes.want("r", "h", subscriber(3), start + Millis{260});
  probes.hurry("r", start + Millis{270});
  EXPECT_TRUE(probes.answered("r", second_look.number));
  EXPECT_EQ(probes.take_due(start + Millis{280}).size(), 1U) << "the push is not patient";
}

TEST(Probes, OnlyTheAnswerThatIsWaitedForCounts) {
  Probes probes;
  probes.want("r", "h", subscriber(1), start);
  const ProbeOrder order = probes.take_due(start).at(0);
  EXPECT_FALSE(probes.answered("r", order.number + 1));
  EXPECT_EQ(probes.answered("r", order.number), start);
  EXPECT_FALSE(probes.answered("r", order.number));
}

TEST(Probes, AnAnswerThatTakesTooLongIsGivenUpAndTheHostGetsAPause) {
  Probes probes;
  probes.want("r", "h", subscriber(1), start);
  const ProbeOrder order = probes.take_due(start).at(0);
  EXPECT_TRUE(probes.give_up(start + 9 * second).empty());
  EXPECT_EQ(probes.give_up(start + 10 * second), std::vector<std::string>{"r"});
  EXPECT_FALSE(probes.answered("r", order.number));
  probes.plan("r", start + 10 * second);
  EXPECT_TRUE(probes.take_due(start + 10 * second).empty());
  EXPECT_EQ(probes.take_due(start + 11 * second).size(), 1U);
}

TEST(Probes, OneSlowHostHoldsUpItselfAndNobodyElse) {
  Probes probes;
  for (int i = 0; i < 1'000; ++i) probes.want(fmt::format("slow{}", i), "slow", subscriber(i), start);
  for (int i = 0; i < 10; ++i) probes.want(fmt::format("quick{}", i), fmt::format("quick{}", i), subscriber(i), start);
  std::size_t slow = 0;
  std::size_t quick = 0;
  for (const ProbeOrder& order : probes.take_due(start)) ++(order.request.starts_with("slow") ? slow : quick);
  EXPECT_EQ(slow, 4U);
  EXPECT_EQ(quick, 10U);
  // Minutes later: the slow one has one at a time, with pauses.
  std::size_t asked = 0;
  for (Instant now = start; now < start + 300 * second; now += second / 2) {
    for (const std::string& request : probes.give_up(now)) probes.plan(request, now);
    for (const ProbeOrder& order : probes.take_due(now)) asked += order.request.starts_with("slow") ? 1 : 0;
  }
  EXPECT_LT(asked, 20U);
}

TEST(Probes, PatienceForOneRequestDelaysLooksButNotAPush) {
  Probes probes;
  probes.want("a", "h", subscriber(1), start);
  EXPECT_TRUE(probes.answered("a", probes.take_due(start).at(0).number));
  probes.hold("a", false, start + 30 * second);
  probes.plan("a", start + second);
  EXPECT_TRUE(probes.take_due(start + 29 * second).empty());
  probes.hurry("a", start + 29 * second);
  EXPECT_EQ(probes.take_due(start + 29 * second).size(), 1U);
}

TEST(Probes, PatienceForAHostHoldsAllOfIt) {
  Probes probes;
  for (const char* request : {"a", "b"}) probes.want(request, "h", subscriber(1), start);
  for (const ProbeOrder& order : probes.take_due(start)) EXPECT_TRUE(probes.answered(order.request, order.number));
  probes.hold("b", true, start + 60 * second);
  for (const char* request : {"a", "b"}) probes.hurry(request, start);
  EXPECT_TRUE(probes.take_due(start + 59 * second).empty());
  EXPECT_EQ(probes.take_due(start + 60 * second).size(), 2U);
}

TEST(Probes, PatienceOutlivesTheWaitThatWasTold) {
  Probes probes;
  probes.want("a", "h", subscriber(1), start);
  const ProbeOrder order = probes.take_due(start).at(0);
  probes.answered("a", order.number);
  probes.hold("a", true, start + 60 * second);
  probes.leave("a", subscriber(1));
  probes.want("b", "h", subscriber(2), start + second);
  EXPECT_TRUE(probes.take_due(start + second).empty());
  EXPECT_EQ(probes.next_due(), start + 60 * second);
}

TEST(Probes, AHostHasABudgetOfRequests) {
  ProbeLimits limits;
  limits.host_in_flight_max = 1'000;
  Probes probes(limits);
  for (int i = 0; i < 100; ++i) probes.want(fmt::format("r{}", i), "h", subscriber(i), start);
  std::size_t asked = probes.take_due(start).size();
  EXPECT_EQ(asked, 10U);  // the burst
  for (int i = 1; i <= 10; ++i) asked += probes.take_due(start + i * second / 10).size();
  EXPECT_EQ(asked, 20U);
}

TEST(Probes, FilesOfThisMachineHaveNoBudgetOfRequests) {
  ProbeLimits limits;
  limits.host_in_flight_max = 1'000;
  Probes probes(limits);
  for (int i = 0; i < 100; ++i) probes.want(fmt::format("r{}", i), "file", subscriber(i), start);
  EXPECT_EQ(probes.take_due(start).size(), 100U);
}

TEST(Probes, APushStandsBeforeLooksThatAreOnlyDue) {
  Probes probes;
  for (int i = 0; i < 100; ++i) probes.want(fmt::format("r{}", 10 + i), "h", subscriber(i), start);
  probes.take_due(start);
  probes.hurry("r99", start + second / 10);
  const auto next = probes.take_due(start + second / 10);
  ASSERT_EQ(next.size(), 0U);  // four are in flight
  probes.answered("r10", 1);
  const auto after = probes.take_due(start + second / 5);
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(after[0].request, "r99");
}

RC_GTEST_PROP(Probes, WhateverHappensLimitsHoldAndNobodyStarves, (const std::vector<std::uint16_t>& choices)) {
  ProbeLimits limits;
  limits.in_flight_max = 5;
  limits.host_in_flight_max = 2;
  Probes probes(limits);
  Instant now = start;
  std::map<std::string, std::int64_t> flying;
  const auto name = [](std::uint16_t choice) { return fmt::format("r{}", choice / 8 % 12); };
  const auto host = [](std::uint16_t choice) { return fmt::format("h{}", choice / 8 % 12 % 3); };
  for (const std::uint16_t choice : choices) {
    switch (choice % 8) {
      case 0:
      case 1:
        probes.want(name(choice), host(choice), subscriber(choice % 5), now);
        break;
      case 2:
        if (probes.leave(name(choice), subscriber(choice % 5))) flying.erase(name(choice));
        break;
      case 3:
        probes.hurry(name(choice), now);
        break;
      case 4:
        if (!flying.empty()) {
          RC_ASSERT(probes.answered(flying.begin()->first, flying.begin()->second).has_value());
          probes.plan(flying.begin()->first, now + second);
          flying.erase(flying.begin());
        }
        break;
      case 5:
        probes.hold(name(choice), choice % 2 == 0, now + second);
        break;
      default:
        now += Millis{choice % 3'000};
        break;
    }
    for (const std::string& request : probes.give_up(now)) {
      flying.erase(request);
      probes.plan(request, now);
    }
    for (const ProbeOrder& order : probes.take_due(now)) RC_ASSERT(flying.emplace(order.request, order.number).second);
    RC_ASSERT(static_cast<std::int64_t>(flying.size()) == probes.in_flight() && probes.in_flight() <= 5);
    const auto next = probes.next_due();
    RC_ASSERT(!next || *next > now || probes.in_flight() == 5);
    // Whoever is idle and wanted is asked at some time.
    if (probes.size() > flying.size() && flying.empty()) RC_ASSERT(next.has_value());
  }
}

}  // namespace
}  // namespace tamarack::flow
