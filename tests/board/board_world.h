// A miniature world around a BoardHost on a real loop: a clock turned by hand, a prober whose backends answer what the story says, stores
// that fail, wait or are where the process is killed. For the tests in src/board.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "board/board_host.h"
#include "store/memory/memory_flow.h"

namespace tamarack::board {

class DoubleProber final : public probe::Prober {
 public:
  explicit DoubleProber(io::Loop& loop) : loop_(loop) {}

  std::map<std::string, std::function<flow::Answer()>> backends;  // one that is not there: the silence of a look that never ends
  std::map<std::string, std::int64_t> asked;                      // how often
  std::vector<std::string> log;                                   // "watch X", "ask X", "unwatch X", "send X"
  std::map<std::string, std::string> doubts;                      // why a push will not be heard of
  std::function<Result<>()> send_answer = [] { return Result<>{}; };

  void ask(const std::string& request, Answered done) override {
    ++asked[request];
    log.push_back("ask " + request);
    const auto backend = backends.find(request);
    if (backend == backends.end()) return silent_.push_back(std::move(done));
    // What is true when the look arrives there is what comes back.
    loop_.post([done = std::move(done), answer = backend->second()] { done(answer); });
  }
  void watch(const std::string& request, std::function<void()> pushed) override {
    log.push_back("watch " + request);
    watched_[request] = std::move(pushed);
  }
  void unwatch(const std::string& request) override {
    log.push_back("unwatch " + request);
    watched_.erase(request);
  }
  void doubt(const std::string& request, std::function<void(std::string)> doubted) override {
    if (const auto why = doubts.find(request); why != doubts.end()) loop_.post([doubted, why = why->second] { doubted(why); });
  }
  void send(const std::string& request, std::function<void(Result<>)> done) override {
    log.push_back("send " + request);
    loop_.post([done = std::move(done), answer = send_answer()] { done(answer); });
  }

  void push(const std::string& request) {
    const auto at = watched_.find(request);
    if (at != watched_.end()) std::function(at->second)();
  }
  // Everybody who was never answered is answered now.
  void break_silence(const flow::Answer& answer) {
    for (const Answered& done : std::exchange(silent_, {})) done(answer);
  }
  std::function<void()> pushed_of(const std::string& request) const { return watched_.at(request); }
  std::size_t watches() const { return watched_.size(); }
  std::int64_t times(const std::string& what) const { return std::count(log.begin(), log.end(), what); }

 private:
  io::Loop& loop_;
  std::map<std::string, std::function<void()>> watched_;
  std::vector<Answered> silent_;
};

// A store in memory that counts its commits, and does to one of them what the test says, on the thread of the lane.
class TroubledFlow final : public store::FlowStore {
 public:
  explicit TroubledFlow(store::FlowStore& inner) : inner_(inner) {}

  std::int64_t commits = 0;                                                                       // while nothing is written
  std::function<Result<>(std::int64_t number)> before = [](std::int64_t) { return Result<>{}; };  // an error: it is not written
  std::function<void(std::int64_t number)> after = [](std::int64_t) {};

  Result<> commit_flow(const std::vector<store::FlowRow>& rows, const std::vector<std::string>& forgotten) override {
    const std::int64_t number = ++commits;
    TRY_VOID(before(number));
    Result<> done = inner_.commit_flow(rows, forgotten);
    after(number);
    return done;
  }
  Result<> read_flow(const std::function<Result<>(const store::FlowRow&)>& take) override { return inner_.read_flow(take); }

 private:
  store::FlowStore& inner_;
};

class BoardWorld {
 public:
  BoardWorld() : prober_(loop_) {}

  io::Loop& loop() { return loop_; }
  DoubleProber& prober() { return prober_; }
  ManualClock& clock() { return clock_; }
  BoardHost& host() { return *host_; }
  io::Lane& lane() { return lane_; }
  bool is_up() const { return host_.has_value(); }
  store::MemoryFlow& memory() { return memory_; }

  flow::BoardOptions options{.spread_min = Millis{0}, .spread_each = Millis{0}};
  BoardCallbacks callbacks;  // on_entry and on_broken are counted here as well
  flow::ClockReading machine{.since_boot = Millis{1'000}, .boot = "boot-1"};
  std::vector<flow::Entry> entries;
  std::vector<std::string> over;  // waits that were told
  std::vector<Error> broken;

  Result<> start() { return start(memory_); }
  Result<> start(store::FlowStore& store) {
    BoardCallbacks all = callbacks;
    all.on_entry = [this](const flow::Entry& entry) {
      entries.push_back(entry);
      if (callbacks.on_entry) callbacks.on_entry(entry);
    };
    all.on_wait_over = [this](const domain::WaitId& wait) {
      over.push_back(wait.value);
      if (callbacks.on_wait_over) callbacks.on_wait_over(wait);
    };
    all.on_broken = [this](const Error& error) {
      broken.push_back(error);
      if (callbacks.on_broken) callbacks.on_broken(error);
    };
    host_.emplace(loop_, clock_, [this] { return reading(); }, random_, store, lane_, prober_, options, std::move(all));
    return host_->restore();
  }
  void stop() { host_.reset(); }

  // Until nothing happens any more: two looks in a row that change nothing.
  void settle() {
    const io::Timer watchdog = loop_.after(Millis{20'000}, [this] {
      ADD_FAILURE() << "the world does not come to rest";
      loop_.stop();
    });
    look_round(-1);
    loop_.run();
  }
  // Time passes; whatever is due on the way happens at its instant.
  void advance(Millis by) {
    const Instant target = host().now() + by;
    settle();
    while (is_up() && broken.empty()) {
      const auto due = flow::next_due(host().board());
      if (!due || *due > target) break;
      clock_.advance(std::max(*due - host().now(), Millis{0}));
      settle();
    }
    if (is_up()) clock_.advance(std::max(target - host().now(), Millis{0}));
  }

  void park(const std::string& id, flow::WaitSpec spec, BoardHost::Fed done = {}) {
    host().feed(flow::ParkWait{domain::WaitId{id}, std::move(spec)}, std::move(done));
  }
  void signal(const std::string& key, const std::string& id, const std::string& data = {}, BoardHost::Fed done = {}) {
    host().feed(flow::SendSignal{{.id = domain::SignalId{id}, .key = key, .data = data}}, std::move(done));
  }
  const flow::Wait& wait(const std::string& id) { return host().board().waits.at(domain::WaitId{id}); }
  // "parked", or the outcome and its message.
  std::string told(const std::string& id) {
    const flow::Wait& one = wait(id);
    return one.over ? fmt::format("{}: {}", to_string(one.outcome), one.message) : "parked";
  }
  std::vector<store::FlowRow> rows() {
    std::vector<store::FlowRow> all;
    EXPECT_TRUE(memory_.read_flow([&](const store::FlowRow& row) {
      all.push_back(row);
      return Result<>{};
    }));
    return all;
  }

 private:
  flow::ClockReading reading() const {
    flow::ClockReading now = machine;
    now.wall = clock_.now() + wall_set;
    now.since_boot += clock_.now() - started_;
    return now;
  }
  std::int64_t activity() const {
    return static_cast<std::int64_t>(entries.size() + prober_.log.size() + over.size()) + (host_ ? 0 : 1'000'000);
  }
  void look_round(std::int64_t last) {
    if (!host_ || !broken.empty()) return loop_.post([this] { loop_.stop(); });
    host_->feed(flow::Tick{}, [this, last](const Result<std::vector<flow::Effect>>&) {
      if (activity() == last) return loop_.stop();
      loop_.post([this, now = activity()] { look_round(now); });
    });
  }

  io::Loop loop_;
  ManualClock clock_;
  Instant started_ = clock_.now();
  Random random_{7};
  store::MemoryFlow memory_;
  DoubleProber prober_;
  io::Lane lane_{loop_};
  std::optional<BoardHost> host_;

 public:
  Millis wall_set{0};  // how far somebody has set the wall clock
};

inline flow::ReadRules status_rules() {
  return {.field = "$.status",
          .map = {{"RUNNING", flow::Meaning::going_on}, {"DONE", flow::Meaning::satisfied}, {"FAILED", flow::Meaning::failed}}};
}
inline flow::HttpAnswer says(const std::string& status, std::int32_t code = 200) {
  return {.status = code, .content_type = "application/json", .body = fmt::format(R"({{"status":"{}"}})", status)};
}
inline flow::Condition looked_at(const std::string& request) {
  return {.name = request, .target = "http://app/" + request, .request = request, .host = "http://app", .rules = status_rules()};
}
inline flow::Condition on_signal(const std::string& key) {
  return {.name = key, .source = flow::SourceKind::signal, .target = key};
}
inline flow::Condition on_job(const std::string& id) {
  return {.name = id, .source = flow::SourceKind::job, .target = id};
}
inline flow::WaitSpec wait_for(std::vector<flow::Condition> conditions, Millis limit = Millis{600'000}) {
  return {.name = "wait", .owner = "test", .conditions = std::move(conditions), .limit = limit};
}

}  // namespace tamarack::board
