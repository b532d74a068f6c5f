// What a person finds with a wait although it changed nothing of its outcome: a cancel that nobody confirmed, a push that never comes.
#include <gtest/gtest.h>

#include "flow/world.h"

namespace tamarack::flow {
namespace {

constexpr Millis second{1'000};
constexpr Millis minute{60'000};
const std::string off = "keyspace notifications are off";

// "1 not_cancelled the backend …" of each note.
std::vector<std::string> notes_of(const Wait& wait) {
  std::vector<std::string> all;
  for (const Note& note : wait.notes)
    all.push_back(fmt::format("{} {} {}", note.noted.condition, to_string(note.noted.what), note.noted.text));
  return all;
}

Condition cancelled_by(const std::string& request) {
  Condition condition = looked_at("job");
  condition.cancel_request = request;
  return condition;
}

Condition pushed(const std::string& request) {
  Condition condition = looked_at(request);
  condition.pushed = true;
  return condition;
}

TEST(Notes, ACancelThatWasNeverConfirmedStandsWithItsWait) {
  World world;
  WaitSpec spec = wait_for(on_signal("k"));
  spec.conditions.push_back(cancelled_by("DELETE job"));
  world.park("w", spec);
  const CancelUnanswered given_up{"DELETE job", domain::WaitId{"w"}, "6 tries, the last: connection refused"};
  world.feed(given_up);
  EXPECT_EQ(notes_of(world.wait("w")), std::vector<std::string>{}) << "nothing was cancelled yet";
  world.feed(CancelWait{domain::WaitId{"w"}, "enough"});
  world.feed(TakeWait{domain::WaitId{"w"}});
  ASSERT_EQ(world.ordered<CancelRemote>().size(), 1U);
  world.feed(given_up);
  const std::vector<std::string> told{"1 not_cancelled the backend never confirmed the cancel: 6 tries, the last: connection refused"};
  EXPECT_EQ(notes_of(world.wait("w")), told);
  EXPECT_EQ(world.told("w"), "cancelled: enough") << "its outcome stands";
  world.restart();
  EXPECT_EQ(notes_of(world.wait("w")), told);
  world.feed(given_up);
  EXPECT_EQ(notes_of(world.wait("w")), told) << "told once";
  world.feed(CancelUnanswered{"DELETE other", domain::WaitId{"w"}, "x"});
  world.feed(CancelUnanswered{"DELETE job", domain::WaitId{"nobody"}, "x"});
  EXPECT_EQ(notes_of(world.wait("w")), told);
}

TEST(Notes, ACancelThatWasNeverConfirmedIsToldAlsoAfterManyOtherNotes) {
  World world;
  std::int64_t number = 0;
  world.backends["job"] = [&] { return json_answer(fmt::format(R"({{"status":"{}"}})", ++number % 2 == 0 ? "PENDING" : "RUNNING")); };
  world.park("w", wait_for(cancelled_by("DELETE job"), 1'000 * minute));
  for (std::size_t i = 0; i < notes_max + 5; ++i) {
    world.feed(Pushed{"job"});
    world.advance(second);
  }
  ASSERT_EQ(world.wait("w").notes.size(), notes_max);
  world.feed(CancelWait{domain::WaitId{"w"}, "enough"});
  world.feed(CancelUnanswered{"DELETE job", domain::WaitId{"w"}, "x"});
  EXPECT_EQ(world.wait("w").notes.back().noted.what, NoteKind::not_cancelled);
}

TEST(Notes, WhoCountsOnAPushThatNeverComesIsToldAndLooksMoreOften) {
  World world;
  world.backends["job"] = [] { return json_answer(R"({"status":"RUNNING"})"); };
  world.park("w", wait_for(pushed("job"), 1'000 * minute));
  world.advance(10 * minute);
  const std::int64_t as_a_net = world.asked["job"];
  EXPECT_LE(as_a_net, 12);
  world.feed(PushDoubted{"job", off});
  EXPECT_EQ(notes_of(world.wait("w")), (std::vector<std::string>{"0 seen RUNNING", "0 trouble " + off}));
  world.advance(10 * minute);
  EXPECT_GE(world.asked["job"], as_a_net + 35) << "every 15 seconds at least";
  EXPECT_EQ(notes_of(world.wait("w")).size(), 2U) << "it is no trouble of the backend";
  world.restart();
  world.feed(PushDoubted{"job", off});
  EXPECT_EQ(notes_of(world.wait("w")).size(), 2U) << "told once";
}

TEST(Notes, WhoJoinsADoubtedPushIsToldToo) {
  World world;
  world.backends["job"] = [] { return json_answer(R"({"status":"RUNNING"})"); };
  world.feed(PushDoubted{"job", off});
  EXPECT_TRUE(world.board().push_doubts.empty()) << "nobody counts on it";
  world.park("first", wait_for(pushed("job"), 1'000 * minute));
  world.feed(PushDoubted{"job", off});
  world.park("second", wait_for(pushed("job"), 1'000 * minute));
  EXPECT_EQ(notes_of(world.wait("second")).at(0), "0 trouble " + off);
  world.feed(CancelWait{domain::WaitId{"first"}, ""});
  const std::int64_t before = world.asked["job"];
  world.advance(10 * minute);
  EXPECT_GE(world.asked["job"], before + 35);
  world.feed(CancelWait{domain::WaitId{"second"}, ""});
  EXPECT_TRUE(world.board().push_doubts.empty()) << "armed again, it is asked again";
}

}  // namespace
}  // namespace tamarack::flow
