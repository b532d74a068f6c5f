// The server's board of jobs, waits and mailboxes, for several parts of the server at once: whatever happens is told to all who asked to
// be told, and `shown()` holds exactly what is durable, so that nobody outside is told of something that a crash could take back.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "board/board_host.h"
#include "board/machine_clock.h"

namespace tamarack::coordinator {

struct FlowDeskSettings {
  flow::BoardOptions options;
  std::uint64_t seed = 1;  // of the jitter between looks
  std::function<flow::ClockReading()> machine_clock = board::machine_clock;
};

// A step of a job, for streams that go on where they were cut.
struct JobStep {
  std::int64_t seq = 0;
  Instant at;
  domain::JobStatus status = domain::JobStatus::pending;
  std::string stage;
  std::int32_t progress = -1;
  std::string executor;
};

class FlowDesk {
 public:
  // `store` is touched on `writing` only, but for restore(). All references outlive it. `on_broken`: the journal cannot be written.
  FlowDesk(io::Loop& loop, const Clock& clock, store::FlowStore& store, io::Lane& writing, probe::Prober& prober,
           const FlowDeskSettings& settings, std::function<void(const Error&)> on_broken);

  // Those who want to be told have to ask before restore(): it tells them everything that was.
  void when_entered(std::function<void(const flow::Entry&)> told) { entered_.push_back(std::move(told)); }
  void when_wait_over(std::function<void(const domain::WaitId&)> told) { wait_over_.push_back(std::move(told)); }
  void when_start(std::function<void(const flow::StartJob&)> told) { start_.push_back(std::move(told)); }
  void when_stop(std::function<void(const flow::StopJob&)> told) { stop_.push_back(std::move(told)); }

  Result<> restore();
  void feed(flow::Event event, board::BoardHost::Fed done = {}) { host_.feed(std::move(event), std::move(done)); }
  void let_go() { host_.let_go(); }

  board::BoardHost& host() { return host_; }
  const flow::Board& shown() const { return shown_; }
  // What is decided, durable or about to be.
  const flow::Board& live() const { return host_.board(); }
  Instant now() const { return host_.now(); }
  const flow::Job* job(const domain::JobId& id) const;
  const flow::Wait* wait(const domain::WaitId& id) const;

  // Newest last.
  const std::set<std::pair<Instant, domain::JobId>>& jobs_by_time() const { return jobs_by_time_; }
  const std::set<std::pair<Instant, domain::WaitId>>& waits_by_time() const { return waits_by_time_; }
  // The last `steps_max` of them, oldest first.
  static constexpr std::size_t steps_max = 50;
  const std::deque<JobStep>& steps_of(const domain::JobId& id) const;

  // For the metrics; since this process began.
  const std::map<domain::WaitOutcome, std::uint64_t>& waits_ended() const { return waits_ended_; }

 private:
  void take(const flow::Entry& entry);
  void note_step(const flow::Entry& entry);

  flow::Board shown_;
  std::set<std::pair<Instant, domain::JobId>> jobs_by_time_;
  std::set<std::pair<Instant, domain::WaitId>> waits_by_time_;
  std::map<domain::JobId, std::deque<JobStep>> steps_;
  std::map<domain::WaitOutcome, std::uint64_t> waits_ended_;
  bool restored_ = false;
  std::vector<std::function<void(const flow::Entry&)>> entered_;
  std::vector<std::function<void(const domain::WaitId&)>> wait_over_;
  std::vector<std::function<void(const flow::StartJob&)>> start_;
  std::vector<std::function<void(const flow::StopJob&)>> stop_;
  Random random_;
  board::BoardHost host_;
};

}  // namespace tamarack::coordinator
