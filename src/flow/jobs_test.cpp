#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "flow/world.h"

namespace tamarack::flow {
namespace {

using domain::JobStatus;
using ::testing::HasSubstr;

constexpr Millis second{1'000};

std::size_t ignored(const World& world, IgnoredReport why) {
  std::size_t found = 0;
  for (const Entry& entry : world.journal())
    if (const auto* one = std::get_if<JobReportIgnored>(&entry.record)) found += one->why == why ? 1 : 0;
  return found;
}

TEST(Jobs, StatusStageAndProgress) {
  World world;
  world.submit("j");
  EXPECT_EQ(world.job("j").status, JobStatus::pending);
  world.report("j", {.status = "RUNNING", .stage = "DATA_FETCHING", .progress = 10});
  world.report("j", {.progress = 55});
  world.report("j", {.stage = "WRITING", .progress = 0});
  EXPECT_EQ(world.job("j").stage, "WRITING");
  EXPECT_EQ(world.job("j").progress, 0);
  world.report("j", {.status = "COMPLETED", .result = R"({"rows":12})", .result_location = "/results/7"});
  EXPECT_EQ(world.job("j").status, JobStatus::completed);
  EXPECT_EQ(world.job("j").result, R"({"rows":12})");
}

TEST(Jobs, PlainTextIsAResultToo) {
  World world;
  world.submit("j");
  world.report("j", {.status = "COMPLETED", .result = "Processed data in 17.20s."});
  EXPECT_EQ(world.job("j").result, R"("Processed data in 17.20s.")");
}

TEST(Jobs, ReportsOutOfOrderTwiceAndAfterTheEndAreNotedAndChangeNothing) {
  World world;
  world.submit("j");
  world.report("j", {.status = "RUNNING"});
  world.report("j", {.status = "QUEUED"});
  world.report("j", {.status = "SUCCESS"});
  world.report("j", {.status = "COMPLETED", .result = "1"});
  world.report("j", {.status = "COMPLETED", .result = "1"});
  world.report("j", {.status = "RUNNING"});
  world.report("j", {.status = "FAILED", .error = "late"});
  EXPECT_EQ(world.job("j").status, JobStatus::completed);
  EXPECT_EQ(ignored(world, IgnoredReport::out_of_order), 1U);
  EXPECT_EQ(ignored(world, IgnoredReport::unknown_status), 1U);
  EXPECT_EQ(ignored(world, IgnoredReport::duplicate), 1U);
  EXPECT_EQ(ignored(world, IgnoredReport::after_end), 2U);
  for (int i = 0; i < 100; ++i) world.report("j", {.status = "RUNNING"});
  EXPECT_EQ(world.facts<JobReportIgnored>(), 20U);
  world.report("nobody", {.status = "RUNNING"});
  EXPECT_FALSE(world.board().jobs.contains(domain::JobId{"nobody"}));
}

TEST(Jobs, AWorkerThatDiesIsLostWithinTwoHeartbeatsAndNeverRunsForEver) {
  World world;
  world.submit("j", {.heartbeat_every = Millis{10'000}});
  world.advance(600 * second);  // nobody has begun: no heartbeat is owed
  EXPECT_EQ(world.job("j").status, JobStatus::pending);
  world.report("j", {.status = "RUNNING", .executor = "tcp://w1"});
  for (int i = 0; i < 5; ++i) {
    world.advance(10 * second);
    world.report("j", {});
  }
  EXPECT_EQ(world.job("j").status, JobStatus::running);
  world.advance(20 * second);
  EXPECT_EQ(world.job("j").status, JobStatus::lost);
  EXPECT_EQ(world.job("j").reason, "'tcp://w1' has not been heard of for 15.0 s");
  world.report("j", {.status = "COMPLETED"});
  EXPECT_EQ(world.job("j").status, JobStatus::lost);  // recorded, not believed
}

TEST(Jobs, AJobThatAnotherWorkerTakesOverShowsIt) {
  World world;
  world.submit("j", {.heartbeat_every = Millis{10'000}});
  world.report("j", {.status = "RUNNING", .executor = "tcp://w1"});
  world.report("j", {.status = "RUNNING", .executor = "tcp://w2"});
  EXPECT_EQ(world.job("j").executor, "tcp://w2");
  EXPECT_EQ(world.facts<JobAdvanced>(), 2U);
}

TEST(Jobs, TheSameKeyIsTheSameJobAndAnotherRequestUnderItIsRefused) {
  World world;
  world.submit("a", {.idempotency_key = "k", .digest = "1"});
  world.submit("b", {.idempotency_key = "k", .digest = "1"});
  world.submit("c", {.idempotency_key = "k", .digest = "2"});
  const auto answers = world.ordered<SubmissionAnswered>();
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_EQ(answers[1].answer, Submission::same);
  EXPECT_EQ(answers[1].job.value, "a");
  EXPECT_EQ(answers[2].answer, Submission::conflict);
  EXPECT_EQ(world.board().jobs.size(), 1U);
  world.restart();
  world.submit("d", {.idempotency_key = "k", .digest = "1"});
  EXPECT_EQ(world.ordered<SubmissionAnswered>().at(0).job.value, "a");
}

TEST(Jobs, CancelRacingWithSuccess) {
  World world;
  for (const char* id : {"wins", "loses", "ignored", "early"}) world.submit(id);
  for (const char* id : {"wins", "loses", "ignored"}) world.report(id, {.status = "RUNNING"});
  for (const char* id : {"wins", "loses", "ignored", "early"}) world.feed(CancelJob{domain::JobId{id}, "not needed"});
  EXPECT_EQ(world.job("early").status, JobStatus::cancelled);
  world.report("wins", {.status = "COMPLETED"});
  world.report("loses", {.status = "CANCELLED"});
  EXPECT_EQ(world.job("wins").status, JobStatus::completed);
  EXPECT_EQ(world.job("wins").reason, "it ended before the cancel was obeyed");
  EXPECT_EQ(world.job("loses").status, JobStatus::cancelled);
  EXPECT_EQ(world.job("loses").reason, "not needed");
  world.advance(31 * second);
  EXPECT_EQ(world.job("ignored").status, JobStatus::cancelled);
  EXPECT_EQ(world.job("ignored").reason, "not needed; not obeyed within 30.0 s");
  world.report("ignored", {.status = "COMPLETED"});
  EXPECT_EQ(world.job("ignored").status, JobStatus::cancelled);
}

TEST(Jobs, ATakenJobIsStartedOnceHoweverOftenTheOrderIsRepeated) {
  World world;
  world.submit("j", {.processor = "resize", .heartbeat_every = Millis{10'000}});
  world.feed(ClaimJob{"exec#1", {"other"}});
  EXPECT_TRUE(world.ordered<StartJob>().empty());
  world.feed(ClaimJob{"exec#1", {"other", "resize"}});
  world.feed(ClaimJob{"exec#2", {"resize"}});
  ASSERT_EQ(world.ordered<StartJob>().size(), 1U);
  world.feed(ExecutorHeard{"exec#2", {}});
  EXPECT_EQ(world.ordered<StartJob>().size(), 1U);  // never to another session
  world.feed(ExecutorHeard{"exec#1", {}});
  ASSERT_EQ(world.ordered<StartJob>().size(), 2U);  // the order was lost
  EXPECT_EQ(world.ordered<StartJob>()[1].epoch, 1U);
  world.report("j", {.status = "RUNNING", .epoch = 7});
  EXPECT_EQ(ignored(world, IgnoredReport::wrong_epoch), 1U);
  world.report("j", {.status = "RUNNING", .epoch = 1});
  for (int i = 0; i < 10; ++i) {
    world.advance(10 * second);
    world.feed(ExecutorHeard{"exec#1", {{domain::JobId{"j"}, 1}}});
  }
  EXPECT_EQ(world.job("j").status, JobStatus::running);
  world.feed(ExecutorHeard{"exec#1", {}});
  EXPECT_EQ(world.job("j").status, JobStatus::lost);
  EXPECT_EQ(world.job("j").reason, "'exec#1' does not have it any more");
}

TEST(Jobs, AnExecutorThatIsGoneTakesItsJobsAlongAndNotThoseOfOthers) {
  World world;
  for (const char* id : {"a", "b"}) world.submit(id, {.processor = "p"});
  world.feed(ClaimJob{"x", {"p"}});
  world.feed(ClaimJob{"y", {"p"}});
  world.feed(ExecutorGone{"x", "its process was killed"});
  EXPECT_EQ(world.job("a").status, JobStatus::lost);
  EXPECT_EQ(world.job("b").status, JobStatus::queued);
}

TEST(Jobs, WhatAnExecutorHoldsAndShouldNotIsStopped) {
  World world;
  world.submit("j", {.processor = "p"});
  world.feed(ClaimJob{"x", {"p"}});
  world.feed(CancelJob{domain::JobId{"j"}, "enough"});
  EXPECT_EQ(world.job("j").status, JobStatus::cancelled);
  EXPECT_EQ(world.ordered<StopJob>().size(), 1U);
  world.feed(ExecutorHeard{"x", {{domain::JobId{"j"}, 1}, {domain::JobId{"unknown"}, 1}}});
  EXPECT_EQ(world.ordered<StopJob>().size(), 3U);
}

TEST(Jobs, AreForgottenByTimeButNotWhileSomebodyWaits) {
  World world;
  world.submit("j", {.idempotency_key = "k", .retention = Millis{60'000}});
  world.report("j", {.status = "COMPLETED"});
  world.advance(59 * second);
  EXPECT_TRUE(world.board().jobs.contains(domain::JobId{"j"}));
  world.advance(second);
  EXPECT_FALSE(world.board().jobs.contains(domain::JobId{"j"}));
  EXPECT_EQ(world.facts<JobForgotten>(), 1U);
  world.submit("j2", {.idempotency_key = "k"});
  EXPECT_EQ(world.ordered<SubmissionAnswered>().back().answer, Submission::accepted);
}

TEST(Jobs, AWaitOnAJobHearsOfItInTheSameStep) {
  World world;
  world.submit("j", {.heartbeat_every = Millis{10'000}});
  WaitSpec spec = wait_for(on_job("j"));
  spec.conditions[0].rules.captures = {{"rows", "$.rows", CaptureType::integer}};
  world.park("w", spec);
  world.park("w2", spec);
  world.report("j", {.status = "RUNNING", .stage = "FETCHING"});
  EXPECT_EQ(world.told("w"), "parked");
  world.report("j", {.status = "COMPLETED", .result = R"({"rows":3})"});
  EXPECT_EQ(world.told("w"), "satisfied: COMPLETED");
  EXPECT_EQ(world.wait("w2").captures, (std::vector<Captured>{{"rows", "3"}}));
  world.park("w3", spec);  // after the end
  EXPECT_EQ(world.outcome("w3"), "satisfied");
  EXPECT_TRUE(world.asked.empty());
}

TEST(Jobs, OneThatEndsAfterTheDeadlineIsTooLateHoweverLateTheTick) {
  for (const auto& [after, outcome] : {std::pair{60 * second, "satisfied"}, std::pair{60 * second + Millis{1}, "timed_out"}}) {
    World world;
    world.submit("j");
    world.park("w", wait_for(on_job("j"), 60 * second));
    world.set_now(world.now() + after);  // nobody ticked
    world.report("j", {.status = "COMPLETED"});
    EXPECT_EQ(world.outcome("w"), outcome);
  }
}

TEST(Jobs, NobodySpeaksForAJobThatIsNotHandedOut) {
  World world;
  world.submit("j", {.processor = "p"});
  world.report("j", {.status = "RUNNING"});
  world.report("j", {.status = "COMPLETED", .epoch = 1});
  EXPECT_EQ(world.job("j").status, JobStatus::pending);
  EXPECT_EQ(ignored(world, IgnoredReport::wrong_epoch), 2U);
  world.feed(ClaimJob{"x", {"p"}});
  EXPECT_EQ(world.job("j").status, JobStatus::queued);
}

TEST(Jobs, EveryEndOfAJobIsAnOutcomeOfTheWait) {
  World world;
  for (const char* id : {"f", "c", "l", "t"}) world.submit(id, {.heartbeat_every = Millis{1'000}});
  for (const char* id : {"f", "c", "l"}) world.park(id, wait_for(on_job(id)));
  world.report("f", {.status = "FAILED", .error = "boom"});
  world.feed(CancelJob{domain::JobId{"c"}, "not needed"});
  world.report("l", {.status = "RUNNING"});
  world.advance(2 * second);
  EXPECT_EQ(world.told("f"), "failed: boom");
  EXPECT_EQ(world.told("c"), "cancelled: not needed");
  EXPECT_THAT(world.told("l"), HasSubstr("lost: its executor has not been heard of"));
  world.park("w", wait_for(on_job("unknown")));
  EXPECT_EQ(world.told("w"), "invalid: there is no job 'unknown'");
  WaitSpec spec = wait_for(on_job("t"));
  spec.conditions[0].rules.until = {{"$.rows", Comparison::above, "0"}};
  world.park("t", spec);
  world.report("t", {.status = "COMPLETED", .result = R"({"rows":0})"});
  EXPECT_EQ(world.told("t"), "failed: it completed, but its result is not what is waited for");
}

RC_GTEST_PROP(Jobs, WhateverIsReportedTheStatusNeverMovesBack, (const std::vector<std::uint8_t>& choices, bool is_ours)) {
  World world;
  world.submit("j", {.processor = is_ours ? "p" : "", .heartbeat_every = Millis{5'000}});
  JobStatus last = JobStatus::pending;
  for (const std::uint8_t choice : choices) {
    const std::uint32_t epoch = choice / 128;
    if (choice % 16 < 8)
      world.report("j", {.status = std::string(to_string(static_cast<JobStatus>(choice % 8))), .epoch = epoch});
    else if (choice % 16 < 11)
      world.advance(second * (choice / 16));
    else if (choice % 16 == 11)
      world.feed(ClaimJob{"x", {"p"}});
    else if (choice % 16 == 12)
      world.feed(CancelJob{domain::JobId{"j"}, "x"});
    else if (choice % 16 == 13)
      world.restart();
    else if (choice % 16 == 14)
      world.feed(ExecutorHeard{"x", {{domain::JobId{"j"}, epoch}}});
    const JobStatus now = world.job("j").status;
    RC_ASSERT(now == last || may_follow(last, now));
    last = now;
  }
}

}  // namespace
}  // namespace tamarack::flow
