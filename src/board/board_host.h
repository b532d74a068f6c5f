// Runs a flow::Board: one queue of events, each goes through flow::step, is written to the journal, and only then has effects. What arrives
// while a transaction is written goes into the next one together. The same class serves `tamarack serve`, a local run and, over a store in
// memory, an agent that waits on behalf of the tests on its machine.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/hash.h"
#include "flow/board.h"
#include "io/lane.h"
#include "io/loop.h"
#include "probe/prober.h"
#include "store/flow_store.h"

namespace tamarack::board {

struct BoardCallbacks {
  std::function<void(const flow::Entry&)> on_entry;         // durable; in order within its stream. Also the entries of restore()
  std::function<void(const domain::WaitId&)> on_wait_over;  // its end is durable; said again after a restart, until TakeWait
  std::function<void(const flow::StartJob&)> on_start_job;  // may be said again
  std::function<void(const flow::StopJob&)> on_stop_job;    // may be said again
  std::function<void(const Error&)> on_broken;              // the journal cannot be written: nothing may go on
};

class BoardHost {
 public:
  // `store` is only touched on `writing` (restore() aside, which comes before everything else). All references outlive the host.
  BoardHost(io::Loop& loop, const Clock& clock, std::function<flow::ClockReading()> machine_clock, Random& random, store::FlowStore& store,
            io::Lane& writing, probe::Prober& prober, const flow::BoardOptions& options, BoardCallbacks callbacks);
  ~BoardHost();
  BoardHost(const BoardHost&) = delete;
  BoardHost& operator=(const BoardHost&) = delete;

  // Folds every stream and goes on from there. An error names the stream and entry that cannot be read.
  Result<> restore();

  // What is decided, durable or about to be. Whoever answers somebody outside from here must have been told first: on_entry, or Fed.
  const flow::Board& board() const;
  // The present instant of the line that jobs and waits live on (flow/timeline_clock.h).
  Instant now() const;

  // Of the waits that were satisfied and are remembered, by name (WaitSpec::name): for WaitSpec::pace of the next one.
  const flow::Durations& durations() const;

  // `done` once what the event brought about is durable, with the answers meant for who asked: SubmissionAnswered, SignalAnswered,
  // ParkRefused; with an error when it could not be written. Parking a wait that is there already changes nothing.
  using Fed = std::function<void(Result<std::vector<flow::Effect>>)>;
  void feed(flow::Event event, Fed done = {});
  // Once every cancel of remote work that was ordered until now is answered or given up; for a process that is about to leave. Never from
  // inside this call, and not after the end of the host.
  void when_cancelled(std::function<void()> settled);

  // Nothing is written from here on, nothing is asked; whoever restores goes on.
  void let_go();

 private:
  struct Core;
  std::shared_ptr<Core> core_;
};

}  // namespace tamarack::board
