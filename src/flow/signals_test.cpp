#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/world.h"

namespace tamarack::flow {
namespace {

using ::testing::HasSubstr;

constexpr Millis second{1'000};
constexpr Millis hour{3'600'000};

std::vector<SignalAnswer> answers(const World& world) {
  std::vector<SignalAnswer> said;
  for (const SignalAnswered& one : world.ordered<SignalAnswered>()) said.push_back(one.answer);
  return said;
}

TEST(Signals, ASignalAnHourBeforeItsWaitCounts) {
  World world;
  world.signal("exported", "s1", R"({"rows":3})");
  world.advance(hour);
  WaitSpec spec = wait_for(on_signal("exported"));
  spec.conditions[0].rules.captures = {{"rows", "$.rows"}};
  world.park("w", spec);
  EXPECT_EQ(world.told("w"), "satisfied: signal s1");
  EXPECT_EQ(world.wait("w").captures, (std::vector<Captured>{{"rows", "3"}}));
}

TEST(Signals, ButNotAfterItsRetention) {
  World world;
  world.signal("exported", "s1");
  world.advance(signal_retention);
  world.park("w", wait_for(on_signal("exported")));
  EXPECT_EQ(world.told("w"), "parked");
  EXPECT_EQ(world.facts<SignalExpired>(), 1U);
  world.signal("exported", "s2");
  EXPECT_EQ(world.outcome("w"), "satisfied");
}

TEST(Signals, TheSameSignalTenTimesIsOneSignal) {
  World world;
  for (int i = 0; i < 10; ++i) world.signal("k", "s1");
  EXPECT_EQ(world.facts<SignalStored>(), 1U);
  EXPECT_EQ(world.facts<SignalRepeated>(), 9U);
  world.park("w1", wait_for(on_signal("k")));
  world.park("w2", wait_for(on_signal("k")));
  EXPECT_EQ(world.outcome("w1"), "satisfied");
  EXPECT_EQ(world.told("w2"), "parked");  // it was consumed once
  world.signal("k", "s1");
  EXPECT_EQ(world.told("w2"), "parked");  // and is still known
  EXPECT_EQ(answers(world).back(), SignalAnswer::repeated);
}

TEST(Signals, TheOldestWaitIsServedFirstAndWhatIsLeftIsKeptForTheNext) {
  World world;
  world.park("b", wait_for(on_signal("k")));
  world.advance(second);
  world.park("a", wait_for(on_signal("k")));
  world.signal("k", "s1");
  EXPECT_EQ(world.outcome("b"), "satisfied");
  EXPECT_EQ(world.outcome("a"), "parked");
  world.signal("k", "s2");
  world.signal("k", "s3");
  EXPECT_EQ(world.outcome("a"), "satisfied");
  world.park("c", wait_for(on_signal("k")));
  EXPECT_EQ(world.told("c"), "satisfied: signal s3");
}

TEST(Signals, OneThatIsTooLateForItsTokenIsRecordedAndAnswered) {
  World world;
  world.feed(OpenMailbox{"token"});
  world.park("w", wait_for(on_signal("token"), 60 * second));
  world.advance(61 * second);
  EXPECT_EQ(world.outcome("w"), "timed_out");
  world.signal("token", "s1", R"({"answer":"yes"})");
  world.signal("token", "s1", R"({"answer":"yes"})");
  EXPECT_EQ(answers(world), (std::vector<SignalAnswer>{SignalAnswer::already_over, SignalAnswer::already_over}));
  const Mailbox& mailbox = world.board().mailboxes.at("token");
  ASSERT_EQ(mailbox.signals.size(), 1U);
  EXPECT_TRUE(mailbox.signals.at(0).late);
  EXPECT_EQ(mailbox.closed_by.value, "w");
  EXPECT_EQ(mailbox.outcome, domain::WaitOutcome::timed_out);
  ASSERT_EQ(world.wait("w").notes.size(), 1U) << "once, however often it is sent";
  EXPECT_EQ(world.wait("w").notes[0].noted.what, NoteKind::late_signal);
  EXPECT_EQ(world.wait("w").notes[0].noted.text, "the signal 's1' came 1.0 s after the end");
  EXPECT_EQ(world.wait("w").notes[0].noted.excerpt, R"({"answer":"yes"})");
  EXPECT_EQ(world.outcome("w"), "timed_out");
}

TEST(Signals, AWaitThatComesAfterTheOneOfItsTokenIsInvalidAtOnce) {
  World world;
  world.feed(OpenMailbox{"token"});
  world.signal("token", "s1");
  world.signal("token", "s2");
  world.park("w", wait_for(on_signal("token")));
  EXPECT_EQ(world.told("w"), "satisfied: signal s1");
  world.park("again", wait_for(on_signal("token")));
  EXPECT_EQ(world.told("again"),
            "invalid: condition 'token': its key is for the signals of one wait, and that was w and is over: satisfied");
  world.signal("token", "s1");
  EXPECT_EQ(answers(world).back(), SignalAnswer::repeated) << "it had counted";
  world.signal("token", "s3");
  EXPECT_EQ(answers(world).back(), SignalAnswer::already_over);
}

TEST(Signals, TheFirstWaitOfATokenKeepsItWhateverBecomesOfOthers) {
  World world;
  world.feed(OpenMailbox{"token"});
  WaitSpec spec = wait_for(on_signal("token"));
  spec.conditions.push_back(on_job("j"));
  world.submit("j");
  world.park("w", spec);
  world.park("a", wait_for(on_signal("token"), second));
  EXPECT_EQ(world.told("a"), "invalid: condition 'token': its key is for the signals of one wait, and that is w");
  EXPECT_FALSE(world.board().mailboxes.at("token").closed);
  world.signal("token", "s1");
  world.restart(hour / 60);
  // It has its signal and waits for the rest, and still no other may have it.
  world.park("b", wait_for(on_signal("token"), second));
  EXPECT_EQ(world.outcome("b"), "invalid");
  EXPECT_FALSE(world.board().mailboxes.at("token").closed);
  world.report("j", {.status = "COMPLETED"});
  EXPECT_EQ(world.outcome("w"), "satisfied");
  EXPECT_EQ(world.board().mailboxes.at("token").closed_by.value, "w");
}

TEST(Signals, WhoComesAfterTheDeadlineIsTooLateHoweverLateTheTick) {
  World world;
  world.feed(OpenMailbox{"token"});
  world.park("w", wait_for(on_signal("token"), 60 * second));
  world.set_now(world.now() + 61 * second);  // nobody ticked
  world.signal("token", "s1");
  EXPECT_EQ(world.outcome("w"), "timed_out");
  EXPECT_EQ(answers(world), (std::vector<SignalAnswer>{SignalAnswer::already_over}));
}

TEST(Signals, ATokenIsOverAfterARestartAsWellAndItsJournalDoesNotGrowForEver) {
  World world;
  world.feed(OpenMailbox{"token"});
  world.park("w", wait_for(on_signal("token")));
  world.feed(CancelWait{domain::WaitId{"w"}, "not needed"});
  world.restart(hour);
  for (std::size_t i = 0; i < 2 * signals_max; ++i) world.signal("token", fmt::format("s{}", i));
  for (const SignalAnswer one : answers(world)) EXPECT_EQ(one, SignalAnswer::already_over);
  EXPECT_EQ(world.facts<SignalStored>(), signal_lates_kept_max);
  EXPECT_EQ(world.board().mailboxes.at("token").outcome, domain::WaitOutcome::cancelled);
  EXPECT_EQ(world.wait("w").notes.size(), notes_max);
  world.advance(signal_retention);
  EXPECT_TRUE(world.board().mailboxes.empty());
}

TEST(Signals, ATokenIsOpenBeforeItsWait) {
  World world;
  world.feed(OpenMailbox{"token"});
  world.signal("token", "s1");
  world.restart(hour);
  world.park("w", wait_for(on_signal("token")));
  EXPECT_EQ(world.outcome("w"), "satisfied");
}

TEST(Signals, OneThatArrivesAfterTheDeadlineDoesNotSatisfyHoweverLateTheTick) {
  World world;
  world.park("w", wait_for(on_signal("k"), 60 * second));
  world.set_now(world.now() + 61 * second);  // nobody ticked
  world.signal("k", "s1");
  EXPECT_EQ(world.outcome("w"), "timed_out");
  world.park("next", wait_for(on_signal("k")));
  EXPECT_EQ(world.outcome("next"), "satisfied");  // and it is not lost
}

TEST(Signals, DataDecides) {
  World world;
  ReadRules rules{.field = "$.decision",
                  .map = {{"approved", Meaning::satisfied}, {"rejected", Meaning::failed}, {"looking", Meaning::going_on}},
                  .error_field = "$.why"};
  Condition approval = on_signal("approval");
  approval.rules = rules;
  world.park("w", wait_for(approval));
  world.signal("approval", "s1", R"({"decision":"looking"})");
  EXPECT_EQ(world.told("w"), "parked");
  world.signal("approval", "s2", R"({"decision":"rejected","why":"the totals are off by a cent"})");
  EXPECT_EQ(world.told("w"), "failed: the totals are off by a cent");
  world.park("w2", wait_for(approval));
  world.signal("approval", "s3", R"({"decision":"perhaps"})");
  EXPECT_THAT(world.told("w2"), HasSubstr("invalid: the field $.decision is 'perhaps'"));
  world.park("w3", wait_for(approval));
  world.signal("approval", "s4", "yes");
  EXPECT_THAT(world.told("w3"), HasSubstr("invalid: expected JSON with the field $.decision"));
}

TEST(Signals, CompletedBeforeRunning) {
  World world;
  Condition condition = on_signal("k");
  condition.rules = status_rules();
  world.park("w", wait_for(condition));
  world.signal("k", "s2", R"({"status":"COMPLETED"})");
  world.signal("k", "s1", R"({"status":"RUNNING"})");
  EXPECT_EQ(world.outcome("w"), "satisfied");
}

TEST(Signals, LimitsAreAnsweredAndNothingIsForgottenForThem) {
  World world;
  world.signal("k", "big", std::string(signal_bytes_max + 1, 'x'));
  EXPECT_TRUE(world.board().mailboxes.empty());
  for (std::size_t i = 0; i <= signals_max; ++i) world.signal("k", fmt::format("s{}", i));
  EXPECT_EQ(answers(world).front(), SignalAnswer::too_large);
  EXPECT_EQ(answers(world).back(), SignalAnswer::full);
  world.signal(std::string(300, 'k'), "s");
  EXPECT_EQ(answers(world).back(), SignalAnswer::too_large);
  world.park("w", wait_for(on_signal("k")));
  EXPECT_EQ(world.told("w"), "satisfied: signal s0");
  world.signal("k", "one more");
  EXPECT_EQ(answers(world).back(), SignalAnswer::stored);
  EXPECT_EQ(world.board().mailboxes.at("k").signals.size(), signals_max);
}

TEST(Signals, AMailboxIsForgottenWhenNothingInItMatters) {
  World world;
  world.signal("k", "s1");
  world.park("w", wait_for(on_signal("k")));
  EXPECT_EQ(world.outcome("w"), "satisfied");
  world.advance(signal_retention);
  EXPECT_TRUE(world.board().mailboxes.empty());
  EXPECT_EQ(world.facts<MailboxForgotten>(), 1U);
  world.signal("k", "s1");
  EXPECT_EQ(world.board().mailboxes.size(), 1U);
}

TEST(Signals, APersonOrTheBackendWhoeverIsFirst) {
  World world;
  world.submit("j");
  WaitSpec spec = wait_for(on_signal("approve"));
  spec.join = Join::any;
  spec.conditions.push_back(on_job("j"));
  world.park("w", spec);
  world.report("j", {.status = "COMPLETED"});
  EXPECT_EQ(world.told("w"), "satisfied: 'j': COMPLETED");
  EXPECT_TRUE(world.board().waits_of_mailbox.empty());
  EXPECT_TRUE(world.board().waits_of_job.empty());
}

}  // namespace
}  // namespace tamarack::flow
