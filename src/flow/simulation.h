// One story of jobs, waits and signals from one seed: submitters, applications, executors, senders and backends around a board that is
// killed before and after its commits. Messages are lost, doubled and late, clocks jump, and a referee looks at every committed step. For
// simulation_test.cpp.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "flow/board.h"

namespace tamarack::flow {

struct SimulationOptions {
  std::uint64_t seed = 1;
  bool calm = false;          // nothing is lost, and nobody dies but by `kill_at`
  std::int64_t kill_at = -1;  // the number of the commit around which the coordinator is killed; -1: none is
  bool kill_before_commit = false;
  std::string plant;  // a bug outside of the board that the referee must find: see simulation_test.cpp
};

class Simulation {
 public:
  explicit Simulation(const SimulationOptions& options);

  // Plays until every deadline is over. What the referee objected to first; empty: nothing.
  std::string play();

  std::int64_t commits() const { return commits_; }
  std::map<std::string, std::string> outcomes() const;  // of waits by id, of jobs by key
  std::map<std::string, std::int64_t> seen;             // what the story met: facts, faults

 private:
  struct Backend {  // truth about work outside, as a function of time
    Instant begins;
    Instant ends;
    bool fails = false;
  };
  struct Work {  // a job at an application or an executor
    Instant begins;
    Instant ends;
    bool fails = false;
    bool dies = false;  // never says anything after it began
  };
  struct Executor {
    std::string session;
    std::int64_t sessions = 0;
    std::set<domain::JobId> known;  // started in this session
    std::map<domain::JobId, Work> held;
  };

  // The world.
  void set_up();
  void set_up_wait(int number);
  Condition any_condition(int number);
  void at(Millis later, std::function<void()> what);
  void submit(int number);
  void tell_application(int number, const domain::JobId& job, Work work);
  Work work_of(const std::string& key);
  void beat(std::size_t executor);
  void start(const StartJob& order);
  void park(const std::string& id, const WaitSpec& spec);
  void send(const domain::Signal& signal);
  void answer(const Ask& ask);
  Answer truth(const std::string& request) const;
  void push_soon(const std::string& request, Instant change);
  bool chance(double probability) { return !options_.calm && random_.chance(probability); }
  Millis some(std::int64_t max_ms) { return Millis{static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(max_ms)))}; }

  // The coordinator.
  void feed(const Event& event);
  void obey(const std::vector<Effect>& effects);
  void die_and_come_back();
  void referee(const std::vector<Entry>& entries);
  void look_over();
  void judge_end(const Wait& wait, Instant at);
  void object(std::string complaint);

  SimulationOptions options_;
  Random random_;
  Random board_random_;
  Instant start_ = from_ms(1'800'000'000'000);
  Instant now_ = start_;
  Instant back_ = start_;  // when the coordinator came back last
  Millis slept_{0};
  Board board_;
  std::vector<Entry> journal_;
  std::multimap<Instant, std::function<void()>> queue_;
  std::int64_t commits_ = 0;
  std::int64_t deaths_ = 0;
  bool is_restarting_ = false;

  std::map<std::string, Backend> backends_;
  std::vector<Executor> executors_;
  std::map<std::string, std::int64_t> starts_;       // by idempotency key: how often its work was really begun
  std::map<std::string, domain::WaitOutcome> told_;  // what owners heard
  std::map<std::string, std::int64_t> phases_;       // what owners began because of it
  std::map<std::string, std::string> promised_;      // signals that were answered "stored", and their key
  std::set<std::string> answered_;
  std::map<std::string, domain::JobStatus> last_status_;
  std::map<std::string, std::int64_t> ends_;
  std::map<std::string, std::string> jobs_of_key_;
  std::string complaint_;
};

}  // namespace tamarack::flow
