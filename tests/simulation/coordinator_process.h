// The coordinator's process: the real step function, journal codec and inbox, around a simulated loop, link and store. Mirrors
// coordinator::Coordinator: commit before effects and acknowledgements, one commit in flight, what arrives meanwhile goes together.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "coordinator/sessions.h"
#include "link.h"
#include "run/run.h"
#include "store/store.h"
#include "wire/delivery.h"
#include "world.h"

namespace tamarack::simulation {

using StepFunction = std::function<run::Step(run::Run, const run::Event&, Instant)>;

// Where a commit is cut by the death of the process, or refused by the disk.
enum class CommitFate { succeeds, killed_before, killed_after, fails };

struct CoordinatorCallbacks {
  std::function<void(const run::Run& run, const std::vector<run::Entry>& entries, const std::vector<run::Effect>& effects)> on_step;
  std::function<CommitFate()> fate_of_commit;
  std::function<void(std::int64_t)> on_committed;  // durable up to this entry
  std::function<void()> on_killed;                 // the process is to die now, in the middle of its commit
  std::function<void()> on_finished;               // the verdict is durable
  std::function<void(const run::BeginWait&)> on_begin_wait;
  std::function<void(const run::DropWait&)> on_drop_wait;
};

class CoordinatorProcess : public std::enable_shared_from_this<CoordinatorProcess> {
 public:
  CoordinatorProcess(World& world, store::Store& store, StepFunction step, Millis clock_offset, CoordinatorCallbacks callbacks);

  void attach(const std::shared_ptr<Link>& link);
  void begin();
  void go_on(run::Run folded, const std::vector<run::Event>& found);
  void go_on_with_agents(run::Run folded, const std::map<std::string, std::int64_t>& heard);
  void stop(run::StopCause cause, const std::string& reason);
  void wait_concluded(const run::WaitConcluded& word) { feed(word); }
  void send_home();  // all of them
  void jump_clock(Millis by) { clock_offset_ += by; }
  void die();

  const run::Run& run() const { return run_; }
  bool is_alive() const { return alive_; }
  bool is_committing() const { return committing_; }
  static domain::RunId run_id() { return domain::RunId{"r-1"}; }

 private:
  struct Batch {
    std::vector<run::Entry> entries;
    std::vector<run::Effect> effects;
    std::map<std::int64_t, std::int64_t> acknowledgements;  // by session
    bool is_empty() const { return entries.empty() && effects.empty() && acknowledgements.empty(); }
  };

  void hear(coordinator::LinkId link, const std::string& text);
  void obey(const coordinator::SessionOrders& orders);
  void send(coordinator::LinkId link, const wire::ToAgent& message, Passage passage = Passage::may_fail);
  void send_to_worker(const domain::WorkerId& worker, const wire::ToAgent& message);
  void announce(coordinator::LinkId link);
  void note(const run::Event& event) const;
  void feed(const run::Event& event);
  void flush();
  void commit();
  void committed();
  void send_home(const domain::AgentId& agent);
  void release_somebody();
  void obey(const run::Effect& effect);
  void tick();
  void later(Millis delay, std::function<void()> what);
  Instant now() const { return world_.timeline.now() + clock_offset_; }

  World& world_;
  store::Store& store_;
  StepFunction step_;
  Millis clock_offset_;
  CoordinatorCallbacks callbacks_;
  run::Run run_;
  coordinator::Sessions sessions_;
  std::map<coordinator::LinkId, std::shared_ptr<Link>> links_;
  run::Cause cause_;
  std::vector<run::Event> before_plan_;
  Batch gathering_;
  Batch in_flight_;
  bool committing_ = false;
  bool flush_posted_ = false;
  bool alive_ = true;
};

}  // namespace tamarack::simulation
