// An agent without workspace, framework and tests: it asks for work, takes the run's link, passes whatever it is leased, beats and goes
// home. On the wire it says what agent::AgentProcess, RemoteRun and Agent say, in the same order; what they do to a machine it leaves out.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/api_client.h"
#include "figures.h"
#include "wire/api.h"
#include "wire/delivery.h"

namespace tamarack::load {

// What all agents of a load share; outlives them.
struct Crew {
  io::Loop& loop;
  const Clock& clock;
  client::ApiClient& api;
  std::int64_t workers = 1;  // of each agent
  Millis test_duration{0};   // 0: everything is answered at once
  bool fetch_spec = false;   // each fetches the run's spec before it takes its link, as agents do

  std::function<void()> on_told;     // to work on the run
  std::function<void()> on_welcome;  // for the first time
  std::function<void()> on_sent_home;
  std::function<void()> on_home;  // its link is closed

  Spans first_lease;  // from "the worker is up" to its first lease
  Spans next_lease;   // from "this lease is over" to the next one
  std::int64_t leases = 0;
  std::int64_t results = 0;
  std::int64_t links_lost = 0;
  std::int64_t calls_failed = 0;
  std::string last_trouble;
};

class SimAgent {
 public:
  SimAgent(Crew& crew, std::size_t number, const std::string& session);

  void poll();
  // The applications of its workers are up.
  void be_ready();

 private:
  struct Worker {
    domain::WorkerId id;
    domain::Term last;                 // of the newest lease it was given
    std::optional<wire::Lease> lease;  // what it works on
    std::vector<domain::TestIndex> tests;
    std::size_t next = 0;
    Moment free_since;
    bool had_lease = false;
    io::Timer timer;
  };

  void answered(const Result<std::string>& body);
  void fetch_spec();
  void connect();
  void opened(std::unique_ptr<io::Link> link);
  void link_closed();
  void hear(const std::string& text);
  void say(wire::FromAgent message);
  void beat();
  void handle(const wire::Welcome& message);
  void handle(const wire::Refused& message) { trouble(message.reason); }
  void handle(const wire::RunAnnounced&) {}
  void handle(const wire::Lease& message);
  void handle(const wire::Stop& message);
  void handle(const wire::Acknowledged& message) { outbox_.acknowledged(message.seq); }
  void handle(const wire::GoHome& message);
  void go_on(Worker& worker);
  void end_test(Worker& worker);
  void end_lease(Worker& worker, const domain::Term& term);
  Worker* worker_of(const domain::WorkerId& id);
  void trouble(const std::string& message);
  std::string link_path() const { return "/api/v1/runs/" + run_.value + "/link"; }

  Crew& crew_;
  domain::AgentId id_;
  std::string session_;
  domain::RunId run_;
  std::unique_ptr<io::Link> link_;
  wire::Outbox outbox_;
  std::vector<Worker> workers_;
  Millis heartbeat_{5'000};
  bool welcomed_ = false;
  bool going_home_ = false;
  bool home_ = false;
  int failures_ = 0;
  io::Timer poll_pause_;
  io::Timer link_pause_;
  io::Timer beat_timer_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::load
