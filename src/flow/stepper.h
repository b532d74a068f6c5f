// How one event changes the board, the inside of step(). By meaning: step_jobs.cpp jobs and executors, step_waits.cpp waits and probes,
// step_signals.cpp mailboxes, step.cpp time and what joins them.
#pragma once

#include <string>
#include <vector>

#include "flow/board.h"

namespace tamarack::flow {

class Stepper {
 public:
  Stepper(Board& board, Instant now, Random& random) : board_(board), now_(now), random_(random) {}

  void operator()(const SubmitJob& event);
  void operator()(const ReportJob& event);
  void operator()(const CancelJob& event);
  void operator()(const ClaimJob& event);
  void operator()(const ExecutorHeard& event);
  void operator()(const ExecutorGone& event);
  void operator()(const ParkWait& event);
  void operator()(const CancelWait& event);
  void operator()(const TakeWait& event);
  void operator()(const Pushed& event);
  void operator()(const PushDoubted& event);
  void operator()(const Answered& event);
  void operator()(const CancelUnanswered& event);
  void operator()(const OpenMailbox& event);
  void operator()(const SendSignal& event);
  void operator()(const Restarted& event);
  void operator()(const Tick&);

  // After every event: what has come due is looked at, and what may be asked is asked.
  void conclude();

  std::vector<Entry> entries_;
  std::vector<Effect> effects_;

 private:
  // Journals one fact; everything durable changes here.
  void record(const std::string& stream, Record fact);
  void look(const std::string& stream);

  // jobs
  void record_all(Job& job, std::vector<Record> facts);  // and tells the waits; `job` may be gone afterwards
  void cancel(Job& job, const std::string& reason);
  void tell_waits_of(const domain::JobId& job);

  // waits
  void open(Wait& wait, std::size_t index);
  void watch(Wait& wait, std::size_t index, Instant due);
  void doubt_push(Wait& wait, std::size_t index);
  void leave(const Wait& wait, std::size_t index);
  void give(Wait& wait, std::size_t index, const Reading& reading, const std::string& excerpt, Instant asked);
  void give_all(const std::string& request, const Answer& answer, Instant asked);
  void replan(const std::string& request);
  void read_job(Wait& wait, std::size_t index);
  void settle(Wait& wait);
  void end(Wait& wait, WaitEnded ended);
  void release(const Wait& wait);
  void repeat_orders(const Wait& wait);
  void look(Wait& wait);
  Instant next_look(const Wait& wait) const;

  // signals
  Mailbox& mailbox_of(const std::string& key);
  void serve(const std::string& key);
  // The wait that the mailbox of this key is for alone; empty: it is for all, or none has come yet.
  domain::WaitId only_wait_of(const std::string& key) const;
  std::string why_not_for(const Condition& condition) const;  // empty: a new wait may have its signals
  void end_if_due(const std::string& key);
  void note_late(const domain::Signal& signal);

  Board& board_;
  Instant now_;
  Random& random_;
};

// Something outside is still to be looked at.
bool has_open_outside(const Wait& wait);

}  // namespace tamarack::flow
