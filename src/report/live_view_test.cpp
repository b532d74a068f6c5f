#include "report/live_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"
#include "report/cells.h"
#include "tests/golden/golden.h"

namespace tamarack::report {
namespace {

LiveState some_state() {
  LiveState state{.planned = 34, .passed = 10, .failed = 1, .flaky = 1, .skipped = 2, .elapsed = Millis{74'200}, .left = Millis{22'300}};
  state.workers = {{.name = "local/1",
                    .doing = "checkout.spec.ts › guest › pays [chromium]",
                    .runs_test = true,
                    .since = Millis{1234},
                    .retry = 1,
                    .done = 3,
                    .total = 8},
                   {.name = "local/2", .doing = "waiting for lock 'db'", .since = Millis{42'000}},
                   {.name = "local/3",
                    .doing = "検索.spec.ts › 見つける 🚀 und noch ein sehr langer Titel, der nirgends ganz hinpasst",
                    .runs_test = true,
                    .since = Millis{300},
                    .done = 0,
                    .total = 2},
                   {.name = "local/4"}};
  return state;
}

std::string drawn(const LiveState& state, int width, int height) {
  std::string text = "width " + std::to_string(width) + ", height " + std::to_string(height) + "\n";
  for (const std::string& line : render(state, width, height, false)) text += line + "\n";
  return text + "\n";
}

TEST(LiveView, FitsTheTerminalItIsGiven) {
  LiveState stopping = some_state();
  stopping.note = "stopping after the first failure";
  stopping.left.reset();
  LiveState waiting = some_state();
  waiting.parked = {
      .count = 40, .first = "analysis › checkout.spec.ts › guest › backend", .since = Millis{83'000}, .deadline = Millis{301'500}};
  LiveState endless = waiting;
  endless.parked = {.count = 1, .first = "orders › backend", .since = Millis{3'000}};
  const std::string text = drawn(some_state(), 100, 20) + drawn(some_state(), 60, 20) + drawn(some_state(), 100, 4) +
                           drawn(some_state(), 24, 3) + drawn(stopping, 80, 20) + drawn(some_state(), 80, 1) + drawn({}, 80, 10) +
                           drawn(waiting, 100, 20) + drawn(waiting, 60, 4) + drawn(endless, 80, 20);
  EXPECT_TRUE(matches_golden("live_view.txt", text));
}

TEST(LiveView, PlainLinesReadAsALog) {
  const FinishedTest passed{.name = "checkout.spec.ts › pays", .outcome = "passed", .duration = Millis{1200}};
  const FinishedTest failed{.name = "admin.spec.ts › deletes",
                            .outcome = "failed",
                            .duration = Millis{900},
                            .attempts = 2,
                            .error_head = "Error: expected 3, got 4",
                            .location = "tests/admin.spec.ts:12:5"};
  const FinishedTest flaky{
      .name = "search.spec.ts › finds", .outcome = "flaky", .duration = Millis{700}, .attempts = 2, .error_head = "Error: not yet"};
  const FinishedTest lost{.name = "crash.spec.ts › dies", .outcome = "lost", .error_head = "took 3 workers down with it"};
  const FinishedTest skipped{.name = "a.spec.ts › prints", .outcome = "skipped"};
  std::string text;
  int number = 2;
  for (const FinishedTest& test : {passed, failed, flaky, lost, skipped}) text += plain_line(test, ++number, 34, false) + "\n";
  text += plain_retry_line("search.spec.ts › finds", 1, "timed_out", false) + "\n" + plain_progress_line(some_state(), false) + "\n\n";
  for (const FinishedTest& test : {passed, failed, flaky, lost})
    for (const std::string& line : failure_lines(test, 40, false)) text += line + "\n";
  EXPECT_TRUE(matches_golden("plain_lines.txt", text));
}

TEST(LiveView, OneFailureAmongThousandsIsSeen) {
  const LiveState state{.planned = 10'000, .passed = 9000, .failed = 1};
  EXPECT_THAT(render(state, 100, 10, true).back(), ::testing::HasSubstr("\x1b[31m█\x1b[0m"));
}

RC_GTEST_PROP(LiveView, IsNeverWiderOrHigherThanTheTerminal, ()) {
  LiveState state{.planned = *rc::gen::inRange<std::int64_t>(0, 200'000),
                  .passed = *rc::gen::inRange<std::int64_t>(0, 100'000),
                  .failed = *rc::gen::inRange<std::int64_t>(0, 1000),
                  .elapsed = Millis{*rc::gen::inRange(0, 100'000'000)}};
  if (*rc::gen::arbitrary<bool>()) state.left = Millis{*rc::gen::inRange(-5, 10'000'000)};
  state.note = *rc::gen::arbitrary<std::string>();
  const auto count = *rc::gen::inRange(0, 12);
  for (int i = 0; i < count; ++i)
    state.workers.push_back({.name = *rc::gen::arbitrary<std::string>(),
                             .doing = *rc::gen::arbitrary<std::string>() + "漢字🚀e\u0301",
                             .runs_test = true,
                             .since = Millis{*rc::gen::inRange(0, 10'000'000)},
                             .retry = *rc::gen::inRange(0, 3),
                             .done = 1,
                             .total = *rc::gen::inRange(0, 9000)});
  state.parked = {
      .count = *rc::gen::inRange<std::int64_t>(0, 3), .first = state.note + "漢字", .since = Millis{*rc::gen::inRange(0, 10'000'000)}};
  if (*rc::gen::arbitrary<bool>()) state.parked.deadline = Millis{*rc::gen::inRange(-5, 10'000'000)};
  const auto width = *rc::gen::inRange(1, 130);
  const auto height = *rc::gen::inRange(1, 16);
  const auto lines = render(state, width, height, true);
  RC_ASSERT(!lines.empty());
  RC_ASSERT(lines.size() <= static_cast<std::size_t>(height));
  const auto plain = render(state, width, height, false);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    RC_ASSERT(cells_of(strip_ansi(lines[i])) <= static_cast<std::size_t>(width));
    RC_ASSERT(strip_ansi(lines[i]) == plain[i]);
    RC_ASSERT(lines[i].find('\n') == std::string::npos);
  }
  const FinishedTest test{.name = state.note, .outcome = "failed", .error_head = state.note, .location = state.note};
  for (const std::string& line : failure_lines(test, width, true)) RC_ASSERT(cells_of(strip_ansi(line)) <= static_cast<std::size_t>(width));
}

}  // namespace
}  // namespace tamarack::report
