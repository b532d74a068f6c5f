#include "board/board_host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "tests/board/board_world.h"

namespace tamarack::board {
namespace {

using domain::JobId;
using domain::SignalId;
using domain::WaitId;
using flow::Effect;
using Answers = Result<std::vector<Effect>>;

class BoardHostTest : public testing::Test {
 protected:
  std::vector<std::string> stored_streams() {
    std::vector<std::string> names;
    for (const store::FlowRow& row : world_.rows())
      if (names.empty() || names.back() != row.stream) names.push_back(row.stream);
    return names;
  }
  BoardWorld world_;
};

TEST_F(BoardHostTest, NothingIsAskedBeforeItsWaitIsDurable) {
  TroubledFlow store(world_.memory());
  std::size_t asked_before = 0;
  store.before = [&](std::int64_t) {
    asked_before += world_.prober().log.size();
    return Result<>{};
  };
  ASSERT_TRUE(world_.start(store));
  world_.prober().backends["b"] = [] { return says("DONE"); };
  world_.settle();
  asked_before = 0;
  bool parked = false;
  world_.park("w", wait_for({looked_at("b")}), [&](const Answers& answers) {
    parked = answers.has_value();
    EXPECT_EQ(stored_streams(), (std::vector<std::string>{"clock", "wait:w"})) << "told once it is durable";
  });
  EXPECT_TRUE(world_.prober().log.empty()) << "nothing happens inside of feed";
  world_.settle();
  EXPECT_TRUE(parked);
  EXPECT_EQ(world_.told("w"), "satisfied: DONE");
  EXPECT_EQ(world_.prober().log, (std::vector<std::string>{"watch b", "ask b", "unwatch b"}));
  EXPECT_EQ(world_.over, std::vector<std::string>{"w"});
  EXPECT_EQ(asked_before, 2U) << "the end is the second transaction: watch and ask came before, and after the first";
}

TEST_F(BoardHostTest, WhatOneTurnBringsIsOneTransaction) {
  TroubledFlow store(world_.memory());
  ASSERT_TRUE(world_.start(store));
  world_.settle();
  const std::int64_t before = store.commits;
  for (int i = 0; i < 100; ++i) world_.park(fmt::format("w{}", i), wait_for({on_signal("k")}));
  world_.settle();
  EXPECT_EQ(store.commits, before + 1);
  EXPECT_EQ(world_.host().board().waits.size(), 100U);
}

TEST_F(BoardHostTest, EveryoneHearsTheAnswersToWhatHeAsked) {
  world_.options.waits_max = 1;
  ASSERT_TRUE(world_.start());
  std::vector<std::string> heard;
  const auto listen = [&](const std::string& who) {
    return [&heard, who](const Answers& answers) {
      ASSERT_TRUE(answers) << answers.error().message;
      std::string line = who + ":";
      for (const Effect& effect : *answers) {
        if (const auto* job = std::get_if<flow::SubmissionAnswered>(&effect))
          line += fmt::format(" job {} {}", job->job.value, static_cast<int>(job->answer));
        if (const auto* signal = std::get_if<flow::SignalAnswered>(&effect)) line += fmt::format(" signal {}", to_string(signal->answer));
        if (std::holds_alternative<flow::ParkRefused>(effect)) line += " refused";
      }
      heard.push_back(line);
    };
  };
  const domain::JobRequest request{.idempotency_key = "k", .digest = "d"};
  world_.host().feed(flow::SubmitJob{JobId{"j1"}, request}, listen("first"));
  world_.host().feed(flow::SubmitJob{JobId{"j2"}, request}, listen("second"));
  world_.signal("key", "s", "", listen("signal"));
  world_.signal("key", "s", "", listen("again"));
  world_.park("w1", wait_for({on_signal("x")}), listen("parked"));
  world_.park("w2", wait_for({on_signal("x")}), listen("too many"));
  EXPECT_TRUE(heard.empty()) << "never from inside of feed";
  world_.settle();
  EXPECT_EQ(heard, (std::vector<std::string>{"first: job j1 0", "second: job j1 1", "signal: signal stored", "again: signal repeated",
                                             "parked:", "too many: refused"}));
}

TEST_F(BoardHostTest, ForgottenStreamsGoWithTheirLastEntry) {
  ASSERT_TRUE(world_.start());
  world_.host().feed(flow::SubmitJob{JobId{"j"}, {.retention = Millis{1'000}}});
  world_.host().feed(flow::ReportJob{JobId{"j"}, {.status = "COMPLETED"}});
  world_.host().feed(flow::SubmitJob{JobId{"stays"}, {}});
  world_.settle();
  EXPECT_EQ(stored_streams(), (std::vector<std::string>{"clock", "job:j", "job:stays"}));
  world_.advance(Millis{2'000});
  EXPECT_EQ(stored_streams(), (std::vector<std::string>{"clock", "job:stays"}));
  EXPECT_FALSE(world_.host().board().jobs.contains(JobId{"j"}));
}

// The same stream ends and begins anew within one turn: its first entry must not go with the old ones.
TEST_F(BoardHostTest, AStreamThatBeginsAnewInTheSameTurnIsKept) {
  ASSERT_TRUE(world_.start());
  world_.host().feed(flow::OpenMailbox{"k", Millis{1'000}});
  world_.settle();
  world_.clock().advance(Millis{2'000});
  world_.host().feed(flow::Tick{});  // forgets it
  bool stored = false;
  world_.signal("k", "s", "", [&](const Answers& answers) { stored = answers.has_value(); });
  world_.settle();
  EXPECT_TRUE(stored);
  EXPECT_EQ(stored_streams(), (std::vector<std::string>{"clock", "mail:k"}));
  world_.stop();
  ASSERT_TRUE(world_.start());
  EXPECT_EQ(world_.host().board().mailboxes.at("k").signals.size(), 1U);
}

TEST_F(BoardHostTest, ABrokenStoreIsToldOnceAndNothingElseHappens) {
  TroubledFlow store(world_.memory());
  std::optional<std::int64_t> broken_at;
  store.before = [&](std::int64_t number) -> Result<> {
    if (number == broken_at) return make_error(ErrorCode::io, "the disk is full");
    return {};
  };
  ASSERT_TRUE(world_.start(store));
  world_.prober().backends["b"] = [] { return says("RUNNING"); };
  world_.park("old", wait_for({looked_at("b")}));
  world_.settle();
  broken_at = store.commits + 1;
  const auto log = world_.prober().log;
  std::vector<std::string> heard;
  const auto listen = [&](const Answers& answers) { heard.push_back(answers ? "ok" : answers.error().message); };
  world_.park("w", wait_for({looked_at("c")}), listen);
  world_.signal("k", "s", "", listen);
  world_.settle();
  const std::string message = "the journal of jobs and waits cannot be written: the disk is full";
  EXPECT_EQ(heard, (std::vector<std::string>{message, message}));
  ASSERT_EQ(world_.broken.size(), 1U);
  EXPECT_EQ(world_.broken[0].message, message);
  std::vector<std::string> log_after = log;
  log_after.emplace_back("unwatch b");
  EXPECT_EQ(world_.prober().log, log_after);
  heard.clear();
  world_.signal("k", "s2", "", listen);
  EXPECT_TRUE(heard.empty());
  world_.settle();
  EXPECT_EQ(heard, std::vector<std::string>{message});
  EXPECT_EQ(world_.broken.size(), 1U);
  EXPECT_EQ(store.commits, *broken_at);
}

TEST_F(BoardHostTest, WhatComesBackAfterItsEndIsDropped) {
  ASSERT_TRUE(world_.start());
  world_.park("w", wait_for({looked_at("never answers")}));
  world_.settle();
  const auto pushed = world_.prober().pushed_of("never answers");
  EXPECT_EQ(world_.prober().watches(), 1U);
  bool heard = false;
  world_.signal("k", "s", "", [&](const Answers&) { heard = true; });
  world_.stop();
  EXPECT_EQ(world_.prober().watches(), 0U) << "nobody listens to pushes of a board that is gone";
  pushed();
  world_.prober().break_silence(says("DONE"));
  world_.settle();
  EXPECT_FALSE(heard);
  EXPECT_EQ(stored_streams(), (std::vector<std::string>{"clock", "wait:w"})) << "nor is anything written";
}

TEST_F(BoardHostTest, LettingGoTellsWhoWaitsAndWritesNothing) {
  ASSERT_TRUE(world_.start());
  world_.settle();
  std::vector<std::string> heard;
  const auto listen = [&](const Answers& answers) { heard.push_back(answers ? "ok" : answers.error().message); };
  world_.signal("k", "s", "", listen);
  world_.host().let_go();
  world_.signal("k", "s2", "", listen);
  world_.loop().post([&] { world_.loop().post([&] { world_.loop().stop(); }); });
  world_.loop().run();
  EXPECT_EQ(heard, (std::vector<std::string>(2, "the board was let go before this was known to be written")));
  EXPECT_EQ(stored_streams(), std::vector<std::string>{"clock"});
  EXPECT_TRUE(world_.broken.empty());
}

// Its transaction stands behind another one's on the lane.
TEST_F(BoardHostTest, WhatWaitsForItsTurnIsNotWrittenAfterLettingGo) {
  ASSERT_TRUE(world_.start());
  world_.settle();
  std::promise<void> go;
  world_.lane().run([&] { go.get_future().wait(); }, [] {});
  world_.signal("k", "s");
  world_.loop().post([&] { world_.loop().post([&] { world_.loop().stop(); }); });
  world_.loop().run();
  EXPECT_EQ(world_.lane().waiting(), 1U);
  world_.host().let_go();
  go.set_value();
  world_.lane().run([] {}, [&] { world_.loop().stop(); });
  world_.loop().run();
  EXPECT_EQ(stored_streams(), std::vector<std::string>{"clock"});
}

TEST_F(BoardHostTest, WhoIsToldMayFeedAndMayEndTheHost) {
  ASSERT_TRUE(world_.start());
  int told = 0;
  world_.signal("k", "s", "", [&](const Answers&) {
    ++told;
    world_.signal("k", "s2", "", [&](const Answers&) {
      ++told;
      world_.stop();
    });
    world_.signal("k", "s3", "", [&](const Answers&) { ++told; });
  });
  const io::Timer watchdog = world_.loop().after(Millis{300}, [&] { world_.loop().stop(); });
  world_.loop().run();
  EXPECT_EQ(told, 2) << "the third belongs to nobody any more";
  for (const std::string which : {"on_entry", "on_wait_over"}) {
    BoardWorld other;
    const auto end = [&] { other.stop(); };
    if (which == "on_entry") other.callbacks.on_entry = [&](const flow::Entry& entry) { return entry.stream == "wait:w" ? end() : void(); };
    if (which == "on_wait_over") other.callbacks.on_wait_over = [&](const WaitId&) { end(); };
    ASSERT_TRUE(other.start());
    other.park("w", wait_for({}));
    const io::Timer enough = other.loop().after(Millis{100}, [&] { other.loop().stop(); });
    other.loop().run();
    EXPECT_FALSE(other.is_up()) << which;
  }
}

TEST_F(BoardHostTest, AnOutcomeIsToldAgainUntilItIsTaken) {
  ASSERT_TRUE(world_.start());
  world_.park("w", wait_for({on_signal("k")}));
  world_.signal("k", "s");
  world_.settle();
  EXPECT_EQ(world_.over, std::vector<std::string>{"w"});
  world_.stop();
  world_.entries.clear();
  ASSERT_TRUE(world_.start());
  EXPECT_FALSE(world_.entries.empty()) << "the entries of restore() are told";
  world_.settle();
  EXPECT_EQ(world_.over, (std::vector<std::string>{"w", "w"}));
  world_.host().feed(flow::TakeWait{WaitId{"w"}});
  world_.settle();
  world_.stop();
  ASSERT_TRUE(world_.start());
  world_.settle();
  EXPECT_EQ(world_.over.size(), 2U);
}

TEST_F(BoardHostTest, TheLineGoesOnWhateverIsDoneToTheWallClock) {
  ASSERT_TRUE(world_.start());
  world_.park("w", wait_for({on_signal("k")}, Millis{600'000}));
  world_.settle();
  const Instant deadline = world_.wait("w").deadline;
  world_.stop();
  world_.clock().advance(Millis{60'000});
  world_.wall_set = Millis{-7'200'000};
  ASSERT_TRUE(world_.start());
  EXPECT_EQ(deadline - world_.host().now(), Millis{540'000});
  world_.clock().advance(Millis{1'000});
  EXPECT_EQ(deadline - world_.host().now(), Millis{539'000});
  world_.advance(Millis{539'000});
  EXPECT_THAT(world_.told("w"), testing::StartsWith("timed_out: the deadline passed after 10 m"));
}

TEST_F(BoardHostTest, AThousandWaitsOfOneRequestAreOneQuestion) {
  ASSERT_TRUE(world_.start());
  std::string status = "RUNNING";
  world_.prober().backends["b"] = [&] { return says(status); };
  for (int i = 0; i < 1'000; ++i) world_.park(fmt::format("w{}", i), wait_for({looked_at("b")}));
  world_.settle();
  EXPECT_EQ(world_.prober().times("watch b"), 1);
  EXPECT_LE(world_.prober().asked["b"], 2) << "the first, and one for who came while it was under way";
  status = "DONE";
  const std::int64_t before = world_.prober().asked["b"];
  world_.prober().push("b");
  world_.settle();
  EXPECT_EQ(world_.prober().asked["b"], before + 1);
  EXPECT_EQ(world_.over.size(), 1'000U);
  EXPECT_EQ(world_.prober().watches(), 0U);
}

TEST_F(BoardHostTest, CredentialsThatAreRefusedAreLookedAtAgainOncePerRequest) {
  ASSERT_TRUE(world_.start());
  std::int32_t code = 200;
  world_.prober().backends["b"] = [&] { return says("RUNNING", code); };
  flow::Condition condition = looked_at("b");
  condition.rules.refreshable = true;
  condition.pushed = true;  // looks are a minute apart
  for (int i = 0; i < 100; ++i) world_.park(fmt::format("w{}", i), wait_for({condition}));
  world_.advance(Millis{2'000});
  code = 401;
  world_.prober().push("b");
  world_.settle();
  const std::int64_t before = world_.prober().asked["b"];
  EXPECT_EQ(world_.told("w0"), "parked");
  code = 200;
  world_.advance(Millis{1'200});
  EXPECT_EQ(world_.prober().asked["b"], before + 1);
  EXPECT_EQ(world_.told("w99"), "parked");
}

TEST_F(BoardHostTest, WhatNobodyConfirmedAndWhatIsNeverPushedStandsInTheJournal) {
  ASSERT_TRUE(world_.start());
  world_.prober().backends["b"] = [] { return says("RUNNING"); };
  world_.prober().doubts["b"] = "caf\xe9 is closed";
  flow::Condition condition = looked_at("b");
  condition.pushed = true;
  condition.cancel_request = "stop b";
  world_.park("w", wait_for({condition}));
  world_.settle();
  world_.host().feed(flow::CancelWait{WaitId{"w"}, "enough"});
  world_.host().feed(flow::CancelUnanswered{"stop b", WaitId{"w"}, "caf\xe9 refused"});
  world_.settle();
  world_.stop();
  ASSERT_TRUE(world_.start());
  std::vector<std::string> texts;
  for (const flow::Note& note : world_.wait("w").notes) texts.push_back(fmt::format("{}: {}", to_string(note.noted.what), note.noted.text));
  EXPECT_THAT(texts, testing::UnorderedElementsAre("seen: RUNNING", "trouble: caf\uFFFD is closed",
                                                   "not_cancelled: the backend never confirmed the cancel: caf\uFFFD refused"));
}

TEST_F(BoardHostTest, AStepMovesTheBoardAndCopiesNothing) {
  ASSERT_TRUE(world_.start());
  world_.park("w", wait_for({on_signal("k")}));
  const flow::Wait* const before = &world_.wait("w");
  const flow::Condition* const spec = before->spec.conditions.data();
  for (int i = 0; i < 10; ++i) world_.signal("other", fmt::format("s{}", i));
  world_.settle();
  EXPECT_EQ(&world_.wait("w"), before);
  EXPECT_EQ(world_.wait("w").spec.conditions.data(), spec);
}

TEST_F(BoardHostTest, ANameThatIsNoTextIsRefusedAndABodyIsMended) {
  ASSERT_TRUE(world_.start());
  std::vector<std::string> heard;
  const auto listen = [&](const Answers& answers) { heard.push_back(answers ? "ok" : answers.error().message); };
  world_.signal("k", "\xff", "", listen);
  world_.signal("k", "s", "caf\xe9", listen);
  world_.settle();
  EXPECT_THAT(heard, testing::UnorderedElementsAre("ok", "'\uFFFD' is not valid UTF-8"));
  EXPECT_EQ(world_.host().board().mailboxes.at("k").signals.at(0).signal.data, "caf\uFFFD");
}

// Nothing but the timer moves this one.
TEST(BoardHostTimer, ADeadlineComesByItself) {
  io::Loop loop;
  const io::SystemClock clock;
  Random random(1);
  store::MemoryFlow store;
  io::Lane lane(loop);
  DoubleProber prober(loop);
  std::string over;
  BoardHost host(loop, clock, [&] { return flow::ClockReading{.wall = clock.now(), .boot = "b"}; }, random, store, lane, prober, {},
                 {.on_wait_over = [&](const WaitId& wait) {
                   over = wait.value;
                   loop.stop();
                 }});
  ASSERT_TRUE(host.restore());
  host.feed(flow::ParkWait{WaitId{"w"}, wait_for({on_signal("k")}, Millis{40})});
  const io::Timer watchdog = loop.after(Millis{10'000}, [&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(over, "w");
  EXPECT_EQ(host.board().waits.at(WaitId{"w"}).outcome, domain::WaitOutcome::timed_out);
}

}  // namespace
}  // namespace tamarack::board
