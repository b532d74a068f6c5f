// From the journal of a run to what its report shows.
#include "report/build_view.h"

#include <gtest/gtest.h>

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

TEST(BuildView, OfARunAtWorkWhatHasNoResultIsStillToCome) {
  Story story;
  const ReportView view = story.view(true);
  EXPECT_EQ(view.run.verdict, "running");
  EXPECT_EQ(view.run.headline, "0 of 1 test finished");
  EXPECT_EQ(view.tests[0].outcome, "pending");
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
