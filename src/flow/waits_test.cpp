#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "flow/world.h"

namespace tamarack::flow {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr Millis second{1'000};
constexpr Millis minute{60'000};

// A backend whose answer the story changes.
struct Backend {
  std::shared_ptr<Answer> says = std::make_shared<Answer>(json_answer(R"({"status":"RUNNING"})"));
  Backend(World& world, const std::string& request) {
    world.backends[request] = [says = says] { return *says; };
  }
  void say(Answer answer) const { *says = std::move(answer); }
  void status(const std::string& status) const { say(json_answer(fmt::format(R"({{"status":"{}"}})", status))); }
};

TEST(Waits, TheHappyPathKeepsItsEvidence) {
  World world;
  const Backend backend(world, "j");
  backend.status("PENDING");
  world.park("w", wait_for(looked_at("j")));
  world.advance(second);
  backend.status("RUNNING");
  world.advance(10 * second);
  EXPECT_EQ(world.told("w"), "parked");
  backend.status("COMPLETED");
  world.advance(10 * second);
  EXPECT_EQ(world.told("w"), "satisfied: COMPLETED");
  std::string story;
  for (const Note& note : world.wait("w").notes) story += fmt::format("{} {}\n", to_string(note.noted.what), note.noted.text);
  EXPECT_EQ(story, "seen PENDING\nchanged RUNNING\nchanged COMPLETED\n");
  EXPECT_EQ(world.wait("w").excerpt, R"({"status":"COMPLETED"})");
  EXPECT_EQ(world.ordered<WaitOver>().size(), 1U);
  EXPECT_EQ(world.ordered<Unwatch>().size(), 1U);
  EXPECT_EQ(world.board().probes.size(), 0U);
}

TEST(Waits, ThePushIsArmedBeforeTheFirstLook) {
  World world;
  world.clear_orders();
  world.park("w", wait_for(looked_at("j")));
  EXPECT_EQ(world.ordered<Watch>().size(), 1U);
  EXPECT_EQ(world.ordered<Ask>().size(), 1U);
}

TEST(Waits, AFailureEndsTheWaitAtOnceWithTheBackendsOwnWords) {
  World world;
  const Backend backend(world, "j");
  world.park("w", wait_for(looked_at("j")));
  backend.say(json_answer(R"({"status":"FAILED","error":"Random processing error occurred"})"));
  world.feed(Pushed{"j"});
  EXPECT_EQ(world.told("w"), "failed: Random processing error occurred");
}

TEST(Waits, TheTypoOfTheSeedIsInvalidBeforeAnythingIsAsked) {
  World world;
  WaitSpec spec = wait_for(looked_at("j"));
  spec.conditions[0].target = "http://app/api/v1/jobs/undefined/status";
  world.park("w", spec);
  EXPECT_THAT(world.told("w"),
              HasSubstr("invalid: condition 'j': the address 'http://app/api/v1/jobs/undefined/status' contains 'undefined'"));
  EXPECT_TRUE(world.asked.empty());
  spec = wait_for(looked_at("j"));
  spec.problems = {"the captured field 'jobId' is missing"};
  world.park("w2", spec);
  EXPECT_EQ(world.told("w2"), "invalid: the captured field 'jobId' is missing");
  EXPECT_EQ(domain::exit_code_of(world.wait("w2").outcome), 5);
}

TEST(Waits, AStatusOutsideTheMapIsInvalidWithTheBody) {
  World world;
  const Backend backend(world, "j");
  backend.status("DONE");
  world.park("w", wait_for(looked_at("j")));
  EXPECT_THAT(world.told("w"), StartsWith("invalid: the field $.status is 'DONE', expected one of: PENDING"));
  EXPECT_EQ(world.wait("w").excerpt, R"({"status":"DONE"})");
}

TEST(Waits, AnErrorPageWithStatus200IsInvalidWithThePage) {
  World world;
  const Backend backend(world, "j");
  backend.say(HttpAnswer{.status = 200, .content_type = "text/html", .body = "<html>502</html>"});
  world.park("w", wait_for(looked_at("j")));
  EXPECT_EQ(world.outcome("w"), "invalid");
  EXPECT_EQ(world.wait("w").excerpt, "<html>502</html>");
}

TEST(Waits, A404BeforeTheJobIsKnownIsForgivenForAMoment) {
  World world;
  const Backend backend(world, "j");
  backend.say(HttpAnswer{.status = 404});
  world.park("w", wait_for(looked_at("j")));
  world.advance(3 * second);
  EXPECT_EQ(world.told("w"), "parked");
  backend.status("RUNNING");
  world.advance(second);
  backend.status("COMPLETED");
  world.advance(10 * second);
  EXPECT_EQ(world.outcome("w"), "satisfied");
}

TEST(Waits, A404ThatStaysIsInvalidAndA404AfterTheFirstSightIsLost) {
  World world;
  const Backend never(world, "never");
  const Backend gone(world, "gone");
  never.say(HttpAnswer{.status = 404, .body = R"({"detail":"Job not found"})"});
  world.park("never", wait_for(looked_at("never")));
  world.park("gone", wait_for(looked_at("gone")));
  world.advance(6 * second);
  EXPECT_THAT(world.told("never"), StartsWith(R"(invalid: answered 404 Not Found: {"detail":"Job not found"}; it was never there in 5.)"));
  EXPECT_EQ(world.told("gone"), "parked");
  gone.say(HttpAnswer{.status = 404});
  world.advance(minute);
  EXPECT_THAT(world.told("gone"), StartsWith("lost: answered 404 Not Found; it was there until now"));
  EXPECT_EQ(domain::exit_code_of(world.wait("gone").outcome), 4);
}

TEST(Waits, GoneIsBelievedAtOnce) {
  World world;
  const Backend backend(world, "j");
  world.park("w", wait_for(looked_at("j")));
  backend.say(HttpAnswer{.status = 410});
  world.feed(Pushed{"j"});
  EXPECT_EQ(world.outcome("w"), "lost");
}

TEST(Waits, A401InHourThreeSaysSinceWhenItHadWorked) {
  World world;
  const Backend backend(world, "j");
  world.park("w", wait_for(looked_at("j"), Millis{6LL * 3'600'000}));
  world.advance(Millis{3LL * 3'600'000});
  backend.say(HttpAnswer{.status = 401});
  world.advance(minute);
  EXPECT_THAT(
      world.told("w"),
      StartsWith("invalid: answered 401: the credentials were accepted from 2027-01-15T08:00:00.000Z on and are refused after 3 h 00 m"));
}

TEST(Waits, CredentialsAreRenewedOnceIfTheyCanBe) {
  World world;
  const Backend backend(world, "j");
  ReadRules rules = status_rules();
  rules.refreshable = true;
  world.park("w", wait_for(looked_at("j", rules), Millis{6LL * 3'600'000}));
  backend.say(HttpAnswer{.status = 401});
  world.feed(Pushed{"j"});
  EXPECT_EQ(world.ordered<RefreshCredentials>().size(), 1U);
  EXPECT_EQ(world.told("w"), "parked");
  backend.status("RUNNING");
  world.advance(minute);
  backend.say(HttpAnswer{.status = 401});
  world.advance(minute);
  EXPECT_EQ(world.ordered<RefreshCredentials>().size(), 2U);  // it had worked in between
  EXPECT_THAT(world.told("w"), HasSubstr("also after new ones were asked for"));
}

TEST(Waits, A401AtTheFirstContactIsInvalid) {
  World world;
  const Backend backend(world, "j");
  backend.say(HttpAnswer{.status = 403});
  world.park("w", wait_for(looked_at("j")));
  EXPECT_EQ(world.told("w"), "invalid: answered 403: the credentials are not accepted");
}

TEST(Waits, ASilentBackendIsLostAndOneThatNeverAnsweredIsInvalid) {
  World world;
  const Backend known(world, "known");
  const Backend unknown(world, "unknown");
  unknown.say(NoAnswer{"connection refused"});
  world.park("known", wait_for(looked_at("known")));
  world.park("unknown", wait_for(looked_at("unknown")));
  known.say(NoAnswer{"connection reset"});
  world.advance(2 * minute);
  EXPECT_THAT(world.told("known"), StartsWith("lost: connection reset, for 3"));
  EXPECT_THAT(world.told("unknown"), HasSubstr("invalid: connection refused, for 3"));
}

TEST(Waits, ATroubleThatPassesIsNotedAndForgiven) {
  World world;
  const Backend backend(world, "j");
  world.park("w", wait_for(looked_at("j")));
  backend.say(HttpAnswer{.status = 502});
  world.advance(20 * second);
  backend.status("RUNNING");
  world.advance(20 * second);
  std::string story;
  for (const Note& note : world.wait("w").notes) story += fmt::format("{} {}\n", to_string(note.noted.what), note.noted.text);
  EXPECT_EQ(story, "seen RUNNING\ntrouble answered 502\nchanged RUNNING\n");
  EXPECT_EQ(world.told("w"), "parked");
}

TEST(Waits, AStatusThatLooksFreshWithoutHeartbeatIsLost) {
  World world;
  const Backend backend(world, "j");
  ReadRules rules = status_rules();
  rules.heartbeat_field = "$.updated_at";
  rules.lost_after = Millis{30'000};
  world.park("w", wait_for(looked_at("j", rules), 10 * minute));
  for (int i = 0; i < 10; ++i) {
    backend.say(json_answer(fmt::format(R"({{"status":"RUNNING","updated_at":{}}})", i)));
    world.advance(20 * second);
  }
  EXPECT_EQ(world.told("w"), "parked");
  world.advance(50 * second);
  EXPECT_THAT(world.told("w"), StartsWith("lost: its status is still 'RUNNING', but $.updated_at has not changed for 3"));
}

TEST(Waits, ItMustHoldSeveralTimesInARow) {
  World world;
  const Backend backend(world, "j");
  Condition condition = looked_at("j");
  condition.hold_times = 3;
  world.park("w", wait_for(condition));
  backend.status("COMPLETED");
  world.feed(Pushed{"j"});
  world.feed(Pushed{"j"});
  backend.status("RUNNING");
  world.feed(Pushed{"j"});
  backend.status("COMPLETED");
  world.feed(Pushed{"j"});
  world.feed(Pushed{"j"});
  EXPECT_EQ(world.told("w"), "parked");
  world.feed(Pushed{"j"});
  EXPECT_EQ(world.told("w"), "satisfied: held 3 times in a row");
}

TEST(Waits, TheDeadlineSaysWhatWasSeenLast) {
  World world;
  const Backend backend(world, "j");
  world.park("w", wait_for(looked_at("j"), minute));
  world.advance(minute);
  EXPECT_EQ(world.told("w"), "timed_out: the deadline passed after 1 m 00 s; last seen: 'RUNNING'");
  EXPECT_EQ(domain::exit_code_of(world.wait("w").outcome), 3);
}

TEST(Waits, TheDeadlineAsksForALastLook) {
  World world;
  const Backend backend(world, "j");
  WaitSpec spec = wait_for(looked_at("j"), 45 * second);
  spec.conditions[0].pushed = true;  // the push is lost, and the net is slow
  world.park("w", spec);
  world.advance(30 * second);
  backend.status("COMPLETED");
  world.advance(minute);
  EXPECT_EQ(world.told("w"), "satisfied: COMPLETED");
}

TEST(Waits, ALastLookThatIsNotAnsweredEndsIt) {
  World world;
  world.park("w", wait_for(looked_at("nobody"), minute / 6));
  world.advance(minute / 6 + last_look_max - second);
  EXPECT_EQ(world.told("w"), "parked");
  world.advance(second);
  EXPECT_EQ(world.told("w"), "timed_out: the deadline passed after 10.0 s; nothing was seen of it");
}

TEST(Waits, AnyEndsWithTheFirstAndDropsTheOthers) {
  World world;
  const Backend left(world, "left");
  const Backend right(world, "right");
  world.submit("job-1");
  WaitSpec spec = wait_for(looked_at("left"));
  spec.join = Join::any;
  spec.conditions.push_back(looked_at("right"));
  spec.conditions.back().cancel_request = "DELETE right";
  spec.conditions.push_back(on_job("job-1"));
  spec.conditions.back().cancel_when_dropped = true;
  world.park("w", spec);
  left.status("COMPLETED");
  world.feed(Pushed{"left"});
  EXPECT_EQ(world.told("w"), "satisfied: 'left': COMPLETED");
  ASSERT_EQ(world.ordered<CancelRemote>().size(), 1U);
  EXPECT_EQ(world.ordered<CancelRemote>()[0].request, "DELETE right");
  EXPECT_EQ(world.job("job-1").status, domain::JobStatus::cancelled);
  EXPECT_EQ(world.board().probes.size(), 0U);
}

TEST(Waits, AnyForgivesFailuresUntilNobodyIsLeftAndThenTellsTheWorst) {
  World world;
  const Backend left(world, "left");
  const Backend right(world, "right");
  WaitSpec spec = wait_for(looked_at("left"));
  spec.join = Join::any;
  spec.conditions.push_back(looked_at("right"));
  world.park("w", spec);
  left.say(HttpAnswer{.status = 410});
  world.feed(Pushed{"left"});
  EXPECT_EQ(world.told("w"), "parked");
  right.say(json_answer(R"({"status":"FAILED","error":"boom"})"));
  world.feed(Pushed{"right"});
  EXPECT_EQ(world.told("w"), "failed: 'right': boom");
}

TEST(Waits, AllNeedsAllAndEndsWithTheFirstThatDoesNotHold) {
  World world;
  const Backend left(world, "left");
  const Backend right(world, "right");
  WaitSpec spec = wait_for(looked_at("left"));
  spec.conditions[0].rules.captures = {{"a", "$.status"}};
  spec.conditions.push_back(looked_at("right"));
  spec.conditions[1].rules.captures = {{"b", "$.status"}};
  world.park("good", spec);
  world.park("bad", spec);
  left.status("COMPLETED");
  world.feed(Pushed{"left"});
  EXPECT_EQ(world.told("good"), "parked");
  right.status("COMPLETED");
  world.feed(Pushed{"right"});
  EXPECT_EQ(world.told("good"), "satisfied: all 2 conditions hold");
  EXPECT_EQ(world.wait("good").captures.size(), 2U);
  world.park("late", spec);
  right.status("FAILED");
  world.park("w", spec);
  EXPECT_THAT(world.told("w"), HasSubstr("'right': failed: its status is 'FAILED'"));
}

TEST(Waits, AWrongConfigurationIsNeverOutvoted) {
  World world;
  const Backend left(world, "left");
  const Backend right(world, "right");
  WaitSpec spec = wait_for(looked_at("left"));
  spec.join = Join::any;
  spec.conditions.push_back(looked_at("right"));
  right.status("WHAT");
  world.park("w", spec);
  EXPECT_EQ(world.outcome("w"), "invalid");
}

TEST(Waits, CancelledByAPersonAndByTheBackend) {
  World world;
  const Backend backend(world, "j");
  world.park("w", wait_for(looked_at("j")));
  world.feed(CancelWait{domain::WaitId{"w"}, "stopped by a person"});
  EXPECT_EQ(world.told("w"), "cancelled: stopped by a person");
  ReadRules rules = status_rules();
  rules.map.push_back({"REVOKED", Meaning::cancelled});
  backend.status("REVOKED");
  world.park("w2", wait_for(looked_at("j", rules)));
  EXPECT_EQ(world.told("w2"), "cancelled: cancelled by the backend: its status is 'REVOKED'");
}

TEST(Waits, AnAnswerAfterTheEndChangesNothing) {
  World world;
  world.park("w", wait_for(looked_at("j")));
  const Ask ask = world.ordered<Ask>().at(0);
  world.feed(CancelWait{domain::WaitId{"w"}, "enough"});
  const std::size_t facts = world.journal().size();
  world.feed(Answered{"j", ask.number, json_answer(R"({"status":"COMPLETED"})")});
  world.feed(Answered{"j", ask.number, json_answer(R"({"status":"FAILED"})")});
  EXPECT_EQ(world.journal().size(), facts);
  EXPECT_EQ(world.outcome("w"), "cancelled");
}

TEST(Waits, APushDuringALookMakesAnotherOneFollow) {
  World world;
  world.park("w", wait_for(looked_at("j")));
  const Ask first = world.ordered<Ask>().at(0);
  world.feed(Pushed{"j"});
  EXPECT_EQ(world.ordered<Ask>().size(), 1U);  // one at a time
  world.feed(Answered{"j", first.number, json_answer(R"({"status":"RUNNING"})")});
  ASSERT_EQ(world.ordered<Ask>().size(), 2U);
  world.feed(Answered{"j", world.ordered<Ask>().at(1).number, json_answer(R"({"status":"COMPLETED"})")});
  EXPECT_EQ(world.outcome("w"), "satisfied");
}

TEST(Waits, AThousandWaitsOfOneAddressCostOneRequestPerProbe) {
  World world;
  const Backend backend(world, "j");
  for (int i = 0; i < 1'000; ++i) world.park(fmt::format("w{}", i), wait_for(looked_at("j")));
  EXPECT_LE(world.asked["j"], 2);
  world.advance(second);
  const std::int64_t before = world.asked["j"];
  backend.status("COMPLETED");
  world.feed(Pushed{"j"});
  EXPECT_EQ(world.asked["j"], before + 1);
  for (int i = 0; i < 1'000; ++i) ASSERT_EQ(world.outcome(fmt::format("w{}", i)), "satisfied");
}

TEST(Waits, TenThousandParkedOnFiftyHostsStayWithinTheBudgets) {
  World world;
  for (int i = 0; i < 10'000; ++i) {
    const std::string request = fmt::format("r{}", i);
    Condition condition = i % 2 == 0 ? on_signal(request) : looked_at(request);
    condition.host = fmt::format("http://h{}", i % 100);
    condition.pushed = true;
    if (i % 2 != 0) world.backends[request] = [] { return json_answer(R"({"status":"RUNNING"})"); };
    world.park(request, wait_for(std::move(condition), Millis{7'200'000}));
  }
  world.advance(15 * second);
  EXPECT_EQ(world.asked.size(), 5'000U);  // everybody was looked at once, ten a second for a host
  world.advance(75 * second);
  std::int64_t asked = 0;
  for (const auto& [request, count] : world.asked) asked += count;
  EXPECT_EQ(asked, 10'000);  // and once more by the net
  world.signal("r0", "s");
  EXPECT_EQ(world.outcome("r0"), "satisfied");
}

TEST(Waits, EvidenceIsBounded) {
  World world;
  const Backend backend(world, "j");
  world.park("w", wait_for(looked_at("j"), 600 * minute));
  for (int i = 0; i < 1'000; ++i) {
    backend.status(i % 2 == 0 ? "PENDING" : "RUNNING");
    world.advance(second);
    world.feed(Pushed{"j"});
  }
  EXPECT_EQ(world.wait("w").notes.size(), notes_max);
  backend.say(json_answer(R"({"status":"COMPLETED","x":")" + std::string(100'000, 'x') + "\"}"));
  world.advance(minute);
  EXPECT_EQ(world.outcome("w"), "satisfied");
  EXPECT_EQ(world.wait("w").excerpt.size(), excerpt_bytes_max);
}

// What is journaled is text, or it would not come back as it was.
TEST(Waits, AnExcerptIsCutBetweenCharacters) {
  for (const std::string_view character : {"\u00e9", "\u20ac", "\U0001F600"}) {
    World world;
    std::string body = R"({"status":"RUNNING","n":")";
    while (body.size() < 6'000) body += character;
    world.backends["j"] = [&] { return json_answer(body + "\"}"); };
    world.park("w", wait_for(looked_at("j")));
    const Wait& wait = world.wait("w");
    EXPECT_GT(wait.excerpt.size(), excerpt_bytes_max - 4);
    EXPECT_LE(wait.excerpt.size(), excerpt_bytes_max);
    EXPECT_EQ(body.find(wait.excerpt), 0U) << "nothing is put in the place of what was cut";
    ASSERT_EQ(wait.notes.size(), 1U);
    EXPECT_EQ(body.find(wait.notes[0].noted.excerpt), 0U);
    EXPECT_TRUE(is_valid_utf8(wait.notes[0].noted.excerpt));
    EXPECT_TRUE(is_valid_utf8(wait.excerpt));
  }
}

}  // namespace
}  // namespace tamarack::flow
