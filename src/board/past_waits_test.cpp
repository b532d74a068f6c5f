#include "board/past_waits.h"

#include <gtest/gtest.h>

#include "board/rows.h"
#include "store/memory/memory_flow.h"

namespace tamarack::board {
namespace {

// Waits of this name, each `seconds` long, with this outcome.
void add_waits(store::MemoryFlow& store, const std::string& name, const std::vector<int>& seconds, domain::WaitOutcome outcome) {
  for (const int took : seconds) {
    static int number = 0;
    const domain::WaitId id{fmt::format("w-{}", ++number)};
    const Instant parked = from_ms(1'000'000 * number);
    const Instant ended = parked + Millis{took * 1'000};
    flow::WaitSpec spec{.name = name};
    spec.conditions.push_back({.name = "c", .source = flow::SourceKind::signal, .target = "k"});
    const std::vector<flow::Entry> entries{
        {.stream = flow::stream_of(id), .seq = 1, .at = parked, .record = flow::WaitParked{id, spec, parked + Millis{3'600'000}}},
        {.stream = flow::stream_of(id), .seq = 2, .at = ended, .record = flow::WaitEnded{.outcome = outcome}}};
    ASSERT_TRUE(store.commit_flow({row_of(entries[0]), row_of(entries[1])}, {}));
  }
}

TEST(PastWaits, HalfOfThemTookAtMostThis) {
  store::MemoryFlow store;
  add_waits(store, "report/backend", {10, 30, 20}, domain::WaitOutcome::satisfied);
  EXPECT_EQ(usual_waits(store).value(), (std::map<std::string, Millis>{{"report/backend", Millis{20'000}}}));
}

TEST(PastWaits, OnlyThoseThatWereSatisfiedCountAndTwoAreNotEnough) {
  store::MemoryFlow store;
  add_waits(store, "few", {10, 30}, domain::WaitOutcome::satisfied);
  add_waits(store, "bad", {1, 2, 3}, domain::WaitOutcome::failed);
  EXPECT_TRUE(usual_waits(store).value().empty());
}

}  // namespace
}  // namespace tamarack::board
