// One story of 200 waits on jobs, signals and what is outside, told by people and programs that say again what was not acknowledged. The
// process is killed before and after each of its commits: the outcomes are the same, no signal is lost, nothing is started twice.
#include <gtest/gtest.h>

#include <cstdlib>

#include "board/rows.h"
#include "tests/board/board_world.h"
#include "tests/board/durable_text.h"

namespace tamarack::board {
namespace {

using domain::JobId;
using domain::WaitId;
using flow::Effect;

constexpr int waits = 200;
constexpr int group_size = 50;

struct Kill {
  std::int64_t at = 0;  // the number of the commit; 0: never
  bool before = false;
};

class Story {
 public:
  explicit Story(Kill kill) : store_(world_.memory()) {
    const auto die = [this, kill](std::int64_t number, bool before) {
      if (number != kill.at || before != kill.before) return false;
      world_.loop().post([this] {
        ++deaths;
        world_.stop();
        world_.loop().stop();
      });
      return true;
    };
    store_.before = [die](std::int64_t number) -> Result<> {
      if (die(number, true)) return make_error(ErrorCode::io, "killed");
      return {};
    };
    store_.after = [die](std::int64_t number) { (void)die(number, false); };
    world_.callbacks.on_wait_over = [this](const WaitId& wait) { hear_end(wait); };
    world_.callbacks.on_start_job = [this](const flow::StartJob& order) {
      if (known_.insert(order.job).second) ++starts[order.job.value];
    };
    for (int i = 2; i < waits; i += 4) world_.prober().backends[fmt::format("b{}", i)] = [this, i] { return truth(i); };
  }

  void play() {
    come_back();
    for (int first = 0; first < waits; first += group_size) play_group(first);
    while (!all_are_over() && passed_ < Millis{120'000}) pass(Millis{5'000});
    ASSERT_TRUE(all_are_over());
    do_all({});  // the last TakeWait
    flow::Board folded;
    ASSERT_TRUE(fold(world_.memory(), folded, {}));
    EXPECT_EQ(durable_text(folded), durable_text(world_.host().board()));
    EXPECT_EQ(folded.waits_of_job.size() + folded.waits_of_mailbox.size(), 0U);
    for (const auto& [id, wait] : world_.host().board().waits) EXPECT_TRUE(wait.taken) << id.value;
    EXPECT_EQ(world_.prober().watches(), 0U);
  }

  std::map<std::string, std::string> outcomes;  // as their owners heard them
  std::map<std::string, int> starts;            // of jobs by Tamarack's executor
  std::set<std::string> promised;               // signals that were answered `stored` or `repeated`
  int deaths = 0;
  std::int64_t commits() const { return store_.commits; }

  // How often each signal is in the journal, and by how many waits it was consumed.
  std::map<std::string, std::pair<int, int>> signals() {
    std::map<std::string, std::pair<int, int>> found;
    for (const auto& [key, mailbox] : world_.host().board().mailboxes)
      for (const flow::StoredSignal& one : mailbox.signals) {
        ++found[one.signal.id.value].first;
        found[one.signal.id.value].second += one.consumed_by.empty() ? 0 : 1;
      }
    return found;
  }

 private:
  struct Deed {
    flow::Event event;
    std::function<void(const std::vector<Effect>&)> heard = {};
    bool is_done = false;
  };

  void play_group(int first) {
    std::vector<Deed> early, parks, late, running, ends;
    const auto job = [](int i) { return JobId{fmt::format("j{}", i)}; };
    for (int i = first; i < first + group_size; ++i) {
      const bool is_ours = i % 8 == 0;
      if (i % 4 == 0) {
        early.push_back(
            {flow::SubmitJob{job(i), {.processor = is_ours ? "p" : "", .idempotency_key = fmt::format("k{}", i), .digest = "d"}}});
        running.push_back({flow::ReportJob{job(i), report(i, "RUNNING")}});
        ends.push_back({flow::ReportJob{job(i), report(i, i % 3 == 0 ? "FAILED" : "COMPLETED")}});
      }
      // Half of the signals come before their wait is there; each is said twice.
      for (int again = 0; again < 2 && i % 2 == 1; ++again) (i % 4 == 1 ? early : late).push_back(signal(i));
      parks.push_back({flow::ParkWait{WaitId{fmt::format("w{}", i)}, spec(i)}});
    }
    do_all(std::move(early));
    do_all(std::move(parks));
    claim(first);
    do_all(std::move(running));
    pass(Millis{700});
    do_all(std::move(late));
    do_all(std::move(ends));
    pass(Millis{700});
  }

  flow::WaitSpec spec(int i) const {
    switch (i % 4) {
      case 0:
        return wait_for({on_job(fmt::format("j{}", i))});
      case 2: {
        flow::Condition outside = looked_at(fmt::format("b{}", i));
        outside.host = fmt::format("http://app-{}", i % 7);
        return wait_for({outside}, Millis{90'000});
      }
      default:
        break;
    }
    // Some never get the second one they wait for.
    std::vector<flow::Condition> both{on_signal(fmt::format("s{}", i))};
    if (i % 5 == 0) both.push_back(on_signal("never"));
    return wait_for(std::move(both), Millis{20'000});
  }
  static domain::JobReport report(int i, const std::string& status) {
    return {.status = status, .epoch = i % 8 == 0 ? 1U : 0U, .result = status == "COMPLETED" ? R"({"n":1})" : ""};
  }
  Deed signal(int i) {
    const std::string id = fmt::format("id-{}", i);
    return {flow::SendSignal{{.id = domain::SignalId{id}, .key = fmt::format("s{}", i)}}, [this, id](const std::vector<Effect>& answers) {
              const auto answer = std::get<flow::SignalAnswered>(answers.at(0)).answer;
              EXPECT_TRUE(answer == flow::SignalAnswer::stored || answer == flow::SignalAnswer::repeated) << to_string(answer);
              promised.insert(id);
            }};
  }
  flow::Answer truth(int i) {
    const Millis age = world_.clock().now() - begun_.try_emplace(i, world_.clock().now()).first->second;
    // Longer than what is kept of it, and cut somewhere in a character.
    std::string log(static_cast<std::size_t>(i % 3), 'x');
    while (i % 20 == 2 && log.size() < 5'000) log += "€";
    const std::string_view status = age < Millis{500} ? "RUNNING" : i % 3 == 0 ? "FAILED" : "DONE";
    return flow::HttpAnswer{.status = 200, .body = fmt::format(R"({{"status":"{}","log":"{}"}})", status, log)};
  }

  // The executor asks for work until everything of this group has begun; orders that were lost are given again when it says what it has.
  void claim(int first) {
    const auto missing = [&] {
      int count = 0;
      for (int i = first; i < first + group_size; ++i) count += i % 8 == 0 && !starts.contains(fmt::format("j{}", i)) ? 1 : 0;
      return count;
    };
    for (int rounds = 0; missing() > 0 && rounds < 10; ++rounds) {
      flow::ExecutorHeard heard{.executor = "x"};
      for (const JobId& job : known_) heard.held.push_back({job, 1});
      std::vector<Deed> deeds{{heard}};
      for (int i = missing(); i > 0; --i) deeds.push_back({flow::ClaimJob{"x", {"p"}}});
      do_all(std::move(deeds));
    }
    EXPECT_EQ(missing(), 0);
  }

  void hear_end(const WaitId& wait) {
    const flow::Wait& ended = world_.host().board().waits.at(wait);
    const std::string outcome(to_string(ended.outcome));
    const auto [known, is_new] = outcomes.emplace(wait.value, outcome);
    EXPECT_EQ(known->second, outcome) << wait.value << " was told with two outcomes";
    world_.host().feed(flow::TakeWait{wait});
  }
  bool all_are_over() { return static_cast<int>(outcomes.size()) == waits; }

  void come_back() {
    const auto started = world_.start(store_);
    ASSERT_TRUE(started) << started.error().message;
  }
  // Said again until it is acknowledged.
  void do_all(std::vector<Deed> deeds) {
    const auto is_undone = [](const Deed& deed) { return !deed.is_done; };
    do {
      if (!world_.is_up()) come_back();
      for (Deed& deed : deeds) {
        if (deed.is_done) continue;
        world_.host().feed(deed.event, [&deed](const Result<std::vector<Effect>>& answers) {
          if (!answers) return;
          deed.is_done = true;
          if (deed.heard) deed.heard(*answers);
        });
      }
      world_.settle();
    } while (!world_.is_up() || std::any_of(deeds.begin(), deeds.end(), is_undone));
  }
  void pass(Millis time) {
    passed_ += time;
    const Instant target = world_.clock().now() + time;
    while (world_.clock().now() < target) {
      if (!world_.is_up()) come_back();
      world_.advance(target - world_.clock().now());
    }
    do_all({});
  }

  BoardWorld world_;
  TroubledFlow store_;
  std::set<JobId> known_;  // what the executor began
  std::map<int, Instant> begun_;
  Millis passed_{0};
};

// A build without optimisation takes a while for each: BOARD_KILL_EVERY=1 takes every commit.
std::int64_t kill_every() {
  const char* every = std::getenv("BOARD_KILL_EVERY");
  return every == nullptr ? 11 : std::max(1, std::atoi(every));
}

void judge(Story& story) {
  for (const auto& [job, count] : story.starts) EXPECT_EQ(count, 1) << job;
  EXPECT_EQ(story.promised.size(), static_cast<std::size_t>(waits / 2));
  auto found = story.signals();
  for (const std::string& id : story.promised) EXPECT_EQ(found[id], (std::pair{1, 1})) << id;
}

TEST(BoardStory, KilledAroundAnyCommitItGoesOnAsIfNothingHadHappened) {
  Story quiet(Kill{});
  ASSERT_NO_FATAL_FAILURE(quiet.play());
  judge(quiet);
  std::map<std::string, int> kinds;
  for (const auto& [wait, outcome] : quiet.outcomes) ++kinds[outcome];
  EXPECT_EQ(kinds, (std::map<std::string, int>{{"failed", 34}, {"satisfied", 146}, {"timed_out", 20}}));
  EXPECT_GE(quiet.commits(), 30);
  int deaths = 0;
  for (std::int64_t at = 1; at <= quiet.commits(); at += kill_every()) {
    for (const bool before : {true, false}) {
      SCOPED_TRACE(fmt::format("killed {} commit {} of {}", before ? "before" : "after", at, quiet.commits()));
      Story story(Kill{at, before});
      ASSERT_NO_FATAL_FAILURE(story.play());
      deaths += story.deaths;
      judge(story);
      ASSERT_EQ(story.outcomes, quiet.outcomes);
      ASSERT_EQ(story.starts, quiet.starts);
      if (testing::Test::HasFailure()) return;
    }
  }
  EXPECT_GE(deaths, quiet.commits() / kill_every()) << "there may be some commits less: what comes together depends on the machine";
}

}  // namespace
}  // namespace tamarack::board
