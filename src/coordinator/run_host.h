// The runs a server works on: one coordinator each, begun by a request, gone on with after a restart. Everything durable is in the store;
// this holds what lives. All on the loop; the store is written through one lane.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "artifact/blob_store.h"
#include "coordinator/agent_pool.h"
#include "coordinator/cleaner.h"
#include "coordinator/coordinator.h"
#include "coordinator/read_run.h"
#include "coordinator/run_waits.h"
#include "coordinator/start_decision.h"
#include "notify/news.h"
#include "wire/api.h"

namespace tamarack::coordinator {

struct RunHostSettings {
  Millis heartbeat{5'000};
  Millis lease_lifetime{30'000};
  Millis no_worker_max{600'000};  // how long a run waits for a first or another agent
  Millis broken_pause{5'000};     // before a run whose journal could not be written is gone on with from what is in it
  Millis home_deadline{120'000};  // after the verdict, for applications to stop and artifacts to arrive
  std::string machine;            // of this server, for reports
  std::string version;
};

struct RunHostCallbacks {
  std::function<void()> on_change;                                        // a run began, is over, or wishes for something else
  std::function<void(const domain::RunId&, const run::Entry&)> on_entry;  // durable; in order
  std::function<void(const domain::RunId&, const Error&)> on_broken;      // its journal cannot be written
  // Its plan is durable, or it is gone on with after a restart; `origin` is what its request says of where it comes from.
  std::function<void(const domain::RunId&, const notify::News& origin)> on_begun;
  std::function<void(const domain::RunId&)> on_closed;                  // its verdict and its row are durable, its artifacts are here
  std::function<bool(const domain::RunId&)> are_agents_elsewhere = {};  // at work on others, and could come to this one
};

class RunHost {
 public:
  // `store` is only touched on `writing`. All outlive the host.
  RunHost(io::Loop& loop, const Clock& clock, store::Store& store, io::Lane& writing, artifact::BlobStore& blobs, RunHostSettings settings,
          RunHostCallbacks callbacks);
  ~RunHost();

  // Where runs with flows park their waits; outlives the host. Before restore(). `adapt` is given each spec and the run's project.
  using AdaptWait = std::function<void(flow::WaitSpec& spec, const std::string& project)>;
  void use_board(board::BoardHost& board, AdaptWait adapt) {
    board_ = &board;
    adapt_wait_ = std::move(adapt);
  }
  // Of BoardCallbacks::on_wait_over. False when it is no wait of a run that is worked on here.
  bool wait_over(const domain::WaitId& wait);
  // When a parked wait of a run looks at something again, by the clock; nothing: nobody looks, or it is not parked here.
  std::optional<Instant> next_look(const domain::WaitId& wait) const;

  // Before anything else: goes on with the runs that were not finished when the server ended. Returns what could not be gone on with.
  std::vector<Error> restore();

  // `body` is the request as it came. One at a time, so that several machines of one CI job that ask at once come to one run. Errors:
  // invalid_argument (every wrong field), conflict (the id is another request's, or the identity another
  // suite's), not_found (a blob is missing, or the run to carry from).
  using Answered = std::function<void(Result<wire::RunStarted>)>;
  void start(wire::RunRequest request, std::string body, Answered done);

  // The agent protocol on a link. False when the run is over or was never here.
  bool attach(const domain::RunId& run, std::unique_ptr<io::Link> link);
  void gave_up(const domain::RunId& run, const run::AgentGaveUp& event);
  // The agent goes home if there is nothing for it to do; said again until it has.
  void release(const domain::RunId& run, const domain::AgentId& agent);
  bool cancel(const domain::RunId& run, const std::string& reason);

  // Work on the store beside the runs, where they are written; then `done` on the loop, and the figures are made of what it has added.
  void write(std::function<void(store::Store& store)> work, io::Callback done);

  // Nothing is written from here on; the runs go on with the next server.
  void let_go();

  bool is_active(const domain::RunId& run) const { return active_.contains(run); }
  // Its journal could not be written a moment ago: it is not worked on, and will be again.
  bool will_go_on(const domain::RunId& run) const { return broken_.contains(run); }
  std::set<domain::RunId> active() const;
  std::vector<RunAtWork> at_work() const;
  // What agents said in vain, on all runs since the start.
  std::uint64_t refused() const { return refused_; }
  // Of an upload: whether its bytes were what its name says. An agent that had named them as an artifact of its own is called out.
  void bytes_were_wrong(const std::string& project, const std::string& sha256);
  void bytes_were_right(const std::string& project, const std::string& sha256);
  const std::string* spec(const domain::RunId& run) const;  // JSON of wire::RunSpec; null when it is not active
  std::vector<RunWish> wishes() const;

 private:
  struct Active;
  struct Asked {
    wire::RunRequest request;
    std::string body;
    Answered done;
  };

  static constexpr std::size_t wrong_bytes_max = 1'000;

  void claimed(Active& active, const run::ArtifactStored& artifact);
  void use_waits(Active& active);
  bool wish_changed(Active& active) const;
  void next_start();
  void next_is_due();
  Active* find(const domain::RunId& run) const;
  void decided(const std::shared_ptr<Asked>& asked, const Result<StartDecision>& outcome);
  Result<wire::RunStarted> known_run(const wire::RunStarted& known, const domain::Plan& wanted) const;
  Active& make_active(const wire::RunRequest& request, std::optional<store::RequestRow> row, Instant asked);
  Result<> go_on(const InterruptedRun& run);
  void broke(const domain::RunId& run, const Error& error);
  void go_on_with_broken();
  void entered(const domain::RunId& run, const run::Entry& entry);
  void finished(const domain::RunId& run);
  void close(const domain::RunId& run);
  void forget(const domain::RunId& run);
  void refresh_figures();

  io::Loop& loop_;
  const Clock& clock_;
  store::Store& store_;
  io::Lane& writing_;
  artifact::BlobStore& blobs_;
  board::BoardHost* board_ = nullptr;
  AdaptWait adapt_wait_;
  RunHostSettings settings_;
  RunHostCallbacks callbacks_;
  std::map<domain::RunId, std::unique_ptr<Active>> active_;
  std::set<domain::RunId> broken_;
  io::Timer broken_timer_;
  std::deque<std::shared_ptr<Asked>> asked_;
  std::set<std::pair<std::string, std::string>> wrong_bytes_;  // project and SHA-256 of uploads that no run has claimed yet
  std::uint64_t refused_ = 0;
  bool deciding_ = false;
  bool let_go_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::coordinator
