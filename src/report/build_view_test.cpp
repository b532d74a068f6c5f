// From the journal of a run to what its report shows.
#include "report/build_view.h"

#include <gtest/gtest.h>

#include "run/carry.h"
#include "run/run.h"

namespace tamarack::report {
namespace {

const domain::WorkerId worker{"local/1"};
const domain::TestIndex test{0U};

// Plays events through the run machine and keeps its journal.
class Story {
 public:
  explicit Story(bool estimates_known = true) {
    domain::Plan plan{.workers = 1};
    plan.cost.from_history = estimates_known;
    plan.tests.push_back({.identity = {"a.spec", {"works"}, ""}});
    plan.tests[0].id = make_test_id(plan.tests[0].identity);
    plan.units.push_back({.index = domain::UnitIndex{0U}, .title = "a.spec", .spec = "a.spec", .tests = {test}, .estimate = Millis{700}});
    happens(run::Planned{domain::RunId{"r-1"}, plan, {.lost_max = 1}});
    happens(run::WorkerAppeared{worker, domain::AgentId{"local"}});
    happens(run::WorkerBecameReady{worker, Millis{0}});
  }
  void happens(const run::Event& event) {
    now_ += Millis{100};
    run::Step step = run::step(std::move(run_), event, now_);
    run_ = std::move(step.run);
    std::move(step.entries.begin(), step.entries.end(), std::back_inserter(journal_));
  }
  void waits(Millis time) { now_ += time; }
  domain::Term term() const { return run_.leases.begin()->first; }
  ReportView view(bool at_work = false) const {
    return build_view(journal_, {.project = "p", .started = from_ms(1'000), .ended = now_, .command = "tamarack run", .at_work = at_work});
  }

 private:
  run::Run run_;
  std::vector<run::Entry> journal_;
  Instant now_ = from_ms(1'000);
};

domain::Attachment picture(const std::string& name) {
  return {.name = name, .content_type = "image/png", .path = name, .sha256 = "ab" + name, .size = 9};
}

TEST(BuildView, APassedTestWithItsArtifactsInTheOrderTheyCame) {
  Story story;
  const domain::Term term = story.term();
  story.happens(run::TestBegan{worker, term, test, 0});
  story.happens(run::ArtifactArrived{worker, term, test, 0, picture("early.png")});
  story.happens(run::TestEnded{worker, term, {.test = test, .status = domain::TestStatus::passed, .duration = Millis{50}}});
  story.happens(run::InvocationEnded{worker, term, false, {}, {}});
  story.happens(run::ArtifactArrived{worker, term, test, 0, picture("late.png")});
  const ReportView view = story.view();
  ASSERT_EQ(view.tests.size(), 1U);
  EXPECT_EQ(view.tests[0].outcome, "passed");
  ASSERT_EQ(view.tests[0].attempts.size(), 1U);
  ASSERT_EQ(view.tests[0].attempts[0].attachments.size(), 2U);
  EXPECT_EQ(view.tests[0].attempts[0].attachments[0].name, "early.png");
  EXPECT_EQ(view.tests[0].attempts[0].attachments[1].name, "late.png");
  EXPECT_EQ(view.run.headline, "the 1 test passed");
}

TEST(BuildView, ATestThatTookItsProcessDownKeepsItsArtifacts) {
  Story story;
  const domain::Term term = story.term();
  story.happens(run::TestBegan{worker, term, test, 0});
  story.happens(run::ArtifactArrived{worker, term, test, 0, picture("before.png")});
  story.happens(run::InvocationEnded{worker, term, true, {.signal = 9, .log_tail = "Killed"}, {}});
  story.happens(run::ArtifactArrived{worker, term, test, 0, picture("settled-late.png")});
  const ReportView view = story.view();
  EXPECT_EQ(view.tests[0].outcome, "lost");
  ASSERT_EQ(view.tests[0].attempts.size(), 1U);
  const AttemptView& attempt = view.tests[0].attempts[0];
  EXPECT_EQ(attempt.status, "lost");
  EXPECT_FALSE(attempt.counted);
  ASSERT_EQ(attempt.attachments.size(), 2U);
  EXPECT_EQ(attempt.attachments[0].name, "before.png");
  ASSERT_EQ(attempt.errors.size(), 1U);
  EXPECT_EQ(attempt.errors[0].stack, "Killed");
}

TEST(BuildView, AGuessIsNoEstimate) {
  EXPECT_EQ(Story(true).view().units[0].estimate_ms, 700);
  EXPECT_EQ(Story(false).view().units[0].estimate_ms, 0);
}

TEST(BuildView, ARunWithoutAnEndSaysHowToFinishIt) {
  const ReportView view = Story().view();
  EXPECT_EQ(view.run.verdict, "interrupted");
  EXPECT_EQ(view.run.headline, "0 of 1 test finished; `tamarack resume r-1` finishes it");
  EXPECT_EQ(view.run.exit_code, 4);
  EXPECT_EQ(view.tests[0].outcome, "never_ran");
}

// The stop is a fact: a resume would add nothing but the end. What was given up when it came has not finished.
TEST(BuildView, ARunThatWasStoppedAndHasNoEndSaysHowToRunTheRest) {
  run::Run run;
  run.id = domain::RunId{"r-1"};
  run.ledger = {.planned = 6, .passed = 1, .skipped = 1, .cancelled = 1, .never_ran = 2};
  run.stopping = run::StopCause::user;
  EXPECT_EQ(headline_of(run, false), "2 of 6 tests finished, then it was stopped; `tamarack rerun r-1 --failed` runs the rest");
  EXPECT_EQ(headline_of(run, true), "2 of 6 tests finished");
}

TEST(BuildView, OfARunAtWorkWhatHasNoResultIsStillToCome) {
  Story story;
  const ReportView view = story.view(true);
  EXPECT_EQ(view.run.verdict, "running");
  EXPECT_EQ(view.run.headline, "0 of 1 test finished");
  EXPECT_EQ(view.tests[0].outcome, "pending");
}

TEST(BuildView, AVerdictOfAnEarlierRunNamesIt) {
  const auto built = [](const std::string& reason, domain::Outcome outcome) {
    domain::Plan plan{.workers = 1};
    plan.tests.push_back({.identity = {"a.spec", {"works"}, ""}});
    plan.units.push_back({.index = domain::UnitIndex{0U}, .title = "a.spec", .spec = "a.spec", .tests = {test}});
    return build_view(
        {{1, from_ms(1), run::RunPlanned{domain::RunId{"r-1"}, plan, {}}}, {2, from_ms(2), run::TestSettled{test, outcome, reason}}},
        {.project = "p", .started = from_ms(1), .ended = from_ms(2)});
  };
  EXPECT_EQ(built(run::carried_reason(domain::RunId{"r-0"}), domain::Outcome::passed).tests[0].carried_from, "r-0");
  EXPECT_EQ(built("the run was stopped", domain::Outcome::never_ran).tests[0].carried_from, "");
  EXPECT_EQ(built(run::carried_reason(domain::RunId{"r-0"}), domain::Outcome::never_ran).tests[0].carried_from, "")
      << "only what is good is carried; these are words of somebody else";
}

TEST(BuildView, WhatFailsEverywhereForOneReasonIsToldOnce) {
  Story story;
  const auto fails = [&](const std::string& on, const std::string& message) {
    story.happens(run::WorkerAppeared{domain::WorkerId{on}, domain::AgentId{on.substr(0, on.find('/'))}});
    story.happens(run::WorkerFailed{domain::WorkerId{on}, true, message, "log of " + on});
  };
  fails("a/1", "the application does not start");
  const auto only = [&] { return story.view().disagreements; };
  ASSERT_EQ(only().size(), 1U);
  EXPECT_EQ(only()[0].message, "a/1: the application does not start\nlog of a/1");
  fails("a/2", "the application does not start");
  EXPECT_EQ(only()[0].message, "on 2 workers of a: the application does not start\nlog of a/1");
  fails("b/1", "the application does not start");
  fails("c/1", "the application does not start");
  fails("c/2", "the application died");
  ASSERT_EQ(only().size(), 2U);
  EXPECT_EQ(only()[0].message, "on 3 agents (a, b, c): the application does not start\nlog of a/1");
  EXPECT_EQ(only()[1].message, "c/2: the application died\nlog of c/2");
}

TEST(BuildView, TheTimeBetweenAnInterruptionAndItsResumeIsNobodys) {
  Story story;
  const domain::Term term = story.term();
  story.happens(run::TestBegan{worker, term, test, 0});
  const std::int64_t before = story.view().run.wall_ms;
  story.waits(Millis{3'600'000});
  story.happens(run::Resumed{});
  story.happens(run::WorkerAppeared{worker, domain::AgentId{"local"}});
  story.happens(run::WorkerBecameReady{worker, Millis{0}});
  story.happens(run::TestBegan{worker, story.term(), test, 0});
  story.happens(run::TestEnded{worker, story.term(), {.test = test, .status = domain::TestStatus::passed, .duration = Millis{50}}});
  const ReportView view = story.view();
  EXPECT_EQ(view.run.wall_ms, before + 400);
  for (const WorkerView& lane : view.workers)
    for (const SpanView& span : lane.spans) EXPECT_LE(span.start_ms, view.run.wall_ms);
}

}  // namespace
}  // namespace tamarack::report
