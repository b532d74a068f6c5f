// One load: a run is asked for, agents come and work on it, browsers watch, and the figures of it come out as one line of JSON.
//
//   no watchers:  agents wait for work ──▶ the run is asked for ──▶ all take their link ──▶ their workers are up ──▶ verdict ──▶ all home
//   watchers:     the run is asked for ──▶ watchers are there ──▶ agents come, as above
//
// The workers are up at one moment, when the last agent has its link: what joining costs and what leasing costs are two figures.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim_agent.h"
#include "watcher.h"

namespace tamarack::load {

struct LoadOptions {
  client::ServerAddress server;
  std::string project = "load";
  std::int64_t agents = 4;
  std::int64_t workers = 1;  // of each agent
  std::int64_t units = 100;
  std::int64_t tests_per_unit = 1;
  std::int64_t watchers = 0;
  Millis test_duration{0};
  bool shared = false;  // a lease may hold several units; otherwise each unit is leased by itself
  bool fetch_spec = false;
  bool beside = false;  // a younger run with the same plan waits meanwhile, for agents that do not come
  std::int64_t server_pid = 0;
  Millis join_max{20'000};  // for all agents, or all watchers, to be there
  Millis work_max{300'000};
};

domain::Plan plan_of(const LoadOptions& options);

class LoadRun {
 public:
  // `done` comes once, on the loop: the figures, or why there are none.
  LoadRun(io::Loop& loop, const Clock& clock, LoadOptions options, std::function<void(Result<std::string>)> done);

  void start();

 private:
  void ask_for_run();
  void asked_for();
  void ask(const wire::RunRequest& request, io::Callback then);
  void bring_watchers();
  void bring_agents();
  void welcomed();
  void verdict_is_there();
  void came_home();
  void over();
  std::string figures() const;
  void end(Result<std::string> outcome);
  void fail(const std::string& what);
  // Asks the server's metrics until one has this value.
  void await(const std::string& metric, std::int64_t value, io::Callback then);
  void deadline(Millis patience, const std::string& what);

  io::Loop& loop_;
  LoadOptions options_;
  std::function<void(Result<std::string>)> done_;
  client::ApiClient api_;
  ServerProbe server_;
  domain::RunId run_;
  domain::RunId other_run_;
  Crew crew_;
  Audience audience_;
  std::vector<std::unique_ptr<SimAgent>> agents_;
  std::vector<std::unique_ptr<Watcher>> watchers_;
  std::int64_t told_ = 0;
  std::int64_t welcomed_ = 0;
  std::int64_t home_ = 0;
  std::int64_t ended_ = 0;

  struct Measured {
    Moment told, ready, verdict;
    double server_cpu_coming = 0, server_cpu_ready = 0, server_cpu_verdict = 0;
    double own_cpu_ready = 0, own_cpu_verdict = 0;
    std::int64_t kb_before = 0, kb_planned = 0, kb_verdict = 0, kb_after = 0, kb_peak = 0;
  };
  Measured measured_;
  bool has_verdict_ = false;
  io::Timer deadline_;
  io::Timer ask_again_;
};

}  // namespace tamarack::load
