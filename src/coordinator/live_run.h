// A run as it changes, for those who watch: which tests and workers are not what they were, and where the run stands. Pure: journal entries
// in, patches out. Its shape: docs/design/2026-11-21-http-api.md, "Live".
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "run/run.h"

namespace tamarack::coordinator {

class LiveRun {
 public:
  void take(const run::Entry& entry);

  // JSON of everything that has changed since the last patch, or since patches began; empty when nothing has.
  std::string take_patch(bool at_work);
  // All workers and what runs at this moment: for somebody who has just come. Changes stay to be told.
  std::string whole_patch(bool at_work) const;
  // What was taken until now is known to whoever watches: it is in the report.
  void forget_changes();

  std::int64_t seq() const { return run_.last_seq; }
  bool is_finished() const { return run_.finished.has_value(); }

 private:
  struct Test {
    Millis duration{0};
    std::string worker;
    std::int64_t attempts = 0;
    bool running = false;
  };
  struct Worker {
    std::string state = "starting";  // starting, idle, running, away, ended
    std::int64_t test = -1;
    std::int64_t unit = -1;
    Instant since;
  };

  void note(const run::WorkerJoined& record);
  void note(const run::WorkerReady& record);
  void note(const run::WorkerEnded& record);
  void note(const run::LeaseGranted& record);
  void note(const run::TestStarted& record);
  void note(const run::TestFinished& record);
  void note(const run::TestSettled& record);
  void note(const run::TestInterrupted& record);
  void note(const run::LeaseEnded& record);
  template <class Other>
  void note(const Other&) {}
  void set(const domain::WorkerId& worker, const std::string& state, std::int64_t test, std::int64_t unit);
  void release(domain::Term term);
  std::string outcome_of(std::size_t test) const;
  std::string write(bool at_work, const std::set<std::size_t>& tests, const std::set<domain::WorkerId>& workers) const;

  run::Run run_;
  Instant at_;
  std::map<std::size_t, Test> tests_;
  std::map<domain::WorkerId, Worker> workers_;
  std::map<domain::Term, domain::WorkerId> leases_;
  std::map<domain::Term, std::set<std::size_t>> in_flight_;
  std::set<std::size_t> changed_tests_;
  std::set<domain::WorkerId> changed_workers_;
  std::int64_t patched_ = 0;  // up to this entry everybody knows
};

}  // namespace tamarack::coordinator
