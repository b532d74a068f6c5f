#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "schedule/chunk.h"
#include "schedule/pace.h"
#include "schedule/queue.h"

namespace tamarack::schedule {
namespace {

using domain::ChunkSize;
using domain::Plan;
using domain::TestIndex;
using domain::UnitIndex;

// Units with these estimates (ms), one test each, longest first.
Plan plan_of(const std::vector<int>& estimates, int framework_start_ms = 0) {
  Plan plan;
  for (std::size_t i = 0; i < estimates.size(); ++i) {
    plan.tests.push_back({});
    plan.units.push_back(
        {.index = UnitIndex{i}, .title = fmt::format("u{}", i), .tests = {TestIndex{i}}, .estimate = Millis{estimates[i]}});
  }
  plan.cost = {.framework_start = Millis{framework_start_ms}, .from_history = true};
  return plan;
}

Queue queue_of(const Plan& plan) {
  Queue queue;
  for (const domain::Unit& unit : plan.units) put_back(queue, plan, {unit.index, unit.tests});
  return queue;
}

// Picks and takes out, as the run does.
std::vector<Piece> hand_out(Queue& queue, const Plan& plan, const InUse& in_use, PickRequest request) {
  request.framework_start = start_cost(plan.cost, {});
  std::vector<Piece> chunk = pick(queue, plan, in_use, request);
  for (const Piece& piece : chunk) take_out(queue, plan, piece);
  return chunk;
}

std::vector<std::uint32_t> numbers(const std::vector<Piece>& chunk) {
  std::vector<std::uint32_t> out;
  for (const Piece& piece : chunk) out.push_back(piece.unit.value);
  return out;
}

TEST(Chunk, ShrinksTowardsTheEndButStaysWorthItsStart) {
  const auto budget = [](int remaining_ms, bool known) {
    return chunk_size({.remaining = Millis{remaining_ms}, .workers = 2, .framework_start = Millis{1000}, .estimates_known = known}).aim;
  };
  EXPECT_EQ(budget(600'000, true), Millis{270'000});
  EXPECT_EQ(budget(200'000, true), Millis{100'000}) << "a tenth of 10 s would not pay for two starts";
  EXPECT_EQ(budget(60'000, false), Millis{15'000});
  EXPECT_EQ(budget(2'000, false), Millis{6'000}) << "three starts, each with a cold first test";
}

TEST(Chunk, WhatIsKnownAndNotWorthAnotherStartGoesOutAtOnce) {
  // The last tenth would be 3 s; another start costs 2.
  const ChunkSize size = chunk_size({.remaining = Millis{60'000}, .workers = 2, .framework_start = Millis{1000}, .estimates_known = true});
  EXPECT_EQ(size, (ChunkSize{.aim = Millis{30'000}, .most = Millis{32'000}}));
  EXPECT_EQ(size.budget(Millis{31'000}), Millis{32'000}) << "the last worker leaves no second to be started for";
  EXPECT_EQ(size.budget(Millis{60'000}), Millis{30'000}) << "the first one takes its share, not more";
  // Where a start costs nothing the last tenth is always worth it.
  EXPECT_EQ(chunk_size({.remaining = Millis{60'000}, .workers = 2, .estimates_known = true}).aim, Millis{27'000});
}

// Forty tests that start jobs, forty that look at their results later: the first forty need no small chunks at their end.
TEST(Chunk, WhatComesLaterEvensOutWhatGoesOutNow) {
  const auto budget = [](int remaining_ms, int later_ms) {
    return chunk_size({.remaining = Millis{remaining_ms}, .later = Millis{later_ms}, .workers = 2, .framework_start = Millis{100}}).aim;
  };
  EXPECT_EQ(budget(40'000, 0), Millis{10'000});
  EXPECT_EQ(budget(40'000, 40'000), Millis{20'000});
  EXPECT_EQ(budget(40'000, 400'000), Millis{20'200}) << "its share and a start, whatever comes";
}

TEST(Pace, AStartCostsWhatItWasMeasuredToCost) {
  const domain::CostEstimate guessed{.framework_start = Millis{500}};
  Pace pace;
  EXPECT_EQ(start_cost(guessed, pace), Millis{500});
  note_start(pace, Millis{1'400});
  note_start(pace, Millis{1'600});
  EXPECT_EQ(start_cost(guessed, pace), Millis{1'500});
  EXPECT_EQ(start_cost({.framework_start = Millis{900}, .from_history = true}, pace), Millis{900}) << "many runs know better than one";
}

// Against tests of ten seconds that were thought to take one, a start of a second is little: chunks need not grow for its sake.
TEST(Pace, AStartIsWeighedInTheTimeOfTheEstimates) {
  const domain::CostEstimate guessed{.framework_start = Millis{1'000}};
  Pace pace;
  for (int test = 0; test < 4; ++test) note_test(pace, Millis{1'000}, Millis{10'000});
  EXPECT_EQ(start_cost(guessed, pace), Millis{1'000}) << "four tests say little about the suite";
  note_test(pace, Millis{1'000}, Millis{10'000});
  EXPECT_EQ(start_cost(guessed, pace), Millis{100});
  pace = {};
  for (int test = 0; test < 5; ++test) note_test(pace, Millis{1'000}, Millis{0});
  EXPECT_EQ(start_cost(guessed, pace), Millis{1'000}) << "nothing is known about tests that take no time";
}

TEST(Pick, TakesUnitsUpToTheBudget) {
  const Plan plan = plan_of({50, 30, 20, 10}, 1);
  Queue queue = queue_of(plan);
  EXPECT_EQ(numbers(hand_out(queue, plan, {}, {.workers_active = 2})), (std::vector<std::uint32_t>{0}));
  EXPECT_EQ(numbers(hand_out(queue, plan, {}, {.workers_active = 2})), (std::vector<std::uint32_t>{1}));
  EXPECT_EQ(queue.waiting.size(), 2U);
}

// The example suite as it was: the first worker was handed seven seconds more than its share, and the second waited for it at the end.
TEST(Pick, WhereEverythingGoesOutTheSharesAreEven) {
  const Plan plan = plan_of({29'184, 27'661, 24'680, 23'325, 18'907, 17'835, 16'129, 16'127, 15'641, 15'427, 14'304, 11'692, 11'660, 8'679,
                             8'486, 5'989, 5'905, 168},
                            3'081);
  Queue queue = queue_of(plan);
  const auto sum = [&](const std::vector<Piece>& chunk) {
    Millis all{0};
    for (const Piece& piece : chunk) all += estimate(piece, plan);
    return all;
  };
  const Millis first = sum(hand_out(queue, plan, {}, {.workers_active = 2}));
  const Millis second = sum(hand_out(queue, plan, {}, {.workers_active = 2, .in_flight = first + Millis{3'081}}));
  EXPECT_TRUE(queue.waiting.empty());
  EXPECT_LT(std::abs((first - second).count()), 1'000) << first.count() << " and " << second.count();
}

TEST(Pick, TheSecondWorkerOfAFreshRunGetsAsMuchAsTheFirst) {
  const Plan plan = plan_of({10, 10, 10, 10, 10, 10, 10, 10, 10, 10}, 0);
  Queue queue = queue_of(plan);
  EXPECT_EQ(hand_out(queue, plan, {}, {.workers_active = 2}).size(), 4U);
  EXPECT_EQ(hand_out(queue, plan, {}, {.workers_active = 2, .in_flight = Millis{40}}).size(), 4U);
}

TEST(Pick, OneUnitPerLeaseWhenInvocationsAreNotShared) {
  Plan plan = plan_of({5, 5, 5});
  plan.units_share_invocation = false;
  Queue queue = queue_of(plan);
  EXPECT_EQ(numbers(hand_out(queue, plan, {}, {})), (std::vector<std::uint32_t>{0}));
}

TEST(Pick, RespectsLocksCapsAndOrder) {
  Plan plan = plan_of({5, 4, 3, 2});
  plan.units[0].locks = {"db"};
  plan.units[1].caps = {"slow"};
  plan.units[2].after = {UnitIndex{0u}};
  plan.caps = {{"slow", 1}};
  Queue queue = queue_of(plan);
  const std::vector<std::int32_t> pending{1, 1, 1, 1};
  const InUse busy{.locks = {"db"}, .caps = {{"slow", 1}}, .pending = pending};
  EXPECT_EQ(numbers(hand_out(queue, plan, busy, {})), (std::vector<std::uint32_t>{3}));
  EXPECT_EQ(why_waiting(queue, plan, busy), "lock 'db'");
  EXPECT_TRUE(hand_out(queue, plan, busy, {}).empty());
  EXPECT_EQ(numbers(hand_out(queue, plan, {}, {})), (std::vector<std::uint32_t>{0})) << "a unit with a lock runs alone";
}

TEST(Pick, StaticSharesGoToTheirWorkerUnlessItIsGone) {
  Plan plan = plan_of({5, 4});
  plan.policy = domain::Policy::timing;
  plan.units[0].pinned_worker = 1;
  plan.units[1].pinned_worker = 0;
  Queue queue = queue_of(plan);
  EXPECT_EQ(numbers(hand_out(queue, plan, {}, {.slot = 0})), (std::vector<std::uint32_t>{1}));
  EXPECT_TRUE(hand_out(queue, plan, {}, {.slot = 0}).empty());
  EXPECT_EQ(numbers(hand_out(queue, plan, {}, {.slot = 0, .only_pinned = false})), (std::vector<std::uint32_t>{0}));
}

TEST(Pick, AUnitWhosePredecessorHasEndedSharesAChunk) {
  Plan plan = plan_of({5, 4, 3}, 100);
  plan.units[1].after = {UnitIndex{0u}};
  Queue queue = queue_of(plan);
  const std::vector<std::int32_t> pending{1, 1, 1};
  EXPECT_EQ(numbers(hand_out(queue, plan, {.pending = pending}, {})), (std::vector<std::uint32_t>{0, 2}));
  Queue later = queue_of(plan);
  take_out(later, plan, {UnitIndex{0u}, {TestIndex{0u}}});
  const std::vector<std::int32_t> ended{0, 1, 1};
  EXPECT_EQ(numbers(hand_out(later, plan, {.pending = ended}, {})), (std::vector<std::uint32_t>{1, 2}));
}

TEST(Queue, KeepsThePlansOrderAndItsSum) {
  const Plan plan = plan_of({5, 4, 3});
  Queue queue = queue_of(plan);
  EXPECT_EQ(queue.expected, Millis{12});
  const Piece second = queue.waiting[1];
  take_out(queue, plan, second);
  EXPECT_EQ(queue.expected, Millis{8});
  put_back(queue, plan, second);
  EXPECT_EQ(queue, queue_of(plan)) << "what comes back first goes out first";
  drop(queue, plan, UnitIndex{0u}, TestIndex{0u});
  EXPECT_EQ(queue.waiting.size(), 2U);
  EXPECT_EQ(queue.expected, Millis{7});
}

RC_GTEST_PROP(Pick, HandsOutEveryPieceExactlyOnce, (const std::vector<std::uint8_t>& estimates, std::uint8_t start)) {
  const Plan plan = plan_of({estimates.begin(), estimates.end()}, start);
  Queue queue = queue_of(plan);
  std::vector<std::uint32_t> seen;
  while (true) {
    const auto chunk = numbers(hand_out(queue, plan, {}, {.workers_active = 3}));
    if (chunk.empty()) break;
    seen.insert(seen.end(), chunk.begin(), chunk.end());
  }
  std::sort(seen.begin(), seen.end());
  RC_ASSERT(seen.size() == estimates.size());
  RC_ASSERT(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
  RC_ASSERT(queue.waiting.empty());
}

}  // namespace
}  // namespace tamarack::schedule
