// What a journal that somebody else wrote, or that was damaged, makes of a start.
#include "board/rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/board/board_world.h"

namespace tamarack::board {
namespace {

using domain::JobStatus;
using domain::SignalId;
using domain::WaitId;
using domain::WaitOutcome;

const Instant noon = from_ms(1'800'000'000'000);

std::string fold_of(const std::vector<store::FlowRow>& rows) {
  store::MemoryFlow store;
  EXPECT_TRUE(store.commit_flow(rows, {}));
  flow::Board board;
  const auto folded = fold(store, board, {});
  if (folded) return "";
  EXPECT_EQ(folded.error().code, ErrorCode::corrupt);
  return folded.error().message;
}

store::FlowRow entry(const std::string& stream, std::int64_t seq, flow::Record record) {
  return row_of({stream, seq, noon, std::move(record)});
}

const flow::Record parked = flow::WaitParked{WaitId{"w"}, wait_for({on_signal("k")}), noon};
const flow::Record submitted = flow::JobSubmitted{domain::JobId{"j"}, {}};
const flow::Record opened = flow::MailboxOpened{"k", false, Millis{5}};
const flow::Record stored = flow::SignalStored{{.id = SignalId{"s"}, .key = "k"}};

TEST(Rows, AStreamThatFitsIsFolded) {
  EXPECT_EQ(fold_of({entry("wait:w", 1, parked), entry("wait:w", 2, flow::ConditionEnded{0, WaitOutcome::satisfied}),
                     entry("wait:w", 3, flow::WaitEnded{WaitOutcome::satisfied}), entry("wait:w", 4, flow::WaitTaken{}),
                     entry("job:j", 1, submitted), entry("job:j", 2, flow::JobHandedOut{"x", 1}),
                     entry("job:j", 3, flow::JobEnded{JobStatus::completed}), entry("mail:k", 1, opened), entry("mail:k", 2, stored),
                     entry("mail:k", 3, flow::SignalConsumed{SignalId{"s"}, WaitId{"w"}, 0}), entry("clock", 1, flow::ClockStarted{})}),
            "");
}

TEST(Rows, WhatCannotBeFoldedIsNamedAndNobodyAborts) {
  const auto second = [](const std::string& stream, const flow::Record& first, flow::Record then) {
    return fold_of({entry(stream, 1, first), entry(stream, 2, std::move(then))});
  };
  EXPECT_EQ(fold_of({entry("wait:w", 2, flow::WaitTaken{})}),
            "entry 2 of stream 'wait:w' (wait_taken) cannot be: the stream does not begin with it");
  EXPECT_EQ(fold_of({entry("wait:w", 2, parked)}), "entry 2 of stream 'wait:w' (wait_parked) cannot be: it follows entry 0");
  EXPECT_EQ(fold_of({entry("wait:w", 1, parked), entry("wait:w", 3, flow::WaitForgotten{})}),
            "entry 3 of stream 'wait:w' (wait_forgotten) cannot be: it follows entry 1");
  EXPECT_THAT(fold_of({entry("wait:v", 1, parked)}), testing::HasSubstr("it names another stream"));
  EXPECT_THAT(second("wait:w", parked, parked), testing::HasSubstr("was begun before"));
  EXPECT_THAT(second("wait:w", parked, flow::WaitNoted{.condition = 1}), testing::HasSubstr("no such condition"));
  EXPECT_THAT(second("wait:w", parked, flow::ConditionEnded{-1}), testing::HasSubstr("no such condition"));
  EXPECT_THAT(second("wait:w", parked, flow::WaitTaken{}), testing::HasSubstr("before its end"));
  EXPECT_THAT(second("job:j", submitted, flow::JobEnded{JobStatus::running}), testing::HasSubstr("does not end"));
  EXPECT_THAT(second("job:j", submitted, flow::JobAdvanced{JobStatus::lost}), testing::HasSubstr("moves back"));
  EXPECT_THAT(second("job:j", submitted, flow::JobHandedOut{"x", 0}), testing::HasSubstr("handed out twice"));
  EXPECT_THAT(second("mail:k", opened, flow::SignalExpired{SignalId{"s"}}), testing::HasSubstr("no such signal"));
  EXPECT_THAT(fold_of({{.stream = "wait:w", .seq = 1, .at = noon, .kind = "wait_parked", .body = "{"}}),
              testing::StartsWith("entry 1 of stream 'wait:w' cannot be read: "));
  EXPECT_THAT(fold_of({entry("run:r", 1, flow::WaitTaken{})}), testing::HasSubstr("does not belong there"));
}

TEST(Rows, ABoardThatCannotBeReadIsNotStarted) {
  BoardWorld world;
  ASSERT_TRUE(world.memory().commit_flow({entry("mail:k", 1, opened), entry("mail:k", 3, stored)}, {}));
  const auto started = world.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().message, "entry 3 of stream 'mail:k' (signal_stored) cannot be: it follows entry 1");
}

// Whatever is not objected to is folded: apply() aborts on what it does not like.
RC_GTEST_PROP(Rows, WhatIsNotObjectedToIsFolded, (const std::vector<std::uint8_t>& choices)) {
  flow::Board board;
  std::map<std::string, std::int64_t> last;
  for (const std::uint8_t choice : choices) {
    const std::int32_t condition = choice % 3 - 1;
    const auto status = static_cast<JobStatus>(choice % 8);
    const std::vector<std::pair<std::string, flow::Record>> all{{"wait:w", parked},
                                                                {"wait:w", flow::WaitNoted{.condition = condition}},
                                                                {"wait:w", flow::ConditionEnded{condition}},
                                                                {"wait:w", flow::WaitEnded{.condition = condition}},
                                                                {"wait:w", flow::WaitTaken{}},
                                                                {"wait:w", flow::WaitForgotten{}},
                                                                {"job:j", submitted},
                                                                {"job:j", flow::JobHandedOut{"x", choice % 2U}},
                                                                {"job:j", flow::JobAdvanced{status}},
                                                                {"job:j", flow::JobEnded{status}},
                                                                {"job:j", flow::JobForgotten{}},
                                                                {"mail:k", opened},
                                                                {"mail:k", stored},
                                                                {"mail:k", flow::SignalConsumed{SignalId{"s"}, WaitId{"w"}, 0}},
                                                                {"mail:k", flow::SignalExpired{SignalId{"s"}}},
                                                                {"mail:k", flow::MailboxForgotten{}},
                                                                {"clock", flow::ClockStarted{}},
                                                                {"clock", flow::WaitTaken{}},
                                                                {"other", flow::WaitTaken{}}};
    const auto& [stream, record] = all.at(choice % all.size());
    const flow::Entry one{stream, last[stream] + (choice > 250 ? 2 : 1), noon, record};
    if (!flow::objection_to(board, one).empty()) continue;
    flow::apply(board, one);
    last[stream] = is_last(record) ? 0 : one.seq;
  }
}

}  // namespace
}  // namespace tamarack::board
