// The one place where a run is decided: every message, timer and request enters one queue, goes through run::step, is written to the
// journal, and only then has effects. Commits happen on another thread, one at a time; what arrives meanwhile is written together.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "coordinator/sessions.h"
#include "io/lane.h"
#include "io/link.h"
#include "io/loop.h"
#include "run/run.h"
#include "store/store.h"
#include "wire/delivery.h"

namespace tamarack::coordinator {

struct CoordinatorSettings {
  domain::RunId run;
  Millis heartbeat{1000};
  // Agents on other machines: one that is silent for two heartbeats is handed nothing new, one whose link closed and who does not come back
  // within one and a half loses its leases. False: a closed link is a dead agent.
  bool agents_may_come_back = false;
  bool announces_plan = true;                // false: agents get the plan elsewhere, it may be too large for a message
  store::RunRow row;                         // project, branch, commit …; the rest is filled in as the run goes on
  std::optional<store::RequestRow> request;  // how it was asked for: written together with its first entries
};

using Heard = std::map<std::string, std::int64_t>;  // by session: the number of its last message that left a trace in the journal

struct CoordinatorCallbacks {
  std::function<void(const run::Entry&)> on_entry;  // durable; in order
  std::function<void()> on_finished;                // the verdict is durable
  std::function<void(const Error&)> on_broken;      // the journal cannot be written: nothing may go on
  std::function<void()> on_refused = {};            // something an agent said was refused, whether there was room to note it or not
  // Of runs with flows: who has the board obeys, and answers with wait_concluded().
  std::function<void(const run::BeginWait&)> on_begin_wait = {};
  std::function<void(const run::DropWait&)> on_drop_wait = {};
  // Where one agent serves several runs: whether some that could come to this one are at work on others.
  std::function<bool()> are_agents_elsewhere = {};
};

class Coordinator {
 public:
  // `writing`: where the store is written, one transaction at a time; coordinators of one store share it.
  Coordinator(io::Loop& loop, const Clock& clock, store::Store& store, io::Lane& writing, CoordinatorSettings settings,
              CoordinatorCallbacks callbacks);
  ~Coordinator();

  // An agent's end of a link. Agents may come before the plan: their applications start while tests are discovered.
  void attach(std::unique_ptr<io::Link> link);
  void begin(const domain::Plan& plan, const run::Options& options, const run::Carried& carried = {});
  // Goes on with a run that was folded from its journal. `found` is what the interrupted attempts had left on disk: it is taken in under
  // their old leases before those are closed, so that nothing that finished runs again.
  void go_on(run::Run folded, const std::vector<run::Event>& found);
  // The same when the agents outlived the coordinator: leases stay theirs, and what they say again is taken in once. `heard` is what the
  // journal holds of each session.
  void go_on_with_agents(run::Run folded, const Heard& heard);
  // An agent that was told to work could not begin.
  void gave_up(const run::AgentGaveUp& event) { feed(event); }
  // Others want this agent, or it wants to leave: it is sent home if there is nothing for it to do. May be said again.
  void release(const domain::AgentId& agent) { feed(run::ReleaseAsked{agent}); }
  void stop(run::StopCause cause, const std::string& reason);
  void wait_concluded(const run::WaitConcluded& event) { feed(event); }
  // Bytes came that are not what their name says, and an agent had named them as an artifact found under this lease.
  void bytes_were_wrong(domain::Term term, const std::string& artifact);
  // Sends all agents home; `done` when the last has left or the deadline has passed.
  void send_home(Millis deadline, io::Callback done);

  const run::Run& run() const { return run_; }
  // Adds to the run's row in the store; called once the verdict is there.
  void close_row(const store::RunRow& row, std::function<void(Result<>)> done);

 private:
  void hear(LinkId link, const std::string& text);
  void obey(const SessionOrders& orders);
  void feed(const run::Event& event);
  void flush();
  void committed();
  void obey(const run::Effect& effect);
  void send(const domain::WorkerId& worker, const wire::ToAgent& message);
  void send(LinkId link, const wire::ToAgent& message);
  void announce(LinkId link);
  void close(LinkId link);
  void note_who_left();
  bool are_agents_elsewhere() const;
  void tick();
  void watch_home();

  io::Loop& loop_;
  const Clock& clock_;
  store::Store& store_;
  io::Lane& writing_;
  CoordinatorSettings settings_;
  CoordinatorCallbacks callbacks_;
  run::Run run_;
  Sessions sessions_;
  std::map<LinkId, std::unique_ptr<io::Link>> links_;
  std::vector<run::Event> before_plan_;
  run::Cause cause_;  // of what is being fed

  struct Batch {
    std::vector<run::Entry> entries;
    std::vector<run::Effect> effects;
    std::map<std::int64_t, std::int64_t> acknowledgements;  // by session
    bool is_empty() const { return entries.empty() && effects.empty() && acknowledgements.empty(); }
  };
  Batch gathering_;
  Batch in_flight_;
  bool committing_ = false;
  bool flush_posted_ = false;
  bool broken_ = false;
  io::Timer tick_timer_;
  io::Timer home_timer_;
  io::Timer home_watch_;
  io::Callback all_home_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::coordinator
