// A run as it changes, for those who watch: which tests, flows and workers are not what they were, and where the run stands. Pure: journal
// entries in, patches out. Its shape: docs/design/2026-11-21-http-api.md, "Live".
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "report/json_writer.h"
#include "run/run.h"

namespace tamarack::coordinator {

class LiveRun {
 public:
  void take(const run::Entry& entry);

  // JSON of everything that has changed since the last patch, or since patches began; empty when nothing has. `now`: until when a run that
  // is at work has lasted, however long ago its last entry is.
  std::string take_patch(bool at_work, Instant now = {});
  // All workers, and what runs or is parked at this moment: for somebody who has just come. Changes stay to be told.
  std::string whole_patch(bool at_work, Instant now = {}) const;
  // The waits that are parked, by flow and phase; those whose deadlines come first, as the page shows them.
  using Place = std::pair<std::int32_t, std::int32_t>;
  std::vector<Place> parked(std::size_t count_max) const;
  // What was taken until now is known to whoever watches: it is in the report.
  void forget_changes();

  Instant started() const { return run_.started; }
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
  struct Flow {
    std::map<std::int32_t, Instant> ended;  // by phase
    Millis active{0};
    std::string reason;
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
  void note(const run::PhaseBegan& record) { changed_flows_.insert(record.flow); }
  void note(const run::PhaseEnded& record);
  void note(const run::FlowEnded& record);
  template <class Other>
  void note(const Other&) {}
  void set(const domain::WorkerId& worker, const std::string& state, std::int64_t test, std::int64_t unit);
  void release(domain::Term term);
  std::string outcome_of(std::size_t test) const;
  std::string write(bool at_work, Instant now, const std::set<std::size_t>& tests, const std::set<domain::WorkerId>& workers,
                    const std::set<std::int32_t>& flows) const;
  void write_flow(report::JsonWriter& out, std::int32_t flow) const;

  run::Run run_;
  Instant at_;
  std::map<std::size_t, Test> tests_;
  std::map<domain::WorkerId, Worker> workers_;
  std::map<domain::Term, domain::WorkerId> leases_;
  std::map<domain::Term, std::set<std::size_t>> in_flight_;
  std::map<std::int32_t, Flow> flows_;
  std::set<std::int32_t> changed_flows_;
  std::set<std::size_t> changed_tests_;
  std::set<domain::WorkerId> changed_workers_;
  std::int64_t patched_ = 0;  // up to this entry everybody knows
};

}  // namespace tamarack::coordinator
