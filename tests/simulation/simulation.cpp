#include "simulation.h"

#include <set>

#include "agent_process.h"
#include "board.h"
#include "coordinator_process.h"
#include "referee.h"
#include "store/memory/memory_store.h"
#include "story.h"
#include "wire/journal.h"

namespace tamarack::simulation {
namespace {

thread_local std::uint64_t seed_of_this_thread = 0;

// After the last fault a run gets this long. The longest honest one is some minutes of retries on one worker.
constexpr Millis patience{3'600'000};

class Simulation {
 public:
  Simulation(const Scenario& scenario, const Wish& wish) : world_(scenario), referee_(world_), step_(step_with(wish.plant)), wish_(wish) {
    board_ = std::make_shared<Board>(world_, [this](const run::WaitConcluded& word) {
      if (over_ || !coordinator_ || !coordinator_->is_alive() || !coordinator_->run().is_planned()) return;
      const auto& phases = coordinator_->run().flows.at(static_cast<std::size_t>(word.flow)).phases;
      if (!phases.at(static_cast<std::size_t>(word.phase)).is_open()) world_.took(Transition::wait_heard_again);
      coordinator_->wait_concluded(word);
    });
    world_.on_attempt = [this](domain::Term term) { referee_.framework_starts(term); };
    took_shape();
  }

  Report play() {
    Report report{.seed = world_.scenario.seed};
    try {
      plan_faults();
      launch();
      while (!over_) {
        require(world_.timeline.elapsed() < world_.scenario.faults_end + patience, "the run did not end within {} of the last fault",
                human_duration(patience));
        require(world_.timeline.run_next(), "nothing is going to happen any more, and the run is not finished");
      }
      check_journal();
    } catch (const Violation& violation) {
      report.violation = violation.what;
    }
    report.steps = steps_;
    report.entries = static_cast<std::int64_t>(referee_.journal().size());
    report.coverage = world_.coverage;
    if (report.violation || wish_.story_always) report.story = tell(referee_.journal(), wish_.story_lines);
    return report;
  }

 private:
  void took_shape() {
    const Scenario& s = world_.scenario;
    world_.took(s.local ? Transition::run_local : Transition::run_remote);
    world_.took(s.plan.policy == domain::Policy::count    ? Transition::policy_count
                : s.plan.policy == domain::Policy::timing ? Transition::policy_timing
                                                          : Transition::policy_dynamic);
    world_.took(s.plan.units_share_invocation ? Transition::units_share_invocation : Transition::units_alone);
    world_.took(s.plan.can_select_tests ? Transition::tests_selectable : Transition::tests_not_selectable);
    world_.took(s.live_events ? Transition::live_events : Transition::results_at_exit);
  }

  // ---- faults that come at a time of their own

  void plan_faults() {
    const Scenario& s = world_.scenario;
    kills_left_ = s.coordinator_kills;
    failures_left_ = s.commit_failures;
    arm();
    for (int i = 0; i < s.agent_kills; ++i) world_.timeline.after(world_.up_to(s.faults_end), [this] { kill_an_agent(); });
    for (int i = 0; i < s.link_cuts; ++i) world_.timeline.after(world_.up_to(s.faults_end), [this] { cut_a_line(); });
    for (int i = 0; i < s.agents_later; ++i)
      world_.timeline.after(world_.up_to(s.faults_end), [this] {
        if (!coordinator_ || !coordinator_->is_alive()) return;
        world_.took(Transition::agent_joined_late);
        start_agent(fmt::format("late-{}", ++agents_started_));
      });
    for (int i = 0; i < s.clock_jumps; ++i)
      world_.timeline.after(world_.up_to(s.faults_end), [this] {
        if (!coordinator_) return;
        world_.took(Transition::clock_jumped);
        coordinator_->jump_clock(world_.up_to(Millis{30'000}));
      });
    if (s.user_stops)
      world_.timeline.after(world_.up_to(s.faults_end), [this] {
        if (coordinator_ && coordinator_->run().is_planned()) coordinator_->stop(run::StopCause::user, "interrupted by Ctrl-C");
      });
  }

  // The next death of the coordinator: at its n-th commit from here, or at some moment.
  void arm() {
    if (kills_left_ == 0) return;
    if (world_.random.chance(0.7)) {
      commits_until_kill_ = 1 + static_cast<int>(world_.random.below(25));
      return;
    }
    world_.timeline.after(world_.up_to(Millis{world_.scenario.faults_end.count() / 2}), [this] {
      if (!coordinator_ || !coordinator_->is_alive() || over_ || !world_.faults_on() || !coordinator_->run().is_planned()) return;
      world_.took(Transition::killed_between_commits);
      --kills_left_;
      crash();
    });
  }

  CommitFate fate_of_commit() {
    if (!world_.faults_on()) return CommitFate::succeeds;
    if (failures_left_ > 0 && world_.random.below(40) == 0) {
      --failures_left_;
      world_.took(Transition::commit_failed);
      return CommitFate::fails;
    }
    if (commits_until_kill_ == 0 || --commits_until_kill_ > 0) return CommitFate::succeeds;
    --kills_left_;
    const bool before = world_.random.chance(0.5);
    world_.took(before ? Transition::killed_before_commit : Transition::killed_after_commit);
    return before ? CommitFate::killed_before : CommitFate::killed_after;
  }

  void kill_an_agent() {
    if (world_.scenario.local || agents_.empty() || over_) return;
    const auto agent = agents_[world_.random.below(agents_.size())];
    if (!agent->is_alive()) return;
    world_.took(Transition::agent_killed);
    agent->die();
    if (world_.scenario.agents_live_on && world_.random.chance(0.5)) say_last_words_of(agent, world_.up_to(Millis{20'000}));
  }

  // Somebody starts the agent again, on the folder where its words lie. It asks for work once they were heard.
  void say_last_words_of(const std::shared_ptr<AgentProcess>& dead, Millis delay) {
    world_.timeline.after(delay, [this, dead] {
      if (over_) return;
      if (!coordinator_->is_alive()) return say_last_words_of(dead, Millis{1'000});
      const auto link = std::make_shared<Link>(world_);
      coordinator_->attach(link);
      const auto successor = std::make_shared<AgentProcess>(*dead, link);
      successor->on_delivered = [this, id = dead->id()] {
        world_.timeline.after(world_.up_to(Millis{2'000}), [this, id] {
          if (!over_ && coordinator_->is_alive()) start_agent(id.value);
        });
      };
      agents_.push_back(successor);
      hold(successor);
      successor->start();
    });
  }

  // The agent loses its connection and comes back on another; the coordinator may or may not notice that the old one is dead.
  void cut_a_line() {
    if (agents_.empty() || over_) return;
    const auto agent = agents_[world_.random.below(agents_.size())];
    if (!agent->is_alive() || !agent->is_connected()) return;
    world_.took(Transition::link_cut);
    agent->cut_off(world_.random.chance(0.5));
    come_back(agent, world_.up_to(world_.scenario.cut_max));
  }

  void come_back(const std::shared_ptr<AgentProcess>& agent, Millis delay) {
    world_.timeline.after(delay, [this, agent] {
      if (!agent->is_alive() || agent->is_connected() || !coordinator_->is_alive()) return;
      const auto link = std::make_shared<Link>(world_);
      coordinator_->attach(link);
      agent->reconnect(link);
    });
  }

  // ---- lives

  void launch() {
    new_coordinator();
    start_agents();
    world_.timeline.after(world_.up_to(Millis{2'000}), [coordinator = coordinator_] {
      if (coordinator->is_alive()) coordinator->begin();
    });
  }

  void new_coordinator() {
    // Another process, another reading of the wall clock: it may have been set back meanwhile.
    Millis offset = world_.up_to(Millis{2'000}) - Millis{1'000};
    if (started_before_ && offset.count() < 0) world_.took(Transition::clock_was_set_back);
    started_before_ = true;
    coordinator_ = std::make_shared<CoordinatorProcess>(
        world_, store_, step_, offset,
        CoordinatorCallbacks{
            .on_step =
                [this](const run::Run& run, const std::vector<run::Entry>& entries, const std::vector<run::Effect>& effects) {
                  ++steps_;
                  referee_.after_step(run, entries, effects);
                },
            .fate_of_commit = [this] { return fate_of_commit(); },
            .on_committed = [this](std::int64_t seq) { referee_.committed(seq); },
            .on_killed = [this] { crash(); },
            .on_finished = [this] { finished(); },
            .on_begin_wait = [this](const run::BeginWait& order) { board_->begin(order); },
            .on_drop_wait = [this](const run::DropWait& order) { board_->drop(order); }});
  }

  void start_agents() {
    const Scenario& s = world_.scenario;
    for (int i = 1; i <= s.agents; ++i) start_agent(s.local ? "local" : fmt::format("agent-{}", i));
  }

  void start_agent(const std::string& id) {
    const auto link = std::make_shared<Link>(world_);
    coordinator_->attach(link);
    const auto agent = std::make_shared<AgentProcess>(world_, domain::AgentId{id}, world_.scenario.workers_per_agent, link);
    agents_.push_back(agent);
    hold(agent);
    agent->start();
  }

  // One whose link is closed by the other side opens another.
  void hold(const std::shared_ptr<AgentProcess>& agent) {
    agent->on_hung_up = [this, weak = std::weak_ptr(agent)] {
      if (const auto alive = weak.lock()) come_back(alive, world_.up_to(Millis{1'000}));
    };
    agent->on_went_home = [this, id = agent->id().value] { come_again(id); };
  }

  // One that was released has been at work elsewhere for a while. To the run it is another process of the same agent.
  void come_again(const std::string& id) {
    if (coordinator_->run().finished) return;
    world_.timeline.after(Millis{100} + world_.up_to(Millis{5'000}), [this, id] {
      const bool is_there =
          std::any_of(agents_.begin(), agents_.end(), [&](const auto& one) { return one->is_alive() && one->id().value == id; });
      if (over_ || is_there) return;
      if (!coordinator_->is_alive()) return come_again(id);
      start_agent(id);
    });
  }

  // The coordinator's process is gone, and what it cannot do without: in a local run the agent is a part of it. Agents of a server run on.
  // A person, or the CI job, starts it again.
  void crash() {
    coordinator_->die();
    board_->coordinator_died();
    const bool live_on = world_.scenario.agents_live_on && coordinator_->run().is_planned();
    for (const auto& agent : agents_) live_on ? agent->cut_off(false) : agent->die();
    if (!live_on) agents_.clear();
    commits_until_kill_ = 0;
    world_.timeline.after(Millis{100} + world_.up_to(Millis{5'000}), [this] { resume(); });
  }

  run::Run folded(std::map<std::string, std::int64_t>* heard = nullptr) {
    run::Run run;
    const auto rows = store_.journal(CoordinatorProcess::run_id());
    for (const store::JournalRow& row : *rows) {
      if (heard != nullptr && !row.session.empty()) (*heard)[row.session] = std::max((*heard)[row.session], row.message);
      auto record = wire::decode_record(row.kind, row.body);
      require(record.has_value(), "the journal cannot be read: {}", record ? "" : record.error().message);
      run::apply(run, {row.seq, row.at, std::move(*record)});
    }
    return run;
  }

  void resume() {
    std::map<std::string, std::int64_t> heard;
    run::Run run = folded(&heard);
    referee_.restarted(run);
    if (run.finished) {
      over_ = true;
      return;
    }
    arm();
    if (!run.is_planned()) {  // nothing was written: the person runs it anew
      for (const auto& agent : agents_) agent->die();
      agents_.clear();
      return launch();
    }
    new_coordinator();
    board_->restarted();
    if (world_.scenario.agents_live_on) return resume_with_agents(std::move(run), heard);
    const std::vector<run::Event> found = world_.scenario.local ? recover(run) : std::vector<run::Event>{};
    if (!run.leases.empty()) world_.took(Transition::resumed_with_open_lease);
    if (!found.empty()) world_.took(Transition::resumed_with_results);
    const run::Run before = run;
    coordinator_->go_on(std::move(run), found);
    referee_.resumed(coordinator_->run(), before, found);
    start_agents();
  }

  void resume_with_agents(run::Run run, const std::map<std::string, std::int64_t>& heard) {
    world_.took(Transition::resumed_with_agents);
    coordinator_->go_on_with_agents(std::move(run), heard);
    for (const auto& agent : agents_) come_back(agent, world_.up_to(Millis{3'000}));
    // Somebody starts those that died meanwhile, so that there is an end.
    if (std::none_of(agents_.begin(), agents_.end(), [](const auto& agent) { return agent->is_alive(); })) start_agents();
  }

  // As agent::recover: what the folders of the open leases hold.
  std::vector<run::Event> recover(const run::Run& run) const {
    std::vector<run::Event> found;
    const auto take = [&](domain::Term term, const run::LeaseState& lease, const domain::TestReport& report) {
      if (!lease.reported.contains(report.test)) found.push_back(run::TestEnded{lease.worker, term, report});
    };
    for (const auto& [term, lease] : run.leases) {
      const auto folder = world_.truth.attempts.find(term);
      if (folder == world_.truth.attempts.end()) continue;
      for (const agent::Fact& line : folder->second.lines) {
        if (const auto* began = std::get_if<agent::TestBegan>(&line))
          found.push_back(run::TestBegan{lease.worker, term, began->test, began->retry});
        if (const auto* ended = std::get_if<agent::TestEnded>(&line)) take(term, lease, ended->report);
      }
      if (folder->second.ended_by_itself)
        for (const domain::TestReport& report : folder->second.results) take(term, lease, report);
    }
    return found;
  }

  void finished() {
    coordinator_->send_home();
    const Millis until = world_.scenario.network.delay_max + Millis{1'000};
    world_.timeline.after(until, [this, coordinator = coordinator_] {
      if (coordinator->is_alive()) over_ = true;
    });
  }

  // What is in the store, byte by byte, tells the same run.
  void check_journal() {
    const run::Run run = folded();
    require(run.finished.has_value(), "the simulation ended and the journal holds no verdict");
    require(run.ledger.is_complete(), "the journal ends with {} of {} tests settled", run.ledger.settled(), run.ledger.planned);
    nothing_is_taken_in_twice();
    const auto row = store_.run(CoordinatorProcess::run_id());
    require(row && *row && (*row)->ledger == run.ledger && (*row)->verdict == to_string(run.verdict),
            "the store's row of the run differs from its journal");
  }

  // However often an agent had to say it, over however many links and lives of the coordinator: one message, one effect.
  void nothing_is_taken_in_twice() {
    std::set<std::pair<std::string, std::int64_t>> seen;
    run::Cause last;
    for (const run::Entry& entry : referee_.journal()) {
      if (entry.cause.session.empty() || entry.cause == last) continue;
      last = entry.cause;
      require(seen.insert({last.session, last.message}).second, "entry {}: message {} of session {} was taken in before", entry.seq,
              last.message, last.session);
    }
  }

  World world_;
  store::MemoryStore store_;
  Referee referee_;
  StepFunction step_;
  Wish wish_;
  std::shared_ptr<CoordinatorProcess> coordinator_;
  std::shared_ptr<Board> board_;
  std::vector<std::shared_ptr<AgentProcess>> agents_;
  int agents_started_ = 0;
  int kills_left_ = 0;
  int commits_until_kill_ = 0;
  int failures_left_ = 0;
  std::int64_t steps_ = 0;
  bool started_before_ = false;
  bool over_ = false;
};

}  // namespace

Report simulate(std::uint64_t seed, const Wish& wish) {
  seed_of_this_thread = seed;
  const Scenario scenario = draw_scenario(seed);
  return Simulation(scenario, wish).play();
}

std::uint64_t current_seed() {
  return seed_of_this_thread;
}

}  // namespace tamarack::simulation
