#include "cli/local_run.h"

#include <algorithm>
#include <csignal>

#include "base/text.h"
#include "board/machine_clock.h"
#include "cli/results.h"
#include "cli/version.h"
#include "report/build_view.h"

namespace tamarack::cli {
namespace {

// Beyond app.stop_timeout, for processes that were killed to be gone and for late artifacts.
constexpr Millis home_margin{20'000};
constexpr Millis cancel_patience{5'000};  // for cancels of remote work, after everything else

}  // namespace

LocalRun::LocalRun(io::Loop& loop, const Clock& clock, store::Store& store, const adapter::Adapter& adapter, LocalRunSettings settings)
    : loop_(loop),
      clock_(clock),
      store_(store),
      writing_(loop),
      adapter_(adapter),
      settings_(std::move(settings)),
      chances_(settings_.seed),
      screen_(choose_screen(settings_.json)) {}

LocalRun::~LocalRun() = default;

Result<> LocalRun::prepare() {
  const Project& project = settings_.project;
  const std::string run_dir = project.run_dir(settings_.run);
  TRY_VOID(io::make_directories(run_dir));
  artifacts_ = TRY(artifact::open_disk_store(project.state_dir + "/artifacts"));
  git_ = git_facts(project.config.root);
  display_ = std::make_unique<LiveDisplay>(loop_, clock_, screen_, settings_.command_started);
  store::RunRow row{.run = settings_.run, .project = project.config.project, .branch = git_.branch, .commit = git_.commit};
  coordinator_ = std::make_unique<coordinator::Coordinator>(
      loop_, clock_, store_, writing_, coordinator::CoordinatorSettings{.run = settings_.run, .row = std::move(row)},
      coordinator::CoordinatorCallbacks{
          .on_entry = [this](const run::Entry& entry) { take(entry); },
          .on_finished = [this] { finished(); },
          .on_broken = [this](const Error& error) { broken(error); },
          .on_begin_wait = [this](const run::BeginWait& order) { waits_->begin(coordinator_->run().plan, order); },
          .on_drop_wait = [this](const run::DropWait& order) { waits_->drop(order); }});
  agent::AgentSettings settings = agent_settings(project, settings_.suite, settings_.shims_dir);
  settings.workers = settings_.workers;
  settings.run = settings_.run;
  settings.seed = settings_.seed;
  settings.run_dir = run_dir;
  settings.commit = [root = project.config.root] { return git_facts(root).commit; };
  auto [coordinators_end, agents_end] = io::make_memory_link(loop_);
  agent_ = std::make_unique<agent::Agent>(loop_, clock_, std::move(settings), adapter_, artifacts_, std::move(agents_end), nullptr);
  endpoint_ = TRY(AgentEndpoint::open(loop_, clock_, nullptr));
  agent_->offer_waits(endpoint_->endpoint());
  agent_->on_warning([this](const std::string& message) { warnings_.push_back(message); });
  coordinator_->attach(std::move(coordinators_end));
  signals_ = std::make_unique<io::SignalWatch>(loop_, [this](int signal) { interrupted(signal); });
  return {};
}

void LocalRun::start_agent() {
  agent_->start();
}

void LocalRun::begin(const domain::Plan& plan, const run::Options& options, const run::Carried& carried) {
  if (gave_up_) return;
  if (const auto opened = open_board(plan); !opened) return give_up(opened.error(), exit_code_of(opened.error().code));
  coordinator_->begin(plan, options, carried);
}

Result<> LocalRun::open_board(const domain::Plan& plan) {
  if (plan.flows.empty()) return {};
  prober_ = std::make_unique<probe::Probes>(loop_);
  board_ = std::make_unique<board::BoardHost>(loop_, clock_, board::machine_clock, chances_, store_.flow(), writing_, *prober_,
                                              flow::BoardOptions{},
                                              board::BoardCallbacks{.on_entry = {},
                                                                    .on_wait_over =
                                                                        [this](const domain::WaitId& wait) {
                                                                          if (waits_) waits_->over(wait);
                                                                        },
                                                                    .on_start_job = {},
                                                                    .on_stop_job = {},
                                                                    .on_broken = [this](const Error& error) { broken(error); }});
  TRY_VOID(board_->restore());
  waits_ = std::make_unique<coordinator::RunWaits>(loop_, *board_, settings_.run,
                                                   [this](const run::WaitConcluded& event) { coordinator_->wait_concluded(event); });
  return {};
}

void LocalRun::go_on(run::Run folded, std::vector<run::Entry> journal) {
  if (const auto opened = open_board(folded.plan); !opened) return give_up(opened.error(), exit_code_of(opened.error().code));
  display_->replay(journal);
  journal_ = std::move(journal);
  const std::vector<run::Event> found = agent::recover(folded, {.adapter = adapter_,
                                                                .suite = settings_.suite,
                                                                .artifacts = *artifacts_,
                                                                .run_dir = settings_.project.run_dir(settings_.run),
                                                                .shims_dir = settings_.shims_dir,
                                                                .masker = masker_of(settings_.project)});
  coordinator_->go_on(std::move(folded), found);
}

void LocalRun::take(const run::Entry& entry) {
  journal_.push_back(entry);
  display_->take(entry);
  if (const auto* ended = std::get_if<run::PhaseEnded>(&entry.record); ended != nullptr && waits_) waits_->taken(*ended);
}

void LocalRun::finished() {
  verdict_at_ = clock_.now();
  has_verdict_ = true;
  if (waits_) waits_->drop_all("its run is over");
  // The verdict stands; artifacts that settle late still come in while the applications stop.
  if (interrupts_ >= 2) return write_results();
  coordinator_->send_home(home_deadline(), [this] { write_results(); });
}

Millis LocalRun::home_deadline() const {
  return settings_.project.config.app.stop_timeout + home_margin;
}

void LocalRun::write_results() {
  if (std::exchange(results_written_, true)) return;
  display_->close();
  const Project& project = settings_.project;
  report::ReportView view = report::build_view(journal_, {.project = project.config.project,
                                                          .started = settings_.command_started,
                                                          .ended = verdict_at_,
                                                          .branch = git_.branch,
                                                          .commit = git_.commit,
                                                          .machine = machine_name(),
                                                          .command = settings_.command,
                                                          .tamarack_version = version});
  exit_code_ = tell_results(view, artifacts_.get(),
                            {.screen = screen_,
                             .json = settings_.json,
                             .run_dir = project.run_dir(settings_.run),
                             .copies = project.config.report,
                             .root = project.config.root,
                             .suite_dir = project.config.suite.dir,
                             .warnings = warnings_});
  // Applications' data and ports were this run's only; their logs stay.
  for (std::int64_t slot = 1; slot <= settings_.workers; ++slot)
    if (const auto removed = io::remove_tree(fmt::format("{}/workers/{}/data", project.run_dir(settings_.run), slot)); !removed)
      std::fprintf(stderr, "warning: %s\n", removed.error().message.c_str());
  close_row(view.run);
}

// Read on the lane as well: the waits that were just dropped may be on their way into the same connection.
void LocalRun::close_row(const report::RunView& run) {
  auto row = std::make_shared<Result<std::optional<store::RunRow>>>(std::nullopt);
  writing_.run([store = &store_, id = settings_.run, row] { *row = store->run(id); },
               [this, row, wall = Millis{run.wall_ms}, lower_bound = Millis{run.lower_bound_ms}, busy = Millis{run.busy_ms}] {
                 if (!*row || !**row) return leave();
                 store::RunRow closed = ***row;
                 closed.wall = wall;
                 closed.lower_bound = lower_bound;
                 closed.busy = busy;
                 coordinator_->close_row(closed, [this](const Result<>& written) {
                   if (!written) std::fprintf(stderr, "warning: %s\n", written.error().message.c_str());
                   leave_when_cancelled();
                 });
               });
}

// What was cut off may still be at work at a backend: its cancel is on its way.
void LocalRun::leave_when_cancelled() {
  if (!board_ || interrupts_ >= 2) return leave();
  cancelling_ = loop_.after(cancel_patience, [this] {
    std::fprintf(stderr, "warning: a backend has not confirmed the cancel of its work within %s\n",
                 human_duration(cancel_patience).c_str());
    leave();
  });
  is_cancelling_ = true;
  board_->when_cancelled([this] { leave(); });
}

void LocalRun::leave() {
  if (std::exchange(over_, true)) return;
  // Whoever comes after the loop has the store to itself.
  writing_.close();
  loop_.stop();
}

void LocalRun::give_up(const Error& error, int exit_code) {
  if (gave_up_) return;
  display_->close();
  complain(error);
  leave_without_run(exit_code);
}

void LocalRun::leave_without_run(int exit_code) {
  display_->close();
  exit_code_ = exit_code;
  gave_up_ = true;
  coordinator_->send_home(home_deadline(), [this] { leave(); });
}

void LocalRun::broken(const Error& error) {
  display_->close();
  complain(error);
  std::fprintf(stderr, "The run '%s' was stopped; `tamarack resume %s` finishes it once the cause is gone.\n", settings_.run.value.c_str(),
               settings_.run.value.c_str());
  exit_code_ = exit_code_of(error.code);
  agent_->shut_down([this] { leave(); });
}

void LocalRun::interrupted(int signal) {
  ++interrupts_;
  if (interrupts_ == 2) return stop_at_once();
  if (interrupts_ > 2) return;
  if (!coordinator_->run().is_planned()) return interrupted_without_run();
  display_->set_note("interrupted; press Ctrl-C again to stop at once");
  coordinator_->stop(run::StopCause::user, signal == SIGINT ? "interrupted by Ctrl-C" : fmt::format("stopped by signal {}", signal));
}

void LocalRun::interrupted_without_run() {
  display_->close();
  if (!gave_up_) {
    std::fputs("interrupted while the tests were listed; nothing ran\n", stderr);
    exit_code_ = exit_code_of(ErrorCode::cancelled);
  }
  gave_up_ = true;
  agent_->shut_down([this] { leave(); });
}

// Nobody is waited for any more: process trees are killed. A verdict that is there is still told; without one it is said how to go on.
void LocalRun::stop_at_once() {
  display_->close();
  agent_->kill_now([this] {
    const run::Run& run = coordinator_->run();
    if (is_cancelling_) return leave();
    if (has_verdict_) return write_results();
    if (run.finished) return;  // it is being written to the journal; finished() follows
    if (run.is_planned()) {
      const bool stop_is_kept = std::any_of(journal_.begin(), journal_.end(), [](const run::Entry& entry) {
        return std::holds_alternative<run::StopRequested>(entry.record);
      });
      std::fprintf(stderr, "the run '%s' was stopped at once; %s\n", settings_.run.value.c_str(),
                   report::way_on(settings_.run, stop_is_kept).c_str());
      exit_code_ = exit_code_of(ErrorCode::cancelled);
    }
    leave();
  });
}

}  // namespace tamarack::cli
